"""Any usual spelling of a country is the one label; anything else is an error that helps."""

import pytest

from landbridge.errors import InputError
from landbridge.labels import country, country_name, mode


@pytest.mark.parametrize(
    ("spelling", "code"),
    [
        ("Russian Federation", "RUS"),
        ("russia", "RUS"),
        ("RU", "RUS"),
        ("rus", "RUS"),
        ("USSR", "RUS"),
        ("Türkiye", "TUR"),
        ("Turkey", "TUR"),
        ("Cote d'Ivoire", "CIV"),
        ("Kyrgyz Republic", "KGZ"),
        ("Iran", "IRN"),
        ("Iran, Islamic Rep.", "IRN"),
        ("Korea, Rep.", "KOR"),
        ("Korea, Dem. People's Rep.", "PRK"),
        ("Dem. Rep. Congo", "COD"),
        ("NA", "NAM"),
        ("UAE", "ARE"),
        ("Viet Nam", "VNM"),
        ("The Gambia", "GMB"),
        ("Kosovo", "XKX"),
    ],
)
def test_usual_spellings_resolve(spelling: str, code: str) -> None:
    assert country(spelling) == code


def test_every_iso_code_and_name_is_its_own_label() -> None:
    import pycountry

    for entry in pycountry.countries:
        assert country(entry.alpha_3) == entry.alpha_3
        assert country(entry.name) == entry.alpha_3
        assert country(country_name(entry.alpha_3)) == entry.alpha_3


def test_a_misspelt_country_gets_the_nearest_names() -> None:
    with pytest.raises(InputError, match="Did you mean 'Pakistan'"):
        country("Pakstan")


def test_an_ambiguous_country_lists_the_candidates() -> None:
    with pytest.raises(InputError, match=r"KOR \(South Korea\).*PRK \(North Korea\)|PRK.*KOR"):
        country("Korea")


def test_an_unknown_mode_lists_the_modes() -> None:
    with pytest.raises(InputError, match="sea, rail, road"):
        mode("camel")
