"""Running a study: facts about its outcome, and nothing half-written when it fails."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from landbridge.errors import InputError, SolveError
from landbridge.study.compare import compare
from landbridge.study.lanes import plan
from landbridge.study.outcome import Outcome, check_writable, load_outcome
from landbridge.study.run import refuse_out_of_bounds, run
from landbridge.study.schema import BASELINE, Study
from landbridge.study.show import labels_of, parse_labels, show
from landbridge.study.why import what_matters, why, why_trade


@pytest.mark.parametrize("quantity", ["real_income", "real_wage", "wage", "trade", "total_trade", "cost_change"])
def test_nothing_changes_where_nothing_is_changed(small_outcome: Outcome, quantity: str) -> None:
    values = small_outcome.values(quantity).sel(scenario=["baseline", "nothing"])
    assert np.abs(values.fillna(0)).max() < 1e-9


def test_quicker_border_helps_those_who_use_it(small_outcome: Outcome) -> None:
    for country in ("PAK", "KAZ"):
        assert small_outcome.value("real_income", scenario="border", country=country) > 0
    days = {
        name: small_outcome.value("travel_days", scenario=name, country="KAZ", partner="PAK")
        for name in ("baseline", "border")
    }
    assert days["border"] < days["baseline"]


def test_trade_between_two_countries_is_the_same_from_either_side(small_outcome: Outcome) -> None:
    trade = small_outcome.values("trade")
    assert np.allclose(trade, trade.transpose("scenario", "partner", "country"), equal_nan=True)


def test_flows_are_those_that_trade_is_computed_from(small_outcome: Outcome) -> None:
    goods = small_outcome.values("flow").sel(sector=["agriculture", "fuels", "manufactures"]).sum("sector")
    both = goods.sel(country="PAK", partner="RUS") + goods.sel(country="RUS", partner="PAK")
    change = 100 * (both / both.sel(scenario="baseline") - 1)
    for scenario in small_outcome.scenarios:
        found = small_outcome.value("trade", scenario=scenario, country="PAK", partner="Russia")
        assert found == pytest.approx(float(change.sel(scenario=scenario)), abs=1e-9)


def test_country_whose_borders_and_ports_are_closed_is_listed_as_cut_off(small_study: Study) -> None:
    closed = {"changes": [{"kind": "close", "country": "PAK"}]}
    told = {**small_study.model_dump(by_alias=True, exclude={"uncertainty"}), "scenario": {"shut": closed}}
    study = Study.model_validate({**told, "path": small_study.path})
    outcome = run(study, draws=0, workers=1, progress=False)
    assert outcome.header["cut_off"] == {"baseline": [], "shut": ["PAK"]}
    goods = outcome.values("flow").sel(scenario="shut", country="PAK").drop_sel(partner="PAK")
    assert float(goods.sel(sector=["agriculture", "fuels", "manufactures"]).sum()) == 0.0
    assert float(goods.sel(sector="services").sum()) > 0.0


def test_country_under_embargo_by_all_is_listed_as_cut_off(small_outcome: Outcome) -> None:
    assert small_outcome.header["cut_off"]["embargo"] == ["KAZ"]
    assert small_outcome.header["cut_off"]["canal"] == []
    foreign = small_outcome.values("flow").sel(scenario="embargo", country="KAZ").drop_sel(partner="KAZ")
    assert float(foreign.sum()) == 0.0


def test_reasons_add_up_to_the_change_of_real_income(small_outcome: Outcome) -> None:
    for scenario in small_outcome.scenarios:
        for country in small_outcome.focus:
            whole = small_outcome.value("real_income", scenario=scenario, country=country)
            for by in (["cause"], ["partner"], ["cause", "partner", "sector"]):
                assert why(small_outcome, country, scenario, by)["points"].sum() == pytest.approx(whole, abs=1e-5)


def test_a_quicker_border_works_by_hours_and_not_by_policy(small_outcome: Outcome) -> None:
    causes = why(small_outcome, "PAK", "border", ["cause"]).set_index("cause")["points"]
    assert causes["hours"] > 0
    assert "policy cost" not in causes
    assert "closed supply" in why(small_outcome, "RUS", "embargo", ["cause"])["cause"].tolist()


def test_why_trade_shows_the_way_before_and_after(small_outcome: Outcome) -> None:
    table = why_trade(small_outcome, "KAZ", "PAK", "border").set_index(["quantity", "detail", "from"])
    row = table.loc[("travel_days", "", "KAZ")]
    assert row["after"] < row["before"]


def test_why_refuses_a_grouping_it_does_not_know(small_outcome: Outcome) -> None:
    with pytest.raises(InputError, match="cause, partner, sector"):
        why(small_outcome, "PAK", "border", ["mode"])


def test_central_values_lie_among_the_draws(small_outcome: Outcome) -> None:
    table = small_outcome.table("real_income", scenario="canal", country="PAK").iloc[0]
    assert table["low"] < table["median"] < table["high"]
    drawn = small_outcome.drawn("real_income", scenario="canal", country="PAK")
    assert drawn is not None
    assert drawn.min() < table["value"] < drawn.max()


def test_draws_of_border_hours_move_the_time_on_the_road(small_outcome: Outcome) -> None:
    hours = small_outcome.drawn_parameters["road_border_hours"]
    days = small_outcome.drawn("travel_days", scenario="baseline", country="KAZ", partner="PAK")
    assert days is not None
    assert np.corrcoef(hours, days)[0, 1] > 0.9


def test_the_parameter_that_alone_moves_a_result_ranks_first(small_outcome: Outcome) -> None:
    table = what_matters(small_outcome, "travel_days", scenario="baseline", country="KAZ", partner="PAK")
    assert table["parameter"].iloc[0] == "road_border_hours"
    assert table["rank_correlation"].iloc[0] > 0.9


def test_draws_and_central_values_agree_where_the_draws_are_central(small_study: Study) -> None:
    certain = small_study.model_copy(
        update={"uncertainty": small_study.uncertainty.model_copy(update={"parameters": {}})}
    )
    outcome = run(certain, draws=2, workers=1, progress=False)
    for quantity in ("real_income", "real_wage"):
        drawn = outcome.draws(quantity)
        assert drawn is not None
        assert np.allclose(drawn, outcome.values(quantity).expand_dims(draw=2, axis=1), atol=1e-9)
    assert outcome.drawn("trade", scenario="rail", country="PAK", partner="RUS") == pytest.approx(
        outcome.value("trade", scenario="rail", country="PAK", partner="RUS"), abs=1e-9
    )


def test_results_do_not_depend_on_the_number_of_workers(small_study: Study, small_outcome: Outcome) -> None:
    beside = run(small_study, workers=2, progress=False, also=["USA"])
    assert beside.scenarios == small_outcome.scenarios
    for name, values in small_outcome.data.data_vars.items():
        if values.dtype.kind == "f":
            assert np.allclose(values, beside.data[name], rtol=1e-6, atol=1e-9, equal_nan=True), name


@pytest.mark.parametrize("workers", [1, 2, 3, 5, 16])
def test_tasks_share_out_every_scenario_and_draw_once(small_study: Study, workers: int) -> None:
    tasks = plan(small_study, 12, workers)
    assert sorted(draw for task in tasks for draw in task.draws) == list(range(12))
    assert sorted(name for task in tasks for name in task.scenarios) == sorted([BASELINE, *small_study.scenarios])


def test_saved_outcome_comes_back_the_same(small_outcome: Outcome, tmp_path: Path) -> None:
    back = load_outcome(small_outcome.save(tmp_path / "new" / "folder"))
    xr.testing.assert_identical(back.data.drop_attrs(), small_outcome.data.drop_attrs())
    assert back.header == json.loads(json.dumps(small_outcome.header, default=str))
    assert sorted(path.name for path in (tmp_path / "new" / "folder").iterdir()) == ["outcome.json", "outcome.nc"]


def test_outcome_of_two_runs_mixed_is_refused(small_outcome: Outcome, tmp_path: Path) -> None:
    small_outcome.save(tmp_path)
    with (tmp_path / "outcome.nc").open("ab") as file:
        file.write(b"more")
    with pytest.raises(InputError, match="not of the same run"):
        load_outcome(tmp_path)


def test_folder_without_an_outcome_says_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"No outcome in .* it has no outcome.nc"):
        load_outcome(tmp_path)


def test_folder_that_cannot_be_written_is_answered_by_one_message(small_outcome: Outcome, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    for attempt in (small_outcome.save, check_writable):
        with pytest.raises(InputError, match="Cannot write to"):
            attempt(tmp_path / "file" / "folder")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_looking_whether_a_folder_can_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    check_writable(tmp_path / "a" / "b")
    assert list(tmp_path.iterdir()) == []


def test_interrupt_in_mid_run_leaves_nothing_half_written(small_study: Study, tmp_path: Path) -> None:
    script = (
        "from landbridge.study.schema import read_study\n"
        "from landbridge.study.run import run\n"
        "if __name__ == '__main__':\n"
        f"    study = read_study({str(small_study.path)!r})\n"
        "    print('running', flush=True)\n"
        f"    run(study, draws=100000, workers=2, progress=False).save({str(tmp_path / 'out')!r})\n"
    )
    (tmp_path / "script.py").write_text(script)
    process = subprocess.Popen(
        [sys.executable, str(tmp_path / "script.py")], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout
    assert process.stdout.readline().strip() == "running"
    time.sleep(4)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=60)
    assert process.returncode != 0
    assert "KeyboardInterrupt" in told
    assert [path.name for path in tmp_path.iterdir()] == ["script.py"]


def test_world_without_a_solution_is_refused_and_not_returned(small_study: Study) -> None:
    sanction = {"kind": "sanction", "by": ["CHN", "PAK", "RUS", "USA"], "on": ["KAZ"], "flow": "imports"}
    study = Study.model_validate(
        {"study": {"title": "t", "world": small_study.world_folder}, "scenario": {"one_way": {"changes": [sanction]}}}
    )
    with pytest.raises(SolveError, match=r"Scenario one_way: .*KAZ"):
        run(study, draws=0, workers=1, progress=False)


def test_result_outside_its_bounds_is_refused(small_outcome: Outcome) -> None:
    wrong = small_outcome.data.copy()
    wrong["mode_share"] = wrong["mode_share"] + 1.0
    with pytest.raises(SolveError, match="mode_share is "):
        refuse_out_of_bounds(wrong)


def test_negative_draws_and_no_workers_are_refused(small_study: Study) -> None:
    for wrong in ({"draws": -1}, {"workers": 0}):
        with pytest.raises(InputError, match="draws must be 0 or more"):
            run(small_study, progress=False, **wrong)  # type: ignore[arg-type]


def test_tables_take_any_spelling_and_answer_misspellings(small_outcome: Outcome) -> None:
    table = small_outcome.table("trade", scenario="rail", country="pakistan", partner=["Russia", "CHN"])
    assert table["partner"].tolist() == ["RUS", "CHN"]
    for labels, said in (
        ({"scenario": "cannal"}, "Did you mean 'canal'"),
        ({"contry": "PAK"}, "Did you mean 'country'"),
        ({"country": "FRA"}, "not among the countries"),
    ):
        with pytest.raises(InputError, match=said):
            small_outcome.table("real_income", **labels)
    with pytest.raises(InputError, match="Did you mean 'real_income'"):
        small_outcome.table("real_incom")


def test_exports_may_be_asked_for_by_sector(small_outcome: Outcome) -> None:
    labels = {"scenario": "rail", "country": "PAK", "partner": "KAZ"}
    assert len(small_outcome.table("exports", sector="fuels", **labels)) == 1
    assert "sector" not in small_outcome.table("exports", **labels)


def test_compare_sets_two_scenarios_side_by_side(small_outcome: Outcome) -> None:
    table = compare(small_outcome, small_outcome, "border", "rail", ["real_income"]).set_index("country")
    assert set(table.index) == {"PAK", "RUS", "CHN", "KAZ"}
    row = table.loc["PAK"]
    assert row["right"] == small_outcome.value("real_income", scenario="rail", country="PAK")
    assert row["difference"] == pytest.approx(row["right"] - row["left"])


def test_compare_lists_every_pair_once(small_outcome: Outcome) -> None:
    table = compare(small_outcome, small_outcome, "border", "rail", ["trade"])
    assert len(table) == 6


def test_show_reads_worlds_and_outcomes_alike(small_study: Study, small_outcome: Outcome) -> None:
    world = small_study.world()
    assert show(small_outcome, "real_income", country="PAK", scenario="rail")["value"].size == 1
    assert show(world, "ideal_point_distance", country="PAK", partner="RUS", year="2017")["value"].tolist() == [
        pytest.approx(0.3)
    ]
    assert show(world, "trade", exporter="Pakistan", importer="RUS", sector="fuels")["value_musd"].size == 1
    with pytest.raises(InputError, match="show it of an outcome"):
        show(world, "real_income")
    with pytest.raises(InputError, match="Did you mean 'trade'"):
        show(world, "trad")
    with pytest.raises(InputError, match="Did you mean 'exporter'"):
        show(world, "trade", exportr="PAK")


def test_labels_are_read_from_words() -> None:
    assert parse_labels(["country=PAK", "partner=RUS, CHN"]) == {"country": "PAK", "partner": ["RUS", "CHN"]}
    with pytest.raises(InputError, match="label=value"):
        parse_labels(["PAK"])


def test_outcome_says_how_it_came_about(small_study: Study, small_outcome: Outcome) -> None:
    header = small_outcome.header
    assert header["seed"] == 7
    assert header["draws"] == small_outcome.draw_count == 12
    assert header["world"]["tables"]["links"].startswith("sha256:")
    assert set(header["versions"]) >= {"python", "numpy", "landbridge"}
    assert header["study"]["scenario"]["rail"]["changes"][0]["via"] == ["Lahore", "Almaty"]
    assert os.path.isdir(header["world"]["folder"])


def test_map_knows_the_links_that_a_scenario_adds_and_closes(small_outcome: Outcome) -> None:
    change = small_outcome.data["link_change"]
    assert int((change.sel(scenario="rail") == 1).sum()) > 0
    assert int((change.sel(scenario="canal") == 3).sum()) == 1
    assert int((change.sel(scenario="border") == 2).sum()) == 1
    assert int((change.sel(scenario="nothing") != 0).sum()) == 0


def test_canal_carries_trade_until_it_is_closed(small_outcome: Outcome) -> None:
    load = {name: small_outcome.value("passage_load", scenario=name, passage="suez") for name in ("baseline", "canal")}
    assert load["baseline"] > 0
    assert load["canal"] == 0


def test_bare_words_find_their_labels(small_study: Study, small_outcome: Outcome) -> None:
    assert labels_of(small_outcome, "trade", ["pakistan", "RUS", "rail"]) == {
        "country": "pakistan",
        "partner": "RUS",
        "scenario": "rail",
    }
    assert labels_of(small_study.world(), "membership", ["SCO", "PAK", "2017"]) == {
        "institution": "SCO",
        "country": "PAK",
        "year": "2017",
    }
    with pytest.raises(InputError, match="Did you mean 'Pakistan'"):
        labels_of(small_outcome, "trade", ["Pakstan"])
    with pytest.raises(InputError, match="no label left"):
        labels_of(small_outcome, "trade", ["PAK", "RUS", "CHN"])
    both = labels_of(small_outcome, "real_income", ["PAK", "RUS"])
    assert set(show(small_outcome, "real_income", **both)["country"]) == {"PAK", "RUS"}
