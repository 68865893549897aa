"""The evidence framework, and the rows that need nothing but what is packaged or the raw sources."""

import json
from importlib.resources import files
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from landbridge.errors import InputError, SolveError
from landbridge.evidence import CHECKS, as_dicts, as_table, exit_code, validate
from landbridge.evidence.belt_and_road import projects, reductions
from landbridge.evidence.framework import Check, Measured, run_check

MODEL_FAMILIES = ("enlargement", "sample", "gains", "nafta")


def _check(kind="golden", published=1.0, tolerance=0.1, ours=1.05, needs=()):
    return Check("toy-one", kind, "a toy", published, tolerance, "1", "nowhere", lambda _: Measured(ours), needs)


def test_ids_are_unique_and_begin_with_a_family():
    ids = [check.id for check in CHECKS]
    assert len(ids) == len(set(ids))
    assert all("-" in check.id and check.source and check.sentence for check in CHECKS)


def test_every_family_is_documented():
    page = (Path(__file__).parents[1] / "docs" / "evidence.md").read_text(encoding="utf-8")
    families = {check.id.partition("-")[0] for check in CHECKS}
    assert [family for family in sorted(families) if f"`{family}-`" not in page] == []


def test_verdicts_follow_tolerance_and_text():
    assert run_check(_check(), None).passes is True
    assert run_check(_check(ours=1.2), None).passes is False
    assert run_check(_check(published="CHN KAZ", tolerance=None, ours="CHN KAZ"), None).passes is True
    assert run_check(_check(published="CHN KAZ", tolerance=None, ours="CHN RUS"), None).passes is False
    assert run_check(_check(tolerance=None), None).passes is None
    assert run_check(_check(ours=float("nan")), None).passes is False


def test_a_check_without_its_data_says_which_file_it_needs(tmp_path):
    row = run_check(_check(needs=("published/x.csv",)), tmp_path)
    assert row.passes is None
    assert "published/x.csv" in row.needs
    assert "--sources" in run_check(_check(needs=("published/x.csv",)), None).needs


def test_what_a_model_refuses_is_a_failure_with_its_reason():
    def refuse(_):
        raise SolveError("no way")

    row = run_check(Check("toy-two", "golden", "a toy", 1.0, 0.1, "1", "nowhere", refuse), None)
    assert row.passes is False
    assert "no way" in row.note


def test_only_golden_failures_fail_the_whole():
    failed_golden, failed_evidence = (run_check(_check(kind=kind, ours=9.0), None) for kind in ("golden", "evidence"))
    assert exit_code([failed_evidence]) == 0
    assert exit_code([failed_golden, failed_evidence]) == 1
    assert exit_code([]) == 0


def test_an_unknown_check_is_refused_with_the_nearest_name():
    with pytest.raises(InputError, match=r"enlargment.*enlargement"):
        validate(None, "enlargment")


def test_a_missing_folder_is_refused(tmp_path):
    with pytest.raises(InputError, match="does not exist"):
        validate(tmp_path / "nowhere")


def test_identities_hold_on_every_packaged_world():
    rows = validate(None, "equilibrium")
    assert len(rows) == 24
    assert [row.id for row in rows if not row.passes] == []


@pytest.mark.parametrize("family", MODEL_FAMILIES)
def test_published_model_results_are_reproduced(sources, family):
    rows = validate(sources, family)
    assert rows
    judged = [row for row in rows if row.tolerance is not None]
    assert [(row.id, row.ours, row.note) for row in judged if not row.passes] == []


def test_rows_without_sources_do_not_run_and_do_not_fail():
    rows = validate(None, "gains")
    assert all(row.passes is None and row.needs for row in rows)
    assert exit_code(rows) == 0


def test_rows_are_shown_as_json_and_as_a_table():
    rows = [run_check(_check(), None), run_check(_check(needs=("a.csv",)), None)]
    documents = json.loads(json.dumps(as_dicts(rows)))
    assert documents[0]["difference"] == pytest.approx(0.05)
    assert set(documents[0]) >= {"id", "kind", "published", "ours", "tolerance", "passes", "source", "needs", "note"}
    assert as_table(rows).row_count == 2


def test_known_routes_have_their_published_lengths_and_times_save_these() -> None:
    failed = [row.id for row in validate(only="distance") if row.passes is not True]
    assert failed == [
        "distance-chongqing-duisburg",
        "distance-second-list-held-out",
        "distance-third-list-countries",
    ], "docs/evidence.md says why"


def test_every_documented_route_says_where_its_length_was_read() -> None:
    path = files("landbridge.evidence") / "data" / "documented_routes.csv"
    routes = pd.read_csv(str(path), keep_default_na=False)
    assert (routes["source"].str.len() > 10).all()
    assert set(routes["half"]) == {"fit", "test", "overlay", "dropped"}
    later = routes[routes["list"] != "first"]
    assert set(later["list"]) == {"second", "third"}
    assert set(later["half"]) == {"fit", "test", "overlay"}
    assert (later["checked"] == "yes").all()
    assert (later.loc[later["mode"] != "sea", "countries"] != "").all()


def test_every_other_route_of_the_third_list_was_held_out() -> None:
    path = files("landbridge.evidence") / "data" / "documented_routes.csv"
    third = pd.read_csv(str(path), keep_default_na=False).query("list == 'third'")
    held_out = third.groupby("mode").cumcount() % 2 == 1
    assert (held_out == third["half"].eq("test")).all()


def test_the_belt_and_road_shortens_and_never_lengthens_the_fastest_ways() -> None:
    fall = reductions("fastest")
    values = fall.to_numpy()[np.isfinite(fall)]
    assert values.min() > -1e-6
    assert fall.stack().idxmax() in {("CHN", "LAO"), ("LAO", "CHN")}  # no railway before the corridor's
    assert values.max() < 100 * 2 / 3
    assert fall.loc["CHN", "KAZ"] > 5
    assert fall.loc["BRA", "ARG"] == pytest.approx(0.0, abs=1e-6)
    known = {country for members in projects()["corridors"].values() for country in members}
    assert known - {"DEU"} <= set(projects()["economies"]["members"])
