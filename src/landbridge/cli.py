"""The command line. Every command is a thin reading of arguments over the library's own verbs."""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from landbridge import threads
from landbridge.errors import InputError, LandbridgeError

if TYPE_CHECKING:
    from pandas import DataFrame

    from landbridge.claims.judge import Verdict
    from landbridge.network.route import Route
    from landbridge.study.outcome import Outcome
    from landbridge.world import World

app = typer.Typer(
    help="Put a geopolitical argument on a map and run it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
world_app = typer.Typer(help="Build, check and look into worlds.", no_args_is_help=True)
app.add_typer(world_app, name="world")

COUNTRIES_A_LINE = 8  # beside the names of scenarios, as many as 80 columns hold
OUTCOMES = Path("outcomes")
INTERRUPTED = 130  # what the command parser returns for Ctrl-C

StudyName = Annotated[str, typer.Argument(metavar="STUDY", help="A packaged study's name, a study's folder or file.")]
StudyOutcome = Annotated[Path | None, typer.Option(help="Folder of the study's outcome; without it outcomes/STUDY.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of text.")]
AsCsv = Annotated[bool, typer.Option("--csv", help="Print comma-separated values instead of text.")]
WorldName = Annotated[str, typer.Option("--world", help="A packaged world (2017, 2022-industry) or a world's folder.")]


def main() -> None:
    """Run the command line; a user's mistake is one message and the documented exit code."""
    try:
        code = app(standalone_mode=False)
    except LandbridgeError as error:
        _fail(str(error), error.exit_code)
    except (KeyboardInterrupt, typer.Abort):
        code = INTERRUPTED
    except Exception as error:
        if hasattr(error, "format_message"):
            _fail(f"{error.format_message()} (landbridge --help lists what there is.)", 2)
        raise
    if code == INTERRUPTED:
        _fail("Interrupted. No half-written file is left.", 1)
    sys.exit(code if isinstance(code, int) else 0)


def _fail(message: str, exit_code: int) -> NoReturn:
    print(message, file=sys.stderr)
    sys.exit(exit_code)


def _print_json(document: Any) -> None:
    print(json.dumps(document, ensure_ascii=False, indent=1))


def _console() -> Any:
    from rich.console import Console

    return Console(soft_wrap=not sys.stdout.isatty())


# ------------------------------------------------------------------------------------------------------------ studies


@app.command()
def new(folder: Annotated[Path, typer.Argument(help="The folder to make.")]) -> None:
    """Begin a study: a folder with a small study and claims to change."""
    from landbridge.study.template import write_template

    write_template(folder)
    print(f"{folder}/study.toml and {folder}/claims.toml are yours to change; then: landbridge run {folder}")


@app.command()
def check(study: StudyName) -> None:
    """Check a study and its claims: every mistake at once, each with its place and the nearest valid name."""
    from landbridge.claims.schema import read_claims
    from landbridge.study.schema import read_study

    read = read_study(study)
    claims = read_claims(read)
    world = read.world()
    read.scenario_worlds(world)
    for remark in read.remarks(world):
        print(remark)
    print(f"{read.name}: {len(read.scenarios)} scenarios, {len(claims)} claims, no mistake found.")


@app.command()
def run(
    study: StudyName,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Folder of the outcome; without it outcomes/STUDY.")
    ] = None,
    draws: Annotated[
        int | None, typer.Option(help="Draws of the uncertain numbers; without it as many as the study says.")
    ] = None,
    workers: Annotated[int | None, typer.Option(help="Processes at work; without it one a core.")] = None,
    as_json: AsJson = False,
) -> None:
    """Run a study, judge its claims and write its report."""
    threads.keep_to_one()
    from landbridge.aside import aside
    from landbridge.claims.document import to_json
    from landbridge.claims.judge import judge
    from landbridge.claims.schema import countries, read_claims
    from landbridge.report import write_report
    from landbridge.study.outcome import check_writable
    from landbridge.study.run import run as run_study
    from landbridge.study.schema import read_study

    read = read_study(study)
    claims = read_claims(read)
    folder = output or OUTCOMES / read.name
    check_writable(folder)
    outcome = run_study(read, draws=draws, workers=workers, progress=not as_json, also=countries(claims))
    with aside(lambda: outcome.save(folder)):
        verdicts = judge(outcome, claims)
    page = write_report(outcome, folder, verdicts)
    if as_json:
        _print_json(to_json(outcome, verdicts))
        return
    _print_scenarios(outcome)
    _print_verdicts(verdicts)
    print(f"Report: {page}")


@app.command()
def claims(
    study: StudyName,
    outcome: StudyOutcome = None,
    as_json: AsJson = False,
) -> None:
    """Judge a study's claims by an outcome of it already computed."""
    from landbridge.claims.document import to_json

    _, computed, verdicts = _judged(study, outcome)
    if as_json:
        _print_json(to_json(computed, verdicts)["claims"])
        return
    _print_verdicts(verdicts)


@app.command()
def report(study: StudyName, outcome: StudyOutcome = None) -> None:
    """Write the report of an outcome again, with the study's claims as they stand now."""
    from landbridge.report import write_report

    folder, computed, verdicts = _judged(study, outcome)
    print(f"Report: {write_report(computed, folder, verdicts)}")


def _judged(study: str, folder: Path | None) -> tuple[Path, Outcome, list[Verdict]]:
    """A study's outcome as it lies in its folder, and the verdicts on the study's claims by it."""
    from landbridge.claims.judge import judge
    from landbridge.claims.schema import read_claims
    from landbridge.study.outcome import load_outcome
    from landbridge.study.schema import read_study

    read = read_study(study)
    folder = folder or OUTCOMES / read.name
    computed = load_outcome(folder)
    return folder, computed, judge(computed, read_claims(read))


OutcomeFolder = Annotated[
    Path | None,
    typer.Option(help="Folder of an outcome; without it the one computed last in outcomes/."),
]


@app.command()
def show(
    quantity: Annotated[str, typer.Argument(help="A quantity (docs/claims.md lists them) or a table of the world.")],
    label: Annotated[
        list[str] | None,
        typer.Argument(metavar="[LABEL]...", help="PAK RUS cpec rail 2017, or country=PAK partner=RUS,CHN."),
    ] = None,
    outcome: OutcomeFolder = None,
    world: Annotated[
        str | None, typer.Option("--world", help="Show it of this world; observed quantities are of 2017 without it.")
    ] = None,
    sources: Annotated[
        Path | None,
        typer.Option(help="Of dyad, lead_lag: folder of the public sources, for what may not be shipped."),
    ] = None,
    since: Annotated[int | None, typer.Option(help="Only this year and later.")] = None,
    horizon: Annotated[int | None, typer.Option(help="Of conflict: months ahead, 1 to 14; without it 12.")] = None,
    until: Annotated[
        str | None, typer.Option(help="Of conflict: forecast from the end of this month, as in 2017-10.")
    ] = None,
    months: Annotated[
        Path | None, typer.Option(help="Of conflict: a CSV file of later months: country, month, deaths.")
    ] = None,
    shock: Annotated[
        str | None, typer.Option(help="Of conflict: COUNTRY:START:END:DEATHS a month, as AFG:2021-01:2021-06:3000.")
    ] = None,
    plot: Annotated[
        Path | None, typer.Option(help="Draw it over the years (conflict: as fan charts) to this PNG, SVG or PDF file.")
    ] = None,
    as_csv: AsCsv = False,
    as_json: AsJson = False,
) -> None:
    """Show any quantity of an outcome, or any quantity or table of a world."""
    from landbridge.study.over_years import draw_over_years
    from landbridge.study.over_years import since as from_year
    from landbridge.study.show import labels_of
    from landbridge.study.show import show as show_quantity
    from landbridge.variables import variables
    from landbridge.world import load_world

    modelled = quantity in variables() and variables()[quantity].modelled
    source = load_world(world or "2017") if world or not (modelled or outcome) else _outcome(outcome)
    fans = plot if quantity == "conflict" else None
    options = {"sources": sources, "horizon": horizon, "until": until, "months": months, "shock": shock, "fans": fans}
    labels = labels_of(source, quantity, label or []) | {
        name: value for name, value in options.items() if value is not None
    }
    table = show_quantity(source, quantity, **labels)
    if since is not None:
        table = from_year(table, since, quantity)
    if plot is not None and fans is None:
        draw_over_years(table, quantity, plot)
    if "track" in table and not (as_csv or as_json):
        from landbridge.alignment.dyad import as_columns

        table = as_columns(table)
    _print_table(table, as_csv, as_json)
    if plot is not None and not (as_csv or as_json):
        print(f"Picture: {plot}")


@app.command()
def compare(
    left: Annotated[str, typer.Argument(metavar="A", help="A scenario, or the folder of an outcome.")],
    right: Annotated[str, typer.Argument(metavar="B", help="Another scenario, or another outcome.")],
    outcome: OutcomeFolder = None,
    scenario: Annotated[
        str | None,
        typer.Option(help="When A and B are outcomes: the scenario compared; without it every one they share."),
    ] = None,
    country: Annotated[
        list[str] | None, typer.Option(help="Only these countries; may be repeated; without it the study's focus.")
    ] = None,
    as_csv: AsCsv = False,
    as_json: AsJson = False,
) -> None:
    """Set two scenarios of an outcome, or two outcomes, side by side."""
    from pandas import concat

    from landbridge.study.compare import compare as side_by_side
    from landbridge.study.outcome import load_outcome

    labels: dict[str, Any] = {"country": country} if country else {}
    if Path(left).is_dir() and Path(right).is_dir():
        one, other = load_outcome(left), load_outcome(right)
        shared = [scenario] if scenario else [name for name in one.scenarios[1:] if name in other.scenarios]
        tables = [side_by_side(one, other, name, name, **labels).assign(scenario=name) for name in shared]
        if not tables:
            raise InputError(f'"{left}" and "{right}" have no scenario in common.')
        _print_table(concat(tables, ignore_index=True), as_csv, as_json)
        return
    computed = _outcome(outcome)
    _print_table(side_by_side(computed, computed, left, right, **labels), as_csv, as_json)


@app.command()
def why(
    scenario: Annotated[str, typer.Argument(help="A scenario of the outcome.")],
    country: Annotated[str, typer.Argument(help="The country whose change is explained.")],
    partner: Annotated[
        str | None, typer.Argument(help="With a partner: what changes on the way between the two.")
    ] = None,
    outcome: OutcomeFolder = None,
    as_csv: AsCsv = False,
    as_json: AsJson = False,
) -> None:
    """Where a change comes from: partners, sectors, hours and money; and which uncertain number matters most."""
    from landbridge.study.why import what_matters, why_trade
    from landbridge.study.why import why as why_income

    computed = _outcome(outcome)
    if partner:
        _print_table(why_trade(computed, country, partner, scenario), as_csv, as_json)
        return
    _print_table(why_income(computed, country, scenario), as_csv, as_json)
    if computed.draw_count and not (as_csv or as_json):
        print("\nWhich uncertain number moves it most, by rank correlation over the draws:")
        _print_table(what_matters(computed, "real_income", country=country, scenario=scenario), as_csv, as_json)


def _outcome(folder: Path | None) -> Outcome:
    from landbridge.study.outcome import HEADER, load_outcome

    if folder is None:
        computed = sorted(OUTCOMES.glob(f"*/{HEADER}"), key=lambda path: path.stat().st_mtime)
        if not computed:
            raise InputError(f'No outcome in "{OUTCOMES}": run a study first, or name a folder with --outcome.')
        folder = computed[-1].parent
    return load_outcome(folder)


def _print_table(table: DataFrame, as_csv: bool, as_json: bool) -> None:
    if as_json:
        _print_json(json.loads(table.to_json(orient="records", double_precision=15)))
    elif as_csv:
        print(table.to_csv(index=False), end="")
    else:
        print(table.to_string(index=False, float_format=_number, na_rep="") if len(table) else "Nothing there.")


def _number(value: float) -> str:
    """Four digits; what is smaller than any solver's rounding is zero."""
    return f"{value:.4g}" if abs(value) >= 1e-12 else "0"


def _print_scenarios(outcome: Outcome) -> None:
    from rich.table import Table

    shown = [code for code in outcome.focus if code in outcome.countries]
    title = "Real income, % change at the central values"
    for first in range(0, len(shown), COUNTRIES_A_LINE):
        abreast = shown[first : first + COUNTRIES_A_LINE]
        table = Table(title=title if first == 0 else "", box=None, header_style="bold", title_justify="left")
        table.add_column("scenario", no_wrap=True)
        for code in abreast:
            table.add_column(code, justify="right", no_wrap=True)
        for scenario in outcome.scenarios[1:]:
            values = (outcome.value("real_income", scenario=scenario, country=code) for code in abreast)
            table.add_row(scenario, *(f"{round(value, 3) + 0.0:+.3f}" for value in values))
        _console().print(table)
    for scenario in outcome.scenarios[1:]:
        if cut_off := outcome.header["cut_off"][scenario]:
            print(f"Cut off in {scenario}: {', '.join(cut_off)}")
        net, ratio = (outcome.value(name, scenario=scenario) for name in ("net_present_value", "benefit_cost_ratio"))
        if math.isfinite(net):
            print(f"Cost and gains of {scenario}: net present value {net:+,.0f} million USD, {ratio:.2f} of the cost.")


def _print_verdicts(verdicts: list[Verdict]) -> None:
    from rich.table import Table

    if not verdicts:
        return
    table = Table(title="\nClaims", box=None, header_style="bold", title_justify="left")
    table.add_column("claim", overflow="fold")
    table.add_column("verdict", no_wrap=True)
    table.add_column("share", justify="right")
    for verdict in verdicts:
        share = "" if verdict.share is None else f"{verdict.share:.0%}"
        table.add_row(verdict.claim.id, verdict.verdict, share)
    _console().print(table)


# ------------------------------------------------------------------------------------------------------------- routes


@app.command()
def route(
    origin: Annotated[str, typer.Argument(metavar="FROM", help='A place: "Kashgar" or "Kashgar, CHN".')],
    destination: Annotated[str, typer.Argument(metavar="TO", help="Another place.")],
    mode: Annotated[
        list[str] | None, typer.Option(help="Only these modes (sea, rail, road, ferry); may be repeated.")
    ] = None,
    within: Annotated[list[str] | None, typer.Option(help="Only through these countries; may be repeated.")] = None,
    avoid: Annotated[
        list[str] | None, typer.Option(help="A passage, border (AAA-BBB) or country to keep out of; may be repeated.")
    ] = None,
    scenario: Annotated[
        str | None, typer.Option(metavar="STUDY:SCENARIO", help="On the network of a study's scenario.")
    ] = None,
    world: WorldName = "2017",
    map_file: Annotated[Path | None, typer.Option("--map", help="Draw the route to this PNG, SVG or PDF file.")] = None,
    as_json: AsJson = False,
) -> None:
    """The cheapest way between two places, leg by leg: mode, km, hours, money, borders and passages."""
    from landbridge.network.model import Network
    from landbridge.network.route import draw_route

    network = Network.from_world(_world_of(scenario, world))
    found = network.route(origin, destination, modes=mode, within=within, avoid=avoid or ())
    if as_json:
        _print_json(_route_document(found))
    else:
        _print_route(found)
    if map_file:
        draw_route(found, network, map_file)
        if not as_json:
            print(f"Map: {map_file}")


def _world_of(scenario: str | None, world: str) -> World:
    from landbridge.study.schema import read_study
    from landbridge.world import load_world

    if scenario is None:
        return load_world(world)
    study, separator, name = scenario.rpartition(":")
    if not separator:
        raise InputError(f'--scenario "{scenario}": write STUDY:SCENARIO, for example pakistan-russia-2017:cpec.')
    read = read_study(study)
    return read.scenario_world(name, read.world())


def _route_document(found: Route) -> dict[str, Any]:
    """A route for programs: totals are null where there is no way, and ``reason`` says why."""
    from dataclasses import asdict

    def finite(value: float) -> float | None:
        return value if math.isfinite(value) else None

    return {
        "origin": asdict(found.origin),
        "destination": asdict(found.destination),
        "reachable": found.reachable,
        "reason": found.reason,
        "km": finite(found.km),
        "hours": finite(found.hours),
        "usd_per_teu": finite(found.usd),
        "countries": found.countries,
        "passages": found.passages,
        "legs": [asdict(leg) for leg in found.legs],
    }


def _print_route(found: Route) -> None:
    from rich.table import Table

    if not found.reachable:
        print(f"{found.origin.name} to {found.destination.name}: no way. {found.reason}")
        return
    table = Table(box=None, header_style="bold")
    for heading in ("from", "to", "by"):
        table.add_column(heading, overflow="fold")
    for heading in ("km", "hours", "USD/TEU"):
        table.add_column(heading, justify="right")
    table.add_column("through")
    for leg in found.legs:
        through = ", ".join([*leg.passages, leg.border] if leg.border else [*leg.passages])
        table.add_row(
            leg.start, leg.end, leg.stop or leg.mode, f"{leg.km:,.0f}", f"{leg.hours:,.1f}", f"{leg.usd:,.0f}", through
        )
    _console().print(table)
    print(
        f"Total: {found.km:,.0f} km, {found.days:.1f} days, {found.usd:,.0f} USD per TEU, through "
        f"{', '.join(found.countries)}."
    )


@app.command("rank-links")
def rank_links(
    mode: Annotated[str | None, typer.Option(help="Only links of this mode (sea, rail, road, ferry).")] = None,
    within: Annotated[
        list[str] | None,
        typer.Option(help='Only links in a country, region ("Central Asia") or institution; may be repeated.'),
    ] = None,
    beneficiary: Annotated[
        list[str] | None,
        typer.Option("--for", help="Worth to a country, region or institution, may be repeated; without it the world."),
    ] = None,
    by: Annotated[
        str, typer.Option(help="Order by what one hour, one USD per TEU (usd) or 10 % of the cost saved is worth.")
    ] = "hour",
    top: Annotated[int, typer.Option(help="How many stretches of line.")] = 20,
    scenario: Annotated[
        str | None, typer.Option(metavar="STUDY:SCENARIO", help="In the world that a study's scenario makes.")
    ] = None,
    world: WorldName = "2017",
    map_file: Annotated[Path | None, typer.Option("--map", help="Draw them to this PNG, SVG or PDF file.")] = None,
    as_csv: AsCsv = False,
    as_json: AsJson = False,
) -> None:
    """Where an hour or a dollar saved is worth most: links by what they add to real income, million USD a year."""
    from landbridge.parameters import central_values
    from landbridge.study.ranking import WORLD, link_values
    from landbridge.study.schema import read_study

    chosen = _world_of(scenario, world)
    study = read_study(scenario.rpartition(":")[0]) if scenario else None
    values = link_values(
        chosen,
        beneficiary or [WORLD],
        before=study.world() if study else None,
        params=central_values(study.parameters) if study else None,
        deficits=study.about.deficits if study else "zero",
    )
    ranking = values.ranked(mode=mode, within=within, by=by, top=top)
    _print_table(ranking.table, as_csv, as_json)
    if map_file:
        ranking.draw(map_file)
        if not (as_csv or as_json):
            print(f"Map: {map_file}")


# ------------------------------------------------------------------------------------------------------------- worlds


@world_app.command("build")
def world_build(
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder to write the world to.")],
    file: Annotated[
        Path | None,
        typer.Argument(help="Your own data: OECD's YYYY_SML.csv, WIOD's tables, BACI's CSV, or a trade table."),
    ] = None,
    sources: Annotated[Path | None, typer.Option(help="Without FILE: folder of the public sources.")] = None,
    year: Annotated[int | None, typer.Option(help="Base year; without it 2017, or what FILE or its name says.")] = None,
    detail: Annotated[
        str,
        typer.Option(help="wide: every economy by four sectors; industry: 81 by 28, with input-output links."),
    ] = "wide",
    base: Annotated[str | None, typer.Option(help="The packaged world that a trade table or BACI stands on.")] = None,
    codes: Annotated[
        Path | None, typer.Option(help="BACI's table of country codes; without it the one beside FILE.")
    ] = None,
) -> None:
    """Build a world: from a file of your own, or from public sources (ten minutes; pip install 'landbridge[build]')."""
    if (file is None) == (sources is None):
        raise InputError("Name one file of your own (landbridge world build FILE -o DIR) or a folder with --sources.")
    if file is not None:
        from landbridge.world.build.readers import build_from_file
        from landbridge.world.build.readers.progress import bar

        with bar(f"reading {file.name}") as advance:
            remarks = build_from_file(file, output, year=year, base=base, codes=codes, advance=advance)
        for remark in remarks:
            print(remark, file=sys.stderr)
    elif sources is not None:
        from landbridge.alignment.tables import write_alignment
        from landbridge.network.trunk import write_trunk
        from landbridge.world.build import build_world

        build_world(sources, year or 2017, detail, output, progress=_to_stderr)
        write_alignment(output, sources, progress=_to_stderr)
        _to_stderr("trunk of the network")
        write_trunk(output)
    print(f"World: {output}")


def _to_stderr(step: str) -> None:
    print(step, file=sys.stderr)


@world_app.command("votes")
def world_votes(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE...", help="The public file UNVotes.csv, or tables with rcid, session, iso3, vote."
        ),
    ],
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder to write the world to.")],
    roll_calls: Annotated[
        Path | None, typer.Option("--roll-calls", help="A table by rcid with dates and issues, where FILE has none.")
    ] = None,
    base: Annotated[str, typer.Option(help="The packaged world that the votes are put into.")] = "2017",
) -> None:
    """Build a world with votes of your own: ideal points, by issue too, and how alike any two states vote."""
    from landbridge.alignment.tables import world_of_votes

    world_of_votes(files, output, base, roll_calls, progress=_to_stderr)
    print(f"World: {output}")


@world_app.command("template")
def world_template(file: Annotated[Path, typer.Argument(help="The file to write (.csv).")]) -> None:
    """Write a trade table to fill in, with an example; landbridge world build FILE -o DIR makes a world of it."""
    from landbridge.world.build.readers import write_template

    write_template(file)
    print(f"{file} is yours to change; then: landbridge world build {file} --base 2017 -o my-world")


@world_app.command("check")
def world_check(world: Annotated[str, typer.Argument(help="A packaged world or a world's folder.")] = "2017") -> None:
    """Check every table of a world against its description, and the world's own identities."""
    from landbridge.world import load_world

    loaded = load_world(world)
    loaded.check()
    size = f"{len(loaded.resources)} tables, {len(loaded.countries)} trading economies"
    print(f"World {loaded.name}: {size}, no fault found.")


@world_app.command("show")
def world_show(
    country: Annotated[
        str | None, typer.Argument(help="A country, in any usual spelling; without it the whole world.")
    ] = None,
    world: WorldName = "2017",
    as_json: AsJson = False,
) -> None:
    """What a world says of a country, or of itself: accounts, partners, memberships, the largest modelled flows."""
    from landbridge.world import load_world
    from landbridge.world.show import country_card, summary, text_of_card, text_of_summary

    loaded = load_world(world)
    data = country_card(loaded, country) if country else summary(loaded)
    if as_json:
        _print_json(data)
    else:
        print(text_of_card(data) if country else text_of_summary(data))


@world_app.command("sources")
def world_sources(world: WorldName = "2017", as_json: AsJson = False) -> None:
    """Where every table of a world comes from, and under which licence."""
    from landbridge.world import load_world
    from landbridge.world.show import sources, text_of_sources

    data = sources(load_world(world))
    if as_json:
        _print_json(data)
    else:
        print(text_of_sources(data))


# ----------------------------------------------------------------------------------------------------------- evidence


@app.command()
def validate(
    sources: Annotated[
        Path | None, typer.Option(help="Folder of the public sources, for checks that need them.")
    ] = None,
    only: Annotated[str | None, typer.Option(help='A check\'s id, or a family of them such as "distance".')] = None,
    as_json: AsJson = False,
) -> None:
    """Reproduce published results: a row each with the published value, ours, the tolerance and the verdict."""
    from landbridge.evidence import as_dicts, as_table, exit_code
    from landbridge.evidence import validate as validate_all

    rows = validate_all(sources, only)
    if as_json:
        _print_json(as_dicts(rows))
    else:
        _console().print(as_table(rows))
    raise typer.Exit(exit_code(rows))
