"""Memberships in institutions: dated spans, each with how far it was verified.

Dates come from a list of our own, ``memberships.csv``, which names the page where a date was read, if it was; dates
are given to the month or year where the day is not known. The Factbook's yearly snapshots and the Correlates of War
list either agree with a row, disagree, or are silent, and each row says which. A body without a list of ours has the
members of the snapshots alone: then only the first snapshot that shows a member is known, and the row says so.
Territories that belonged to a body before they were states (the Gulf emirates in OPEC) are members from independence.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from landbridge.world.build.regions import REGION
from landbridge.world.build.sources import read, source
from landbridge.world.package import Column, Source, Table
from landbridge.world.states import lives

if TYPE_CHECKING:
    from pandas import DataFrame

# Bodies taken from the Factbook: ours -> the names it has used. The AIIB is left out: it shows 9 of about 110 members.
_FACTBOOK = {
    "APEC": ("APEC",),
    "ASEAN": ("ASEAN",),
    "AU": ("AU",),
    "BRICS": ("BRICS",),
    "CICA": ("CICA",),
    "CIS": ("CIS",),
    "CSTO": ("CSTO",),
    "D-8": ("D-8",),
    "EAEU": ("EAEU", "EEU"),
    "ECO": ("ECO",),
    "EU": ("EU",),
    "G-20": ("G-20",),
    "GCC": ("GCC",),
    "NATO": ("NATO",),
    "OECD": ("OECD",),
    "OIC": ("OIC",),
    "OPEC": ("OPEC",),
    "QUAD": ("Quad",),
    "SAARC": ("SAARC",),
    "SCO": ("SCO",),
    "WTO": ("WTO",),
}

_COLUMNS = ["institution", "iso3", "role", "start", "end", "verification", "source"]
_ROLES = {
    "member": "member",
    "observer": "observer",
    "dialogue partner": "dialogue",
    "dialogue member": "dialogue",
    "sectoral dialogue partner": "dialogue",
}
_COW = {"Andean Community": "ANDEAN", "Arab League": "LOAS", "Council of Europe": "COE"}  # names there that differ
_COW_ROLES = {"full": "member", "observer": "observer", "associate": "associate"}

_LIST = "memberships.csv"
_READ = Source("Pages on memberships, by address in the column verification", "facts", "1945-2025", "dates read there")


def memberships_table(sources: Path) -> Table:
    """Every span of membership known, with its verification.

    Raises:
        DataError: a file is missing.
    """
    import pandas as pd

    snapshots = _snapshots(sources)
    ours = _ours(sources, snapshots)
    covered = pd.MultiIndex.from_frame(ours[["institution", "iso3"]])
    seen = _spans_of_snapshots(snapshots)
    listed = seen["institution"].isin(ours["institution"]) & (seen["role"] == "member")
    seen = seen[~listed & ~pd.MultiIndex.from_frame(seen[["institution", "iso3"]]).isin(covered)]
    frame = pd.concat([ours, seen], ignore_index=True).sort_values(["institution", "start", "iso3"], ignore_index=True)
    return Table(
        name="memberships",
        frame=frame,
        description="Who belongs to which institution, from when to when.",
        columns=(
            Column("institution", "usual abbreviation"),
            Column("iso3", "ISO3 of the state"),
            Column("role", "member, associate, observer or dialogue (partner)"),
            Column(
                "start",
                "first day, ISO date (or month, or year); for rows known from snapshots the first one showing it",
            ),
            Column("end", "last day, ISO date (or month, or year); empty while it lasts"),
            Column("verification", "where the date was read; which independent list agrees, disagrees or is silent"),
            Column("source", "where the row comes from"),
        ),
        key=("institution", "iso3", "role", "start"),
        licence="CC0 (Factbook: public domain; dates: our own list)",
        sources=(source("curated"), source("factbook"), source("cow_igo"), _READ),
    )


def _snapshots(sources: Path) -> DataFrame:
    """Factbook rows of the bodies above: institution, iso3, role, snapshot."""
    ours = {theirs: body for body, names in _FACTBOOK.items() for theirs in names}
    frame = read(sources, "factbook")
    frame = frame[frame["iso3"].isin(REGION)]
    frame = frame.assign(institution=frame["org"].map(ours), role=frame["status"].map(_ROLES))
    frame = frame.dropna(subset=["institution", "role"])
    return frame[["institution", "iso3", "role", "snapshot"]].drop_duplicates()


def _ours(sources: Path, snapshots: DataFrame) -> DataFrame:
    """Our own dated rows, each checked against the other lists."""
    import pandas as pd

    dated = pd.read_csv(str(files("landbridge.world.build") / _LIST), keep_default_na=False)
    listed = read(sources, "curated").rename(columns={"org": "institution"})[_COLUMNS[:5]].assign(read="")
    keys = ["institution", "iso3", "role"]
    known = pd.MultiIndex.from_frame(dated[keys])
    frame = pd.concat([dated, listed[~pd.MultiIndex.from_frame(listed[keys]).isin(known)]], ignore_index=True)
    born = frame["iso3"].map({iso3: since for iso3, (since, _) in lives().items()}).fillna("")
    early = pd.Series([start < since[: len(start)] for start, since in zip(frame["start"], born, strict=True)])
    frame = frame.assign(start=frame["start"].where(~early, born))
    frame["source"] = frame["read"].where(frame["read"] != "", "general knowledge")
    frame["early"] = early
    roles = snapshots.groupby(["institution", "iso3", "snapshot"])["role"].agg(set).to_dict()
    dates = {body: sorted(set(rows["snapshot"])) for body, rows in snapshots.groupby("institution")}
    cow = read(sources, "cow_igo")
    joined = cow.groupby([cow["igo"].str.upper(), "iso3", cow["status"].map(_COW_ROLES)])["first_year"].agg(set)
    verdicts = []
    for body, iso3, role, start, end, page, early in frame[[*_COLUMNS[:5], "read", "early"]].itertuples(index=False):
        during = [date for date in dates.get(body, []) if start <= date and (not end or date < end)]
        shown = {date: roles.get((body, iso3, date), set()) for date in during}
        said = [
            f"read at {page}" if page else "",
            "counted from independence" if early else "",
            _by_snapshots(role, shown),
            _by_year_of_joining(start, joined.get((_COW.get(body, body.upper()), iso3, role), set())),
        ]
        verdicts.append("; ".join(filter(None, said)) or "unverified")
    return frame.assign(verification=verdicts)[_COLUMNS]


def _by_snapshots(role: str, shown: dict[str, set[str]]) -> str:
    """What the Factbook snapshots taken during a span say of the role; empty when none was taken."""
    agreeing = [date for date, roles in shown.items() if role in roles]
    if agreeing:
        return f"agrees with Factbook {max(agreeing)[:4]} snapshot"
    if not shown:
        return ""
    newest = max(shown)
    other = f"has it as {' and '.join(sorted(shown[newest]))}" if shown[newest] else "does not show it"
    return f"unverified: Factbook {newest[:4]} snapshot {other}"


def _by_year_of_joining(start: str, years: set[int]) -> str:
    """What the Correlates of War list says of the year; empty when it is silent."""
    if not years:
        return ""
    if int(start[:4]) in years:
        return "year of joining agrees with Correlates of War"
    return f"Correlates of War has it from {', '.join(map(str, sorted(years)))}"


def _spans_of_snapshots(snapshots: DataFrame) -> DataFrame:
    """One span per institution, state and role: first to last snapshot showing it; open when the newest shows it."""
    dates = sorted(set(snapshots["snapshot"]))
    after = dict(zip(dates, [*dates[1:], ""], strict=True))
    spans = snapshots.groupby(["institution", "iso3", "role"])["snapshot"].agg(["min", "max"]).reset_index()
    opening = spans["min"].map(lambda date: "began before it" if date == dates[0] else "joined since the one before")
    closing = spans["max"].map(lambda date: "" if date == dates[-1] else "; end: first snapshot without it")
    return spans.assign(
        start=spans["min"],
        end=spans["max"].map(after),
        verification="Factbook snapshots only; start: first snapshot showing it (" + opening + ")" + closing,
        source="CIA World Factbook",
    )[_COLUMNS]
