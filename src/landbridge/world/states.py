"""When states began and ended: nobody joins an institution before, or stays in one after.

Dates of independence since 1945, from general knowledge; the first votes in the General Assembly agree with them to the
year but for Belarus, Ukraine and India, founding members of the United Nations before they were independent.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files


@cache
def lives() -> Mapping[str, tuple[str, str]]:
    """First and last day of states by ISO3 code; empty where it began before 1945, or lasts. Others are not listed."""
    text = (files("landbridge.world") / "states.csv").read_text(encoding="utf-8")
    return {row["iso3"]: (row["since"], row["until"]) for row in csv.DictReader(text.splitlines())}
