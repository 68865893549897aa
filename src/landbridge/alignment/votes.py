"""Votes of the General Assembly in one tidy form, from the public file or from tables of the same shape.

The tidy form has one row for each vote cast: ``rcid`` (number of the roll call), ``session``, ``iso3`` and ``vote``
(0 no, 1 abstention, 2 yes; absences are left out). Optional columns: ``date``, ``para`` and ``amend`` (1: a vote on a
paragraph or an amendment) and the public file's issues, as in ``ISSUES``; or these in a table of roll calls of its own.

The public file (Voeten, Harvard Dataverse hdl:1902.1/12379, ``UNVotes.csv``) has ``rcid``, ``session``, ``Countryname``
and ``vote`` coded 1 yes, 2 abstention, 3 no, 8 absent, 9 not a member.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from landbridge.errors import InputError, did_you_mean
from landbridge.labels import country

if TYPE_CHECKING:
    from pandas import DataFrame, Series

ISSUES = {
    "me": "middle_east",
    "nu": "nuclear",
    "di": "disarmament",
    "hr": "human_rights",
    "co": "colonialism",
    "ec": "economic",
}
ROLL_CALL = ("date", "para", "amend", *ISSUES)
PUBLIC = {1: 2, 2: 1, 3: 0}  # yes, abstention, no
ABSENT = {8, 9}
TIDY = {0, 1, 2}
SERBIA_FROM = 61  # the public files keep one code for Yugoslavia and, after Montenegro left in 2006, Serbia

_PUBLIC_NAMES = {  # of the public file, where they are no usual spelling of an ISO 3166 country
    "antigua & barbuda": "ATG",
    "german federal republic": "DEU",
    "serbia and montenegro": "YUG",
    "czechoslovakia": "CSK",
    "german democratic republic": "DDR",
    "yugoslavia": "YUG",
    "serbia": "YUG",
    "yemen arab republic": "YAR",
    "yemen people's republic": "YMD",
    "zanzibar": "ZAN",
    "taiwan": "TWN",
}
_LAST_SESSION = {"CSK": 47, "DDR": 44, "YAR": 45, "YMD": 44, "YUG": 60, "ZAN": 18}
_FIRST_SESSION = {
    **dict.fromkeys(("SVK", "CZE", "MKD", "ERI", "MCO", "AND"), 47),
    **dict.fromkeys(("ARM", "AZE", "KAZ", "KGZ", "MDA", "TJK", "TKM", "UZB", "GEO", "HRV", "SVN", "BIH", "SMR"), 46),
    **dict.fromkeys(("EST", "LVA", "LTU", "FSM", "MHL", "KOR", "PRK"), 46),
    **dict.fromkeys(("KIR", "NRU", "TON"), 54),
    **{"NAM": 44, "YEM": 45, "PLW": 49, "TUV": 55, "CHE": 57, "TLS": 57, "SRB": SERBIA_FROM, "MNE": 60, "SSD": 65},
}


def read_votes(files: Sequence[Path], roll_calls: Path | None = None) -> DataFrame:
    """Votes [rcid, session, year, iso3, vote, and the columns of ``ROLL_CALL`` that there are] of one or more files.

    Args:
        files: CSV or Parquet; the public file or the tidy form, told apart by their columns.
        roll_calls: a table by ``rcid`` with columns of ``ROLL_CALL`` that the files lack.

    Raises:
        InputError: a file or column is missing; a vote is coded in another scheme; a state is unknown, or did not
            exist in that session; a state votes twice; a session without a vote on which states differ.
    """
    import pandas as pd

    votes = pd.concat([_tidy(_read(path), path) for path in files], ignore_index=True)
    if roll_calls is not None:
        about = _read(roll_calls)
        _columns(about, ("rcid",), roll_calls)
        known = [name for name in ROLL_CALL if name in about and name not in votes]
        votes = votes.merge(about[["rcid", *known]].drop_duplicates("rcid"), on="rcid", how="left")
    years = votes["date"].astype(str).str[:4] if "date" in votes else pd.Series(index=votes.index, dtype=object)
    votes["year"] = pd.to_numeric(years, errors="coerce").fillna(votes["session"] + 1945).astype(int)
    votes.loc[(votes["iso3"] == "YUG") & (votes["session"] >= SERBIA_FROM), "iso3"] = "SRB"
    _once(votes)
    _existing(votes)
    _not_empty(votes)
    return votes


def contested(votes: DataFrame) -> DataFrame:
    """Votes on roll calls on which states differed."""
    return votes[votes.groupby("rcid")["vote"].transform("nunique") > 1]


def _read(path: Path) -> DataFrame:
    import pandas as pd

    if not path.is_file():
        raise InputError(f"No file {path}.")
    try:
        if path.suffix == ".parquet":
            frame = pd.read_parquet(path)
        else:
            frame = pd.read_csv(
                path, keep_default_na=False, na_values=[""], low_memory=False, encoding_errors="replace"
            )
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read as a table: {error}") from None
    labels = frame.select_dtypes("category").columns
    return frame.astype(dict.fromkeys(labels, str))


def _columns(frame: DataFrame, wanted: Sequence[str], path: Path) -> None:
    columns = [str(column) for column in frame.columns]
    for name in wanted:
        if name not in columns:
            raise InputError(
                f"{path} lacks the column {name}.{did_you_mean(name, columns)} It has: {', '.join(columns[:12])}."
            )


def _tidy(frame: DataFrame, path: Path) -> DataFrame:
    frame = frame.rename(columns={"y": "vote"}) if "vote" not in frame else frame
    public = "Countryname" in frame and "iso3" not in frame
    _columns(frame, ("rcid", "session", "vote", "Countryname" if public else "iso3"), path)
    frame = frame.dropna(subset=["rcid", "session", "vote"])
    frame = _public(frame, path) if public else _coded(frame, path)
    kept = [name for name in ROLL_CALL if name in frame]
    return frame[["rcid", "session", "iso3", "vote", *kept]].astype({"rcid": int, "session": int, "vote": "int8"})


def _codes(frame: DataFrame, allowed: set[int], scheme: str, path: Path) -> None:
    found = set(frame["vote"].unique().tolist())
    if strange := sorted(found - allowed, key=str):
        row = frame[frame["vote"] == strange[0]].iloc[0]
        raise InputError(
            f"{path}: a vote is coded {strange[0]} (roll call {row['rcid']}, session {row['session']}); wanted is "
            f"{scheme}."
        )


def _public(frame: DataFrame, path: Path) -> DataFrame:
    _codes(
        frame, {*PUBLIC, *ABSENT}, "1 yes, 2 abstention, 3 no, 8 absent, 9 not a member, as in the public file", path
    )
    cast = frame[frame["vote"].isin(PUBLIC)]
    named = _iso3(cast["Countryname"], path)
    return cast.assign(vote=cast["vote"].map(PUBLIC), iso3=named)


def _coded(frame: DataFrame, path: Path) -> DataFrame:
    if {3, 8, 9} & set(frame["vote"].unique().tolist()):
        _codes(frame, {*PUBLIC, *ABSENT}, "1 yes, 2 abstention, 3 no, 8 absent, 9 not a member", path)
        cast = frame[frame["vote"].isin(PUBLIC)]
        cast = cast.assign(vote=cast["vote"].map(PUBLIC))
    else:
        _codes(frame, TIDY, "0 no, 1 abstention, 2 yes (or 1, 2, 3, 8, 9 as in the public file)", path)
        cast = frame
    return cast.assign(iso3=_iso3(cast["iso3"], path))


def _iso3(names: Series, path: Path) -> Series:
    codes: Mapping[str, str] = {}
    unknown = []
    known = {*_PUBLIC_NAMES.values()}
    for name in names.astype(str).unique():
        former = name if name in known else _PUBLIC_NAMES.get(name.casefold())
        try:
            codes = {**codes, name: former or country(name)}
        except InputError as error:
            unknown.append(str(error))
    if unknown:
        raise InputError(f"{path}: {len(unknown)} states are unknown. {' '.join(unknown[:5])}")
    return names.astype(str).map(codes)


def _once(votes: DataFrame) -> None:
    if (twice := votes.duplicated(["rcid", "iso3"])).any():
        row = votes[twice].iloc[0]
        raise InputError(f"{row['iso3']} votes twice on roll call {row['rcid']} (session {row['session']}).")


def _existing(votes: DataFrame) -> None:
    first = votes["iso3"].map(_FIRST_SESSION).fillna(-np.inf)
    last = votes["iso3"].map(_LAST_SESSION).fillna(np.inf)
    if (bad := (votes["session"] < first) | (votes["session"] > last)).any():
        row = votes[bad].iloc[0]
        code, session = row["iso3"], int(row["session"])
        when = (
            f"it voted last in session {_LAST_SESSION[code]}"
            if session > _LAST_SESSION.get(code, 10**6)
            else f"it was no member before session {_FIRST_SESSION[code]}"
        )
        raise InputError(f"{code} has a vote in session {session} ({session + 1945}), but {when}.")


def _not_empty(votes: DataFrame) -> None:
    differing = set(contested(votes)["session"])
    if empty := sorted(set(votes["session"]) - differing):
        raise InputError(f"Session {empty[0]} has no roll call on which states differ: leave it out, or add its votes.")
