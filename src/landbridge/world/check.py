"""The rules a world must keep; each complaint names the table, the row and the cure.

One function per rule: it takes the world and yields complaints.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from landbridge.errors import DataError, did_you_mean
from landbridge.world.check_network import RULES as NETWORK
from landbridge.world.states import lives

if TYPE_CHECKING:
    from pandas import DataFrame

    from landbridge.world.world import World

REQUIRED = ("economies", "sectors", "trade", "accounts", "trade_cost", "tariff", "productivity", "conflict")
USE = "intermediate_use"  # the table that makes a world an industry world
BALANCE_TOLERANCE = 1e-9
# States that voted under a code that ISO 3166 has since withdrawn.
FORMER_STATES = frozenset({"CSK", "DDR", "YAR", "YMD", "YUG"})

_KINDS = {"integer": "iu", "number": "fiu", "boolean": "b", "datetime": "M"}


def complaints(world: World) -> list[str]:
    """Everything that is wrong with a world, a line each; empty when it is sound.

    Rules on content are applied once all tables can be read: a missing column would only repeat itself.
    """
    structural = [said for rule in STRUCTURE for said in rule(world)]
    return structural or [said for rule in CONTENT for said in rule(world)]


def tables_present(world: World) -> Iterator[str]:
    """Every required table is described."""
    for name in REQUIRED:
        if name not in world.resources:
            yield (
                f'World "{world.name}" has no table "{name}".{did_you_mean(name, world.resources)} '
                f'Add it, or name a base that has it ("base" in datapackage.json).'
            )


def tables_readable(world: World) -> Iterator[str]:
    """Every described table can be read and has its columns."""
    for name in world.resources:
        try:
            world.table(name)
        except DataError as error:
            yield str(error)


def types_as_described(world: World) -> Iterator[str]:
    """Every column holds the type its description names."""
    for name, frame in _readable(world):
        for column in world.resources[name]["schema"]["fields"]:
            held, described = frame[column["name"]].dtype, column.get("type", "")
            if len(frame) and described in _KINDS and held.kind not in _KINDS[described]:
                yield f"{name}.{column['name']}: described as {described}, holds {held}. Convert the column."


def keys_unique(world: World) -> Iterator[str]:
    """No two rows of a table share its key."""
    for name, frame in _readable(world):
        key = list(world.resources[name]["schema"].get("primaryKey", []))
        if key and (repeated := frame.duplicated(key)).any():
            row = frame.loc[repeated, key].iloc[0].to_dict()
            yield f"{name}: {repeated.sum()} rows repeat a key, first {_label(row)}. Keep one row for each {key}."


def files_unmodified(world: World) -> Iterator[str]:
    """The file of each table still has the hash its description gives."""
    for name, resource in world.resources.items():
        path = world.folders[name] / resource["path"]
        wanted = str(resource.get("hash", "")).removeprefix("sha256:")
        if wanted and path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() != wanted:
            yield (
                f'{path}: the file differs from its sha256 in datapackage.json. Restore it, or remove "hash" '
                f"from the description of {name} if the change is meant."
            )


def numbers_finite(world: World) -> Iterator[str]:
    """No number is missing, and none is infinite but an embargo's factor. Columns that may be empty say so."""
    for name, frame in _readable(world):
        for column in world.resources[name]["schema"]["fields"]:
            values = frame[column["name"]]
            if values.dtype.kind != "f" or column.get("optional"):
                continue
            bad = values.isna() if name == "trade_cost" else ~np.isfinite(values)
            if bad.any():
                yield (
                    f"{name}.{column['name']}: {bad.sum()} values are not numbers, first at "
                    f"{_row(world, name, frame, bad)}. Give a number or leave the row out."
                )


def economies_known(world: World) -> Iterator[str]:
    """Every ISO3 code names a country of the table of economies (or a former state in votes)."""
    known = set(world.table("economies")["iso3"]) | FORMER_STATES | {""}
    for name, frame in _readable(world):
        for column in ("iso3", "exporter", "importer"):
            if column in frame and not (stranger := ~frame[column].isin(known)).any():
                continue
            if column in frame:
                code = str(frame.loc[stranger, column].iloc[0])
                yield (
                    f'{name}.{column}: no country "{code}" ({stranger.sum()} rows).{did_you_mean(code, known)} '
                    f"Use ISO 3166 alpha-3 codes."
                )


def trade_complete(world: World) -> Iterator[str]:
    """Trade has one row for every exporter, importer and sector of trading economies, own trade included."""
    trade = world.table("trade")
    for column, wanted in (("exporter", world.countries), ("importer", world.countries), ("sector", world.sectors)):
        if strangers := sorted(set(trade[column]) - set(wanted)):
            yield (
                f'trade.{column}: "{strangers[0]}" does not trade in this world.{did_you_mean(strangers[0], wanted)} '
                f"Set its trade to true in economies (or add the sector), or take its rows out."
            )
    cells = len(world.countries) ** 2 * len(world.sectors)
    if len(trade) < cells:
        yield (
            f"trade: {len(trade)} rows, but {len(world.countries)} economies and {len(world.sectors)} sectors make "
            f"{cells} cells. Give every cell, zeros included."
        )


def trade_not_negative(world: World) -> Iterator[str]:
    """No flow is below zero."""
    trade = world.table("trade")
    if (below := trade["value_musd"] < 0).any():
        yield (
            f"trade.value_musd: {below.sum()} flows are negative, first {_row(world, 'trade', trade, below)}. "
            f"Sales cannot be negative: net the flow against its reverse."
        )


def trade_balanced(world: World) -> Iterator[str]:
    """Sales add up to gross output and purchases to spending, to 1e-9."""
    accounts = world.table("accounts").set_index("iso3")
    trade = world.table("trade")
    for side, column in (("exporter", "output_musd"), ("importer", "spending_musd")):
        summed = trade.groupby(side)["value_musd"].sum().reindex(accounts.index, fill_value=0.0)
        apart = np.abs(summed.to_numpy() / accounts[column].to_numpy() - 1)
        if (apart > BALANCE_TOLERANCE).any():
            k = int(apart.argmax())
            yield (
                f"trade: the rows with {side} {accounts.index[k]} add up to {summed.iloc[k]:,.3f} million USD, "
                f"accounts.{column} says {accounts[column].iloc[k]:,.3f} ({apart[k]:.1e} apart; allowed "
                f"{BALANCE_TOLERANCE:g}). Bring table accounts in line with trade, or balance trade again."
            )


def deficits_add_up(world: World) -> Iterator[str]:
    """Each deficit is spending less output, and all deficits sum to zero."""
    accounts = world.table("accounts")
    output = accounts["output_musd"].to_numpy()
    gap = np.abs(accounts["spending_musd"].to_numpy() - output - accounts["deficit_musd"].to_numpy())
    if (gap > BALANCE_TOLERANCE * output).any():
        iso3 = accounts["iso3"].iloc[int(gap.argmax())]
        yield f"accounts: deficit_musd of {iso3} is not spending less output. Recompute it."
    if abs(total := accounts["deficit_musd"].sum()) > BALANCE_TOLERANCE * output.sum():
        yield f"accounts: deficits sum to {total:,.3f} million USD, not to zero. The world sells what the world buys."


def use_complete(world: World) -> Iterator[str]:
    """Intermediate use has one row for every trading economy, input and industry."""
    if USE not in world.resources:
        return
    use = world.table(USE)
    for column, wanted in (("iso3", world.countries), ("input", world.sectors), ("sector", world.sectors)):
        if strangers := sorted(set(use[column]) - set(wanted)):
            yield (
                f'{USE}.{column}: "{strangers[0]}" does not trade in this world.{did_you_mean(strangers[0], wanted)} '
                f"Take its rows out, or give its trade."
            )
    cells = len(world.countries) * len(world.sectors) ** 2
    if len(use) < cells:
        yield (
            f"{USE}: {len(use)} rows, but {len(world.countries)} economies and {len(world.sectors)} sectors make "
            f"{cells} cells. Give every cell, zeros included."
        )


def use_not_negative(world: World) -> Iterator[str]:
    """No industry uses less than nothing."""
    if USE not in world.resources:
        return
    use = world.table(USE)
    if (below := use["value_musd"] < 0).any():
        yield (
            f"{USE}.value_musd: {below.sum()} inputs are negative, first {_row(world, USE, use, below)}. "
            f"Set a draw on stocks to zero."
        )


def value_added_positive(world: World) -> Iterator[str]:
    """What an industry sells is more than what it uses."""
    yield from _more_than_used(world, "exporter", "sector", "sells", "value added would be", strictly=True)


def final_spending_not_negative(world: World) -> Iterator[str]:
    """What a country buys of a sector is at least what its industries use of it."""
    yield from _more_than_used(world, "importer", "input", "buys", "final spending would be", strictly=False)


def _more_than_used(world: World, side: str, of: str, verb: str, consequence: str, *, strictly: bool) -> Iterator[str]:
    if USE not in world.resources:
        return
    trade = world.table("trade").groupby([side, "sector"])["value_musd"].sum()
    used = world.table(USE).groupby(["iso3", of])["value_musd"].sum().reindex(trade.index, fill_value=0.0)
    sold, left = trade.to_numpy(float), (trade - used).to_numpy(float)
    bad = (used.to_numpy() > 0) & ((left <= 0) if strictly else (left < -BALANCE_TOLERANCE * sold))
    if bad.any():
        worst = int(np.argmin(np.where(bad, left, np.inf)))
        iso3, sector = trade.index[worst]
        yield (
            f"{USE}: {iso3} {verb} {sold[worst]:,.3f} million USD of {sector}, but its rows with {of} {sector} add up "
            f"to {sold[worst] - left[worst]:,.3f} ({bad.sum()} such cells): {consequence} {left[worst]:,.3f}. Lower "
            f"the inputs, or balance them against trade."
        )


def value_added_adds_up(world: World) -> Iterator[str]:
    """Value added is output less intermediate use, final spending is purchases less intermediate use, to 1e-9."""
    if USE not in world.resources:
        return
    accounts = world.table("accounts").set_index("iso3")
    used = world.table(USE).groupby("iso3")["value_musd"].sum().reindex(accounts.index, fill_value=0.0)
    for column, total in (("value_added_musd", "output_musd"), ("final_spending_musd", "spending_musd")):
        if column not in accounts:
            yield f"accounts: lacks the column {column}, which a world with table {USE} has: {total} less its inputs."
            continue
        apart = np.abs(accounts[total] - used - accounts[column]) / accounts[total]
        if (apart > BALANCE_TOLERANCE).any():
            worst = apart.idxmax()
            yield (
                f"accounts.{column}: {worst} has {accounts.loc[worst, column]:,.3f} million USD, but {total} less "
                f"{USE} is {accounts.loc[worst, total] - used[worst]:,.3f}. Recompute it."
            )


def policies_valid(world: World) -> Iterator[str]:
    """Cost and productivity factors are positive, tariffs above -100 %, and each policy names a known sector."""
    bounds = {"trade_cost": ("factor", 0.0), "productivity": ("factor", 0.0), "tariff": ("rate", -1.0)}
    for name, (column, least) in bounds.items():
        frame = world.table(name)
        if (low := frame[column] <= least).any():
            yield f"{name}.{column}: must be above {least:g}, see {_row(world, name, frame, low)}."
        if strangers := sorted(set(frame["sector"]) - set(world.sectors)):
            yield f'{name}.sector: no sector "{strangers[0]}".{did_you_mean(strangers[0], world.sectors)}'


def memberships_in_order(world: World) -> Iterator[str]:
    """No membership ends before it begins."""
    if "memberships" not in world.resources:
        return
    frame = world.table("memberships")
    end = frame["end"].fillna("")
    if (backwards := (end != "") & (end < frame["start"])).any():
        row = frame.loc[backwards].iloc[0]
        yield (
            f"memberships: {row['iso3']} leaves {row['institution']} on {row['end']}, before it joins on "
            f"{row['start']} ({backwards.sum()} rows). Swap or correct the dates."
        )


def memberships_apart(world: World) -> Iterator[str]:
    """Two spans of one state, institution and role do not overlap."""
    if "memberships" not in world.resources:
        return
    frame = world.table("memberships").fillna({"end": ""}).sort_values("start")
    for (body, iso3, role), spans in frame.groupby(["institution", "iso3", "role"]):
        for (start, end), (later, _) in pairwise(zip(spans["start"], spans["end"], strict=True)):
            if not end or end > later:
                yield (
                    f"memberships: {iso3} is {role} of {body} twice from {later}. "
                    f"End the span that began on {start} first."
                )


def memberships_of_states(world: World) -> Iterator[str]:
    """No state is a member before it existed, or after it ended."""
    if "memberships" not in world.resources:
        return
    frame = world.table("memberships").fillna({"end": ""})
    columns = (frame[column].astype(str) for column in ("institution", "iso3", "role", "start", "end"))
    for body, iso3, role, start, end in zip(*columns, strict=True):
        since, until = lives().get(iso3, ("", ""))
        if since and start < since[: len(start)]:
            yield (
                f"memberships: {iso3} joins {body} on {start}, but it did not exist before {since}. "
                f"Correct the date, or name the state that did."
            )
        if until and (not end or end > until):
            yield (
                f"memberships: {iso3} is {role} of {body} until {end or 'today'}, but it ended on {until}. "
                f"End the span by then, or name the state that followed."
            )


STRUCTURE: tuple[Callable[[World], Iterator[str]], ...] = (tables_present, tables_readable, files_unmodified)
CONTENT: tuple[Callable[[World], Iterator[str]], ...] = (
    types_as_described,
    keys_unique,
    numbers_finite,
    economies_known,
    trade_complete,
    trade_not_negative,
    trade_balanced,
    deficits_add_up,
    use_complete,
    use_not_negative,
    value_added_positive,
    final_spending_not_negative,
    value_added_adds_up,
    policies_valid,
    memberships_in_order,
    memberships_apart,
    *NETWORK,
    memberships_of_states,
)


def _readable(world: World) -> Iterator[tuple[str, DataFrame]]:
    for name in world.resources:
        yield name, world.table(name)


def _row(world: World, name: str, frame: DataFrame, chosen: Any) -> str:
    """The first chosen row by its key, or by its number where the table has none."""
    key = list(world.resources[name]["schema"].get("primaryKey", []))
    first = frame.loc[chosen].iloc[0]
    return _label(first[key].to_dict()) if key else f"row {int(np.flatnonzero(chosen)[0])}"


def _label(row: dict[Any, Any]) -> str:
    return ", ".join(f"{column} {value}" for column, value in row.items())
