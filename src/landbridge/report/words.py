"""Names and sentences: what figures say, in plain language, written from the numbers alone."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from landbridge.labels import country_name
from landbridge.report.numbers import MINUS, change, digits, listed, signed, significant, span

if TYPE_CHECKING:
    from pandas import DataFrame

    from landbridge.study.outcome import Outcome

_PASSAGES = {
    "babalmandab": "Bab al-Mandab",
    "bosporus": "the Bosporus",
    "dardanelles": "the Dardanelles",
    "dover": "the Strait of Dover",
    "gibraltar": "the Strait of Gibraltar",
    "hormuz": "the Strait of Hormuz",
    "ormuz": "the Strait of Hormuz",
    "kiel": "the Kiel Canal",
    "magellan": "the Strait of Magellan",
    "malacca": "the Strait of Malacca",
    "northern_sea_route": "the Northern Sea Route",
    "northwest": "the Northwest Passage",
    "panama": "the Panama Canal",
    "south_africa": "the Cape of Good Hope",
    "suez": "the Suez Canal",
    "sunda": "the Sunda Strait",
}


def passage_name(tag: str) -> str:
    """A passage as one names it in a sentence."""
    return _PASSAGES.get(tag, tag.replace("_", " ").title())


def capital(text: str) -> str:
    """The text with its first letter in upper case, the rest as it stands."""
    return text[:1].upper() + text[1:]


def with_interval(row: Mapping[Any, Any]) -> str:
    """A change with its interval: "+0.42 % (5-95 %: +0.10 to +0.93)", all to the decimals its largest part is worth."""
    value, low, high = float(row["value"]), float(row.get("low", math.nan)), float(row.get("high", math.nan))
    if math.isnan(low) or not math.isfinite(value):
        return change(value)
    decimals = digits(max(abs(value), abs(low), abs(high)))
    return f"{signed(value, decimals)}\u202f% (5\u2060–\u206095\u202f%: {span(low, high, decimals)})"


_WITH_ARTICLE = frozenset(
    [
        "ARE",
        "BHS",
        "CAF",
        "COD",
        "COG",
        "COM",
        "CYM",
        "DOM",
        "FLK",
        "GBR",
        "GMB",
        "MDV",
        "MHL",
        "NLD",
        "PHL",
        "SLB",
        "USA",
        "VGB",
        "VIR",
    ]
)


def country_in_text(iso3: str) -> str:
    """A country's name inside a sentence: with its article where it has one."""
    return f"the {country_name(iso3)}" if iso3 in _WITH_ARTICLE else country_name(iso3)


def incomes_read(table: DataFrame, threshold: float) -> str:
    """What a scenario's map of real income says. ``table`` has country, value and, with draws, low and high."""
    finite = table[table["value"].map(math.isfinite)]
    if finite.empty or finite["value"].abs().max() < threshold:
        return f"No economy's real income changes by as much as {significant(threshold)}\u202f%."
    gains, losses = finite[finite["value"] >= threshold], finite[finite["value"] <= -threshold]
    sentences = []
    if len(gains):
        best = most(gains, 1)
        sentences.append(
            f"Real income rises by {significant(threshold)}\u202f% or more in {economies(len(gains))}, most in "
            f"{country_in_text(best['country'])}: {with_interval(best)}."
        )
    if len(losses):
        worst = most(losses, -1)
        opening = (
            "It falls by as much" if len(gains) else f"Real income falls by {significant(threshold)}\u202f% or more"
        )
        where = country_in_text(worst["country"])
        sentences.append(f"{opening} in {economies(len(losses))}, most in {where}: {with_interval(worst)}.")
    elif len(gains):
        sentences.append("It falls by as much in none.")
    return " ".join(sentences)


def most(frame: DataFrame, sign: int = 0, column: str = "value") -> dict[str, Any]:
    """The row with the highest (``sign`` 1) or lowest (-1) value, or the one largest in size (0)."""
    values = frame[column].to_numpy(dtype=float)
    position = int(np.argmax(sign * values if sign else np.abs(values)))
    return {str(key): value for key, value in frame.iloc[position].items()}


def economies(count: int) -> str:
    """ "1 economy", "12 economies", "no economy"."""
    return "no economy" if count == 0 else "1 economy" if count == 1 else f"{count} economies"


def focus_read(table: DataFrame) -> str:
    """What the dots of the countries looked at say."""
    ordered = table.dropna(subset=["value"]).sort_values("value", ascending=False)
    if ordered.empty:
        return ""
    best, worst = ordered.iloc[0], ordered.iloc[-1]
    loses_nothing = change(worst["value"]) == change(0.0)
    last = "none loses" if loses_nothing else f"{country_in_text(worst['country'])} worst ({change(worst['value'])})"
    text = (
        f"Of the countries the study looks at, {country_in_text(best['country'])} fares best ({change(best['value'])}) "
        f"and {last}."
    )
    if "low" not in ordered or ordered["low"].isna().all():
        return text
    sure = ordered[(ordered["low"] > 0) | (ordered["high"] < 0)]
    unsure = [country_in_text(code) for code in ordered["country"] if code not in set(sure["country"])]
    if not unsure:
        return f"{text} The sign is the same in at least nine draws of ten for all of them."
    return (
        f"{text} Whether {listed(unsure, 'or')} {'gains' if len(unsure) == 1 else 'gain'} or not the draws leave open."
    )


def pairs_read(table: DataFrame) -> str:
    """What changes of trade between pairs say. ``table`` has country, partner, value, and low and high with draws."""
    finite = table[table["value"].map(math.isfinite)]
    if finite.empty:
        return ""
    largest = most(finite)
    up, down = int((finite["value"] > 0.05).sum()), int((finite["value"] < -0.05).sum())
    return (
        f"Trade changes most between {country_in_text(largest['country'])} and {country_in_text(largest['partner'])}: "
        f"{with_interval(largest)}. Of the {len(finite)} pairs, {up} trade more and {down} less by 0.05\u202f% or more."
    )


def passages_read(table: DataFrame) -> str:
    """What the loads of passages say. ``table`` has passage, before and after in million USD."""
    moved = table.assign(delta=table["after"] - table["before"])
    parts = []
    for verb, row, sign in (
        ("gains", most(moved, 1, "delta"), 1),
        ("loses", most(moved, -1, "delta"), -1),
    ):
        if sign * row["delta"] >= 1.0:
            share = row["after"] / row["before"] - 1 if row["before"] > 0 else math.nan
            relative = f", {change(100 * share)}" if math.isfinite(share) else ", from nothing"
            parts.append(f"{passage_name(row['passage'])} {verb} most ({billions(row['delta'])} a year{relative})")
    return capital(f"{listed(parts)}.") if parts else "No passage's load changes by a million dollars a year."


def billions(musd: float) -> str:
    """Million dollars in a sentence: "1.2 billion USD", "340 million USD", with a true minus."""
    sign = MINUS if musd < 0 else "+"
    size = abs(musd)
    if size >= 1e6:
        return f"{sign}{size / 1e6:,.2f} trillion USD"
    if size >= 1e3:
        return f"{sign}{size / 1e3:,.1f} billion USD"
    return f"{sign}{size:,.0f} million USD"


def title_of(outcome: Outcome, name: str) -> str:
    """The title of a scenario, or its name as it stands."""
    return str(outcome.header["study"]["scenario"][name]["title"] or name)


def scenario_title(outcome: Outcome, name: str) -> str:
    """The title of a scenario, or its name as one."""
    told = outcome.header["study"]["scenario"].get(name) or {}
    return str(told.get("title") or name.replace("_", " ").capitalize())
