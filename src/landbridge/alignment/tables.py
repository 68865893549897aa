"""The tables of a world on alignment: ideal points, points by issue, agreement of pairs, ties.

``python -m landbridge.alignment.tables SOURCES`` refreshes those that ship; ``landbridge world votes FILE`` makes a
world of votes of one's own.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from landbridge.alignment.agreement import MEASURES, agreement_table
from landbridge.alignment.ideal_points import ideal_points, usable
from landbridge.alignment.triads import ties_table
from landbridge.alignment.votes import ISSUES, read_votes
from landbridge.errors import LandbridgeError
from landbridge.world.build.sources import CATALOGUE, read, source
from landbridge.world.package import Column, Source, Table, write_tables
from landbridge.world.world import BASELINE, load_world

if TYPE_CHECKING:
    from pandas import DataFrame

ROLL_CALLS_A_SESSION = 5  # an issue is placed in sessions with at least as many contested roll calls on it
LICENCE = "derived by landbridge (CC BY 4.0) from Voeten's votes: cite Voeten, Strezhnev & Bailey (2009)"
_SD = "standard deviations"
_OWN = ("profile", "resources")  # what a description says of its tables
_KEY = (
    Column("iso3", "ISO3 of the state"),
    Column("session", "session of the General Assembly"),
    Column("year", "year in which the session began"),
)
_ESTIMATE = (
    Column("ideal_point", "centre of the posterior; the mean of all is 0", _SD),
    Column(
        "standard_error",
        "from the curvature of the posterior; too small where a point lies more than two from the mean",
        _SD,
    ),
    Column("votes", "votes cast that the estimate rests on", "votes"),
)


def votes_tables(
    votes: DataFrame, sources: Sequence[Source], progress: Callable[[str], object] = lambda _: None
) -> list[Table]:
    """The tables that votes give: ``ideal_points``, ``issue_points`` where issues are known, ``agreement``.

    Raises:
        InputError: too few votes.
        SolveError: an estimate did not settle.
    """
    progress("ideal points")
    tables = [_points_table(ideal_points(votes), sources)]
    if known := [code for code in ISSUES if code in votes]:
        progress("ideal points by issue")
        tables.append(_issues_table(votes, known, sources))
    progress("agreement of pairs")
    return [*tables, _agreement_table(votes, sources)]


def write_alignment(folder: Path, sources: Path, progress: Callable[[str], object] = lambda _: None) -> None:
    """Write the tables on alignment into the folder of a world, from the public sources.

    Raises:
        InputError: a source file is missing or malformed.
    """
    path = folder / "datapackage.json"
    header = {key: value for key, value in json.loads(path.read_text(encoding="utf-8")).items() if key not in _OWN}
    votes = read_votes([sources / CATALOGUE["unvotes"].path], sources / CATALOGUE["rollcalls"].path)
    tables = votes_tables(votes, [source("unvotes"), source("rollcalls")], progress)
    progress("ties")
    write_tables(folder, header, [*tables, _ties_table(read(sources, "events"))])


def world_of_votes(
    files: Sequence[Path],
    out: Path,
    base: str = "2017",
    roll_calls: Path | None = None,
    progress: Callable[[str], object] = lambda _: None,
) -> None:
    """Write a world whose tables of votes are of one's own, over a packaged one, and check it.

    Raises:
        InputError: a file is missing or malformed, or the votes are too few; no such base.
        SolveError: an estimate did not settle.
    """
    below = load_world(base)
    progress("reading votes")
    votes = read_votes(files, roll_calls)
    span = f"{votes['year'].min()}-{votes['year'].max()}"
    own = Source(", ".join(file.name for file in files), "as its owner says", span, "votes")
    header = {"name": out.name, "year": below.year, "title": f"World {base} with votes of {span}", "base": below.name}
    write_tables(out, header, votes_tables(votes, [own], progress))
    load_world(out).check()


def _sorted(frame: DataFrame, *by: str) -> DataFrame:
    return frame.sort_values(list(by), ignore_index=True).astype(
        {"session": "int32", "year": "int32", "votes": "int32"}
    )


def _points_table(points: DataFrame, sources: Sequence[Source]) -> Table:
    return Table(
        name="ideal_points",
        frame=_sorted(points, "iso3", "session"),
        description="Positions of states on the main dimension of United Nations votes (the United States is high), "
        "estimated by landbridge with the model of Bailey, Strezhnev & Voeten (2017).",
        columns=(*_KEY, *_ESTIMATE),
        key=("iso3", "session"),
        licence=LICENCE,
        sources=tuple(sources),
    )


def _issues_table(votes: DataFrame, known: Sequence[str], sources: Sequence[Source]) -> Table:
    import pandas as pd

    parts = []
    for code in known:
        issue = ISSUES[code]
        counts = usable(votes, issue).groupby("session")["rcid"].nunique()
        placed = votes[votes["session"].isin(counts.index[counts >= ROLL_CALLS_A_SESSION])]
        if len(placed):
            parts.append(ideal_points(placed, issue).assign(issue=issue))
    frame = pd.concat(parts) if parts else pd.DataFrame(columns=[column.name for column in (*_KEY, *_ESTIMATE)])
    ordered = frame[["issue", *(column.name for column in (*_KEY, *_ESTIMATE))]]
    return Table(
        name="issue_points",
        frame=_sorted(ordered, "issue", "iso3", "session").astype(
            {"ideal_point": "float32", "standard_error": "float32"}
        ),
        description="Positions of states in votes on one issue, each issue on a scale of its own "
        f"(the United States is high); sessions with at least {ROLL_CALLS_A_SESSION} contested roll calls on it.",
        columns=(Column("issue", "the issue, as the public file marks it"), *_KEY, *_ESTIMATE),
        key=("issue", "iso3", "session"),
        licence=LICENCE,
        sources=tuple(sources),
    )


def _agreement_table(votes: DataFrame, sources: Sequence[Source]) -> Table:
    """Rounded to hundredths: a session's votes bear no more."""
    frame = agreement_table(usable(votes)).dropna()
    rounded = {name: frame[name].round(2).astype("float32") for name in MEASURES}
    return Table(
        name="agreement",
        frame=frame.assign(**rounded).astype({"session": "int16", "year": "int16", "votes": "int16"}),
        description="How alike two states vote, raw and corrected for chance; without pairs that never could differ.",
        columns=(
            Column("iso3_a", "ISO3 of the one state"),
            Column("iso3_b", "ISO3 of the other, later in the alphabet"),
            *_KEY[1:],
            Column("votes", "contested roll calls on which both voted", "votes"),
            Column("identical", "share of them on which they voted the same", "1"),
            Column("s_score", "S of Signorino & Ritter (1999), -1 to 1", "1"),
            Column("scott_pi", "Scott's pi with distances of votes: 1 alike, 0 as by chance", "1"),
            Column("cohen_kappa", "Cohen's kappa with distances of votes", "1"),
        ),
        key=("iso3_a", "iso3_b", "session"),
        licence=LICENCE,
        sources=tuple(sources),
    )


def _ties_table(events: DataFrame) -> Table:
    frame = ties_table(events)
    rounded = {name: frame[name].round(4).astype("float32") for name in ("hostile_share", "usual_share", "error")}
    return Table(
        name="ties",
        frame=frame.assign(**rounded, departure=frame["departure"].round(2).astype("float32")).astype(
            {"year": "int16", "sign": "int8"}
        ),
        description="Ties between states, friendly or hostile beyond what both usually meet in the news.",
        columns=(
            Column("iso3_a", "ISO3 of the one state"),
            Column("iso3_b", "ISO3 of the other, later in the alphabet"),
            Column("year", "calendar year"),
            Column("hostile_share", "share of hostile events, mean of the months on the scale of arcsin sqrt", "1"),
            Column("usual_share", "what both usually meet", "1"),
            Column("error", "standard error of the mean, on the scale of arcsin sqrt", "1"),
            Column("departure", "how far the share lies above the usual", "standard errors"),
            Column("sign", "1 friendly, -1 hostile, 0 neither", "1"),
        ),
        key=("iso3_a", "iso3_b", "year"),
        licence="derived by landbridge (CC BY 4.0) from GDELT: credit the GDELT Project",
        sources=(source("events"),),
    )


def main() -> None:
    """Refresh the tables that ship."""
    if len(sys.argv) != 2:
        sys.exit("usage: python -m landbridge.alignment.tables SOURCES")
    try:
        write_alignment(BASELINE / "common", Path(sys.argv[1]), progress=print)
    except LandbridgeError as error:
        print(error, file=sys.stderr)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
