"""Facts of the map projections: published values, poles, areas, and what maps make of them."""

import numpy as np
import pytest

from landbridge.report.geometry import clip_ring, great_circles
from landbridge.report.maps import Outlines, common_borders, path_data, region_canvas, world_canvas
from landbridge.report.projection import equal_earth, lambert_azimuthal, wrap


def test_equal_earth_has_the_published_width_and_height() -> None:
    # Savric, Patterson & Jenny (2018): 2.05458 times as wide as high, the pole line 0.59247 of the equator.
    (east,), _ = equal_earth([180.0], [0.0])
    _, (pole,) = equal_earth([0.0], [90.0])
    (pole_line,), _ = equal_earth([180.0], [90.0])
    assert east == pytest.approx(2.7066297, abs=1e-6)
    assert pole == pytest.approx(1.3173627, abs=1e-6)
    assert east / pole == pytest.approx(2.05458, abs=1e-5)
    assert pole_line / east == pytest.approx(0.59247, abs=1e-4)


def test_equal_earth_is_symmetric_about_equator_and_meridian() -> None:
    lon, lat = np.array([10.0, 100.0, 170.0]), np.array([5.0, 45.0, 80.0])
    x, y = equal_earth(lon, lat)
    assert np.allclose(equal_earth(-lon, lat)[0], -x)
    assert np.allclose(equal_earth(lon, -lat)[1], -y)
    assert np.allclose(equal_earth(lon + 30.0, lat, centre=30.0), (x, y))


def _area(x: np.ndarray, y: np.ndarray) -> float:
    return 0.5 * abs(float(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y)))


@pytest.mark.parametrize("south", [-85.0, -40.0, 0.0, 30.0, 60.0, 80.0])
def test_both_projections_keep_the_area_of_a_cell(south: float) -> None:
    west, width, height = 20.0, 8.0, 4.0
    along, up = np.linspace(0.0, 1.0, 400), np.zeros(400)
    lon = west + width * np.concatenate([along, up + 1.0, along[::-1], up])
    lat = south + height * np.concatenate([up, along, up + 1.0, along[::-1]])
    true = np.radians(width) * (np.sin(np.radians(south + height)) - np.sin(np.radians(south)))
    assert _area(*equal_earth(lon, lat)) == pytest.approx(true, rel=1e-4)
    assert _area(*lambert_azimuthal(lon, lat, 60.0, 40.0)) == pytest.approx(true, rel=1e-4)


def test_lambert_keeps_distances_from_its_centre_as_chords() -> None:
    # The distance on the map is the straight chord through the sphere: sqrt 2 for a point a quarter of the way round.
    x, y = lambert_azimuthal([150.0, 60.0], [0.0, -50.0], 60.0, 40.0)
    assert np.hypot(x, y) == pytest.approx([np.sqrt(2.0), np.sqrt(2.0)])
    assert np.hypot(*lambert_azimuthal([60.0], [40.0], 60.0, 40.0)) == pytest.approx(0.0)


def test_longitudes_wrap_to_either_side_of_the_centre() -> None:
    assert wrap([-170.0, 190.0, 11.0], 11.0) == pytest.approx([190.0, 190.0, 11.0])


def test_great_circle_keeps_its_ends_and_its_length() -> None:
    points, line = great_circles(np.array([[121.0, 31.0], [0.0, 0.0]]), np.array([[-118.0, 34.0], [0.5, 0.0]]))
    first = points[line == 0]
    assert first[0] == pytest.approx([121.0, 31.0])
    assert first[-1] == pytest.approx([-118.0, 34.0])
    assert first[:, 1].max() > 45.0  # Shanghai to Los Angeles passes well north of both
    assert len(points[line == 1]) == 2


def test_a_ring_is_cut_to_a_box_and_keeps_the_area_inside() -> None:
    ring = np.array([[-1.0, -1.0], [3.0, -1.0], [3.0, 3.0], [-1.0, 3.0]])
    inside = clip_ring(ring, (0.0, 0.0, 2.0, 2.0))
    assert _area(*inside.T) == pytest.approx(4.0)
    assert len(clip_ring(ring, (10.0, 10.0, 12.0, 12.0))) == 0


def test_what_shrinks_to_a_point_is_not_drawn() -> None:
    assert path_data([np.array([[0.1, 0.1], [0.2, 0.2], [0.1, 0.1]])], closed=True) == ""
    assert path_data([np.array([[0.0, 0.0], [10.0, 0.0], [10.0, -4.0]])], closed=False) == "M0 0l10 0 0-4"


def test_no_country_is_cut_by_the_edge_of_the_world_map(world2017) -> None:
    canvas = world_canvas()
    for area, rings in Outlines.from_table(world2017.table("boundaries")).rings.items():
        for ring in rings:
            turn = 360.0 * np.round((canvas.centre - ring[:, 0].mean()) / 360.0)
            x = canvas.place(ring + np.array([turn, 0.0]))[:, 0]
            assert x.min() > -40.0, area
            assert x.max() < canvas.width + 40.0, area


def test_an_inset_shows_the_whole_of_its_box() -> None:
    canvas = region_canvas("r", (55.0, 20.0, 90.0, 45.0))
    corners = canvas.place(
        np.array([[55.0, 20.0], [55.0, 45.0], [90.0, 20.0], [90.0, 45.0], [72.5, 20.0], [72.5, 45.0]])
    )
    assert (corners >= -1e-6).all()
    assert (corners <= [canvas.width + 1e-6, canvas.height + 1e-6]).all()


def test_neighbours_share_their_border_and_coasts_are_nobodys(world2017) -> None:
    outlines = Outlines.from_table(world2017.table("boundaries"))
    pair = {area: outlines.rings[area] for area in ("PAK", "AFG")}
    borders = common_borders(Outlines(pair, {}, {}), [])
    points = np.concatenate(borders)
    assert len(points) > 50
    assert 60.0 < points[:, 0].min() < 61.5
    assert 74.0 < points[:, 0].max() < 75.5
    island = common_borders(Outlines({"LKA": outlines.rings["LKA"], "PAK": pair["PAK"]}, {}, {}), [])
    assert island == []
