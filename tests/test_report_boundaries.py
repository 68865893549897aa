"""Facts of the packaged outlines: whom they cover, and that they can be read without a geometry library."""

import numpy as np
import pytest

from landbridge.world import World
from landbridge.world.dated import in_force
from landbridge.world.wkb import read_wkb

SPHERE = 510.0656e6  # km2


def _km2(ring: np.ndarray) -> float:
    """Area of a ring on the sphere, signed, by the trapezoids under its edges."""
    lon, lat = np.radians(ring).T
    return SPHERE / (4 * np.pi) * float(np.sum(np.diff(lon) * (np.sin(lat[1:]) + np.sin(lat[:-1])))) / 2.0


def test_every_economy_that_trades_has_an_outline(world2017: World) -> None:
    missing = set(world2017.countries) - set(world2017.table("boundaries")["iso3"])
    assert missing <= {"TUV", "ROW"}, missing


def test_countries_the_atlas_codes_wrongly_have_their_own_codes(world2017: World) -> None:
    codes = set(world2017.table("boundaries")["iso3"])
    assert {"NOR", "XKX", "FRA", "SOM", "CYP", "SGP", "BHR", "MDV", "PSE", "TWN"} <= codes
    assert "-99" not in codes


@pytest.mark.parametrize(
    ("code", "published"), [("PAK", 881_912), ("KAZ", 2_724_900), ("AFG", 652_864), ("IND", 3_287_263)]
)
def test_areas_are_those_published(world2017: World, code: str, published: float) -> None:
    table = world2017.table("boundaries").set_index("iso3")
    area = abs(sum(_km2(ring) for ring in read_wkb(table.loc[code, "geometry"])))
    assert area == pytest.approx(published, rel=0.06)


def test_no_outline_crosses_the_antimeridian(world2017: World) -> None:
    for row in world2017.table("boundaries").itertuples():
        for ring in read_wkb(row.geometry):
            assert np.abs(np.diff(ring[:, 0])).max() < 180.0, row.area
            assert (ring[0] == ring[-1]).all()


def test_rings_are_read_as_shapely_reads_them(world2017: World) -> None:
    shapely = pytest.importorskip("shapely")
    for row in world2017.table("boundaries").head(60).itertuples():
        theirs = shapely.get_coordinates(shapely.from_wkb(row.geometry))
        assert np.array_equal(np.concatenate(read_wkb(row.geometry)), theirs)


def test_contested_borders_have_notes_and_dates(world2017: World) -> None:
    lines = world2017.table("disputed_lines")
    assert {"Line of Control", "Crimea", "Western Sahara", "Aksai Chin", "McMahon Line", "Abkhazia"} <= set(
        lines["name"]
    )
    assert (lines["note"].str.len() > 10).all()
    assert lines.loc[lines["approximate"], "source"].str.contains("by hand").all()
    assert "Donbas, line of contact" in set(lines.loc[in_force(lines, 2017), "name"])
    assert "Donbas, line of contact" not in set(lines.loc[in_force(lines, 2022), "name"])


def test_line_of_control_runs_through_kashmir(world2017: World) -> None:
    lines = world2017.table("disputed_lines").set_index("name")
    points = np.concatenate(read_wkb(lines.loc["Line of Control", "geometry"]))
    assert (points[:, 0] > 73.0).all()
    assert (points[:, 0] < 78.0).all()
    assert (points[:, 1] > 32.0).all()


def test_simplified_outlines_still_tile_without_gaps(sources) -> None:
    shapely = pytest.importorskip("shapely")
    from landbridge.world.build.boundaries import atlas, simplified

    before = atlas(sources)
    after = simplified(before)
    shapes = np.array(list(after.shapes.values()), dtype=object)
    assert shapely.coverage_is_valid(shapes)
    assert shapely.get_num_coordinates(shapes).sum() < shapely.get_num_coordinates(list(before.shapes.values())).sum()
