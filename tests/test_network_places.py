"""A name means one place, or the message says which it might have been."""

import numpy as np
import pandas as pd
import pytest

from landbridge.errors import InputError
from landbridge.network.ground import country_at
from landbridge.network.places import find_place, great_circle_points
from landbridge.world.distance import great_circle_km
from tiny_network import tiny_world


@pytest.fixture(scope="module")
def world():
    return tiny_world()


@pytest.mark.parametrize("text", ["Kashgar", "kashgar", " Kashgar ", "Kashgar, CHN", "Kashgar, China"])
def test_usual_spellings_find_the_place(world, text):
    place = find_place(world, text)
    assert (place.name, place.iso3, place.lat) == ("Kashgar", "CHN", 39.47)


def test_misspelt_name_gets_the_nearest_with_its_country(world):
    with pytest.raises(InputError, match=r'No place called "Kashghar"\. Did you mean "Kashgar" \(CHN\)\?'):
        find_place(world, "Kashghar")


def test_name_of_two_cities_of_like_size_is_refused_with_both(world):
    with pytest.raises(InputError, match='Write one of: "Hyderabad, IND", "Hyderabad, PAK"'):
        find_place(world, "Hyderabad")
    assert find_place(world, "Hyderabad, Pakistan").iso3 == "PAK"


def test_far_larger_namesake_is_meant(world):
    assert find_place(world, "Delhi").iso3 == "IND"
    assert find_place(world, "Delhi, CHN").iso3 == "CHN"


def test_place_of_another_country_is_refused_with_the_one_there_is(world):
    with pytest.raises(InputError, match=r'No place called "Kashgar" in IND\. There is "Kashgar, CHN"'):
        find_place(world, "Kashgar, India")


def test_another_spelling_in_the_country_asked_for_is_offered(world):
    places = world.table("places")
    namesake = places.iloc[[0]].assign(name="Kashgarh", ascii="Kashgarh", iso3="IND")
    with pytest.raises(InputError, match=r'There is "Kashgar, CHN"\. Did you mean "Kashgarh" \(IND\)'):
        find_place(world.with_(places=pd.concat([places, namesake])), "Kashgar, India")


def test_quarter_of_the_equator_is_ten_thousand_kilometres():
    assert great_circle_km(0.0, 0.0, 0.0, 90.0) == pytest.approx(10_007.5, abs=0.1)
    lat, lon = great_circle_points(0.0, 0.0, 0.0, 90.0, 4)
    np.testing.assert_allclose(lat, 0.0, atol=1e-9)
    np.testing.assert_allclose(lon, [0.0, 30.0, 60.0, 90.0], atol=1e-9)


def test_points_lie_in_their_country_or_on_water(world):
    found = country_at(world, np.array([30.0, 45.0, 0.0, 28.0]), np.array([70.0, 80.0, 60.0, 77.0]))
    assert found.tolist() == ["PAK", "CHN", "", "IND"]
