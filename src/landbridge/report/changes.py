"""A scenario's changes in words, from the study as it stands in an outcome."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from landbridge.labels import country_name
from landbridge.report.numbers import change as percent_change
from landbridge.report.numbers import listed, plain, signed, significant
from landbridge.report.words import passage_name
from landbridge.study.told import Change, in_force, steps, year_asked

if TYPE_CHECKING:
    from landbridge.study.outcome import Outcome


def in_words(change: Change, year: int) -> str:
    """One change as a sentence without its full stop, with its dates, marked where it is assumed or not in force."""
    text = _KINDS[change["kind"]](change) + _dates(change)
    if not in_force(change, year):
        text += f" [not in force in {year}]"
    if change.get("assumed"):
        text += " [assumed]"
    return text


def wars_of(outcome: Outcome, name: str) -> list[str]:
    """The countries whose violence a scenario sets, in the order of its changes."""
    year = year_asked(outcome)
    wars = [change for change in steps(outcome, name) if change["kind"] == "conflict"]
    return list(dict.fromkeys(war["country"] for war in wars if in_force(war, year)))


def _dates(change: Change) -> str:
    """The years in which a change is in force, where it has dates."""
    since = f" from {change['from']}" if change.get("from") else ""
    return since + (f" until {change['until']}" if change.get("until") else "")


def _line(change: Change) -> str:
    return "–".join(change["via"]) if change.get("via") else f"along the line of {change['path']['file']}"


def _speed(change: Change) -> str:
    if change.get("speed_kmh"):
        return f" at {significant(change['speed_kmh'])}\u202fkm/h"
    return f", {significant(change['speed_factor'])} times as fast" if change.get("speed_factor") else ""


def _capacity(change: Change) -> str:
    return f", for {plain(change['capacity'], 0)}\u202fTEU a year" if change.get("capacity") else ""


def _link(change: Change) -> str:
    return f"New {change['mode']} line {_line(change)}{_speed(change)}{_capacity(change)}"


def _upgrade(change: Change) -> str:
    where = _line(change) if change.get("via") else f"in {_bloc(change['countries'])}"
    return f"Existing {change['mode']} {where}{_speed(change)}{_capacity(change)}"


def _close(change: Change) -> str:
    mode = f" for {change['mode']}" if change.get("mode") else ""
    share = change.get("share", 1.0)
    closed = "Closed" if share == 1.0 else f"Avoided by {significant(100 * share)}\u202f% of shippers"
    if change.get("passage"):
        return f"{closed}: {passage_name(change['passage'])}{mode}"
    if change.get("border"):
        return f"{closed}: the border of {_bloc(change['border'])}{mode}"
    if change.get("country"):
        return f"{closed}: all ways through {country_name(change['country'])}{mode}"
    return f"{closed}: {_line(change)}{mode}"


def _border(change: Change) -> str:
    terms = [f"{significant(change['hours'])} hours"] if change.get("hours") is not None else []
    terms += [f"{significant(change['usd'])} USD a container"] if change.get("usd") is not None else []
    terms += [f"room for {plain(change['capacity'], 0)}\u202fTEU a year"] if change.get("capacity") else []
    mode = f" by {change['mode']}" if change.get("mode") else ""
    return f"Border of {_bloc(change['between'])}{mode}: {listed(terms)}"


def _risk(change: Change) -> str:
    where = f"the border of {_bloc(change['border'])}" if change.get("border") else ""
    where = passage_name(change["passage"]) if change.get("passage") else where or _line(change)
    mode = f" by {change['mode']}" if change.get("mode") else ""
    odds, wait = significant(100 * change["probability"]), significant(change["hours"])
    return f"Risk at {where}{mode}: {odds}\u202f% of shipments find it closed and wait {wait} hours"


def _policy(what: str) -> Callable[[Change], str]:
    def text(change: Change) -> str:
        sellers = _bloc(change["exporters"]) if change.get("exporters") else "all countries"
        buyers = _bloc(change["importers"]) if change.get("importers") else "all countries"
        trade = f"exports of {sellers} to {buyers}"
        if change.get("within"):
            trade = f"trade of {_bloc(change['within'])} with one another"
        goods = f" in {listed(list(change['sectors']))}" if change.get("sectors") else ""
        percent = 100 * change["rate"] if change.get("rate") is not None else change["percent"]
        back = (
            ", and the other way" if change.get("both_ways") else ", answered in kind" * bool(change.get("retaliation"))
        )
        return f"{what} on {trade}{goods}{back}: {percent_change(percent)}"

    return text


def _sanction(change: Change) -> str:
    goods = f" in {listed(list(change['sectors']))}" if change.get("sectors") else ""
    terms = "embargo" if change.get("percent") is None else f"trade {percent_change(change['percent'])} dearer"
    flow = change.get("flow") or "both"
    direction = "" if flow == "both" else f", {flow} only"
    without = f" (without {_bloc(change['exempt'])})" if change.get("exempt") else ""
    return f"Sanctions of {_bloc(change['by'])} on {_bloc(change['on'])}{without}{goods}{direction}: {terms}"


def _productivity(change: Change) -> str:
    goods = f" in {listed(list(change['sectors']))}" if change.get("sectors") else ""
    return f"Productivity of {country_name(change['country'])}{goods}: {percent_change(change['percent'])}"


def _conflict(change: Change) -> str:
    months = [f"{word} {change[key]}" for word, key in (("from", "start"), ("to", "end")) if change.get(key)]
    when = f", {' '.join(months)}" if months else ""
    return f"Violence in {country_name(change['country'])}: {plain(change['monthly_deaths'], 0)} deaths a month{when}"


def _living(change: Change) -> str:
    named = (("unemployment", "unemployment"), ("electricity", "access to electricity"))
    parts = [f"{words} {signed(change[key])} points" for key, words in named if change.get(key)]
    return f"Living standards in {country_name(change['country'])}: {listed(parts)}"


def _membership(verb: str) -> Callable[[Change], str]:
    return lambda change: f"{_bloc(change['countries'])}: {verb} {change['institution']}"


def _bloc(codes: Any) -> str:
    return listed([country_name(code) for code in ([codes] if isinstance(codes, str) else codes)])


_KINDS: dict[str, Callable[[Change], str]] = {
    "link": _link,
    "upgrade": _upgrade,
    "close": _close,
    "border": _border,
    "risk": _risk,
    "trade_cost": _policy("Cost of trade"),
    "tariff": _policy("Tariff"),
    "sanction": _sanction,
    "productivity": _productivity,
    "conflict": _conflict,
    "living": _living,
    "join": _membership("joins"),
    "leave": _membership("leaves"),
}
