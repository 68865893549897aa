"""Corridors drawn on a map: read from GeoJSON, joined to what they pass, refused where they cannot be."""

import json
from pathlib import Path

import numpy as np
import pytest

from landbridge.errors import InputError, StudyError
from landbridge.network import edits
from landbridge.network.drawn import Drawn, corridor, read_line
from landbridge.network.laying import Course
from landbridge.network.model import Network
from landbridge.study.schema import read_study
from landbridge.world import World
from landbridge.world.distance import great_circle_km

KARAKORAM = [[75.99, 39.47], [75.2, 38.4], [75.43, 36.85], [74.9, 36.3], [74.31, 35.92], [73.0, 34.2], [73.05, 33.6]]


def _written(folder: Path, document: object) -> Path:
    path = folder / "line.geojson"
    path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
    return path


def _line(points: list[list[float]]) -> dict:
    return {"type": "LineString", "coordinates": points}


def _drawn(points: list[list[float]]) -> Drawn:
    return Drawn("line.geojson", tuple((x, y) for x, y in points))


@pytest.mark.parametrize("wrapped", ["bare", "feature", "collection"])
def test_a_line_is_read_however_it_is_wrapped(tmp_path: Path, wrapped: str) -> None:
    document = _line(KARAKORAM)
    if wrapped != "bare":
        document = {"type": "Feature", "properties": {}, "geometry": document}
    if wrapped == "collection":
        document = {"type": "FeatureCollection", "features": [document]}
    assert read_line(_written(tmp_path, document)).points == tuple((x, y) for x, y in KARAKORAM)


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ("{", "is no GeoJSON"),
        ({"type": "FeatureCollection", "features": []}, "wanted is one LineString; found nothing"),
        ({"type": "Point", "coordinates": [1, 2]}, "wanted is one LineString; found Point"),
        (_line([]), "0 different points; it needs two or more"),
        (_line([[75.0, 39.0], [75.0, 39.0]]), "1 different points"),
        (_line([[39.0, 116.0], [31.0, 121.0]]), "order seems to be reversed: GeoJSON wants .longitude, latitude"),
        (_line([[399.0, 16.0], [31.0, 21.0]]), "point 0 is .399.0, 16.0., beyond"),
        (_line([[75.0, "north"], [31.0, 21.0]]), "point 0 is .75.0, 'north'"),
    ],
    ids=str,
)
def test_a_file_without_one_good_line_is_refused(tmp_path: Path, document: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_line(_written(tmp_path, document))


def test_a_drawn_railway_joins_the_cities_it_passes_and_is_as_long_as_drawn(world2017: World) -> None:
    found = corridor(world2017, "rail", _drawn(KARAKORAM))
    assert [stop.place.name for stop in found.stops] == ["Kashgar", "Gilgit", "Islamabad", "Rawalpindi"]
    assert all(stop.moved_km < 15.0 for stop in found.stops)
    x, y = np.array(KARAKORAM).T
    length = great_circle_km(y[:-1], x[:-1], y[1:], x[1:]).sum()
    assert sum(course.km for course in found.courses) == pytest.approx(length, rel=0.01)
    after = edits.add_drawn(world2017, mode="rail", line=_drawn(KARAKORAM), speed_kmh=60.0)
    route = Network.from_world(after).route("Kashgar", "Rawalpindi", modes=["rail"])
    assert route.countries == ("CHN", "PAK")
    assert route.km == pytest.approx(length, rel=0.01)
    assert {leg.border for leg in route.legs} >= {"CHN-PAK"}
    assert any(abs(lat - 36.3) < 0.2 for lat in route.lat)


def test_coordinates_in_the_wrong_order_are_recognised_by_the_water_under_them(world2017: World) -> None:
    with pytest.raises(InputError, match="order seems to be reversed"):
        corridor(world2017, "rail", _drawn([point[::-1] for point in KARAKORAM]))


def test_a_railway_through_open_sea_is_refused(world2017: World) -> None:
    with pytest.raises(InputError, match=r"runs over .* km of water"):
        edits.add_drawn(world2017, mode="rail", line=_drawn([[67.0, 24.9], [70.0, 22.0], [72.88, 19.07]]))


def test_a_line_that_ends_nowhere_is_refused(world2017: World) -> None:
    with pytest.raises(InputError, match="more than 25 km from any rail line and any city; nearest is"):
        corridor(world2017, "rail", _drawn([[75.99, 39.47], [83.0, 38.5]]))


def test_a_course_keeps_its_length_and_its_ends() -> None:
    lat, lon = np.array([0.0, 0.0, 10.0]), np.array([0.0, 10.0, 10.0])
    course = Course.through(lat, lon, 5.0)
    assert course.km == pytest.approx(2 * 1111.9, abs=0.5)
    assert (course.lat[0], course.lon[-1], course.lat[-1]) == (0.0, 10.0, 10.0)
    steps = great_circle_km(course.lat[:-1], course.lon[:-1], course.lat[1:], course.lon[1:])
    assert steps.max() < 5.1


def test_a_study_draws_its_corridor_from_the_file_beside_it(tmp_path: Path) -> None:
    _written(tmp_path, _line(KARAKORAM))
    change = '{ kind = "link", mode = "rail", path = "%s" }'
    study = f'[study]\ntitle = "t"\nworld = "2017"\n[scenario.s]\nchanges = [{change}]\n'
    (tmp_path / "study.toml").write_text(study % "line.geojson", encoding="utf-8")
    read = read_study(tmp_path)
    world = read.world()
    assert "begins at Kashgar (CHN), moved by 0.4 km" in read.remarks(world)[0]
    assert len(read.scenario_world("s", world).table("links")) > len(world.table("links"))
    assert json.loads(read.model_dump_json())["scenarios"]["s"]["changes"][0]["path"]["file"] == "line.geojson"
    (tmp_path / "study.toml").write_text(study % "lin.geojson", encoding="utf-8")
    with pytest.raises(StudyError, match=r'scenario.s.changes\[0\].path: Cannot read "lin.geojson"'):
        read_study(tmp_path)
