"""Optimal and Nash tariffs of countries and groups of countries, as a table of a world."""

from __future__ import annotations

from collections.abc import Sequence

from pandas import DataFrame

from landbridge.errors import InputError, did_you_mean
from landbridge.labels import country, one_of
from landbridge.study.exposure import deficit_rule
from landbridge.study.names import FULL_NAMES, Names
from landbridge.trade.policy import best_tariffs
from landbridge.world import World


def optimal_tariffs(
    world: World,
    coalition: Sequence[str] = (),
    sector: Sequence[str] | None = None,
    deficits: Sequence[str] = ("zero",),
) -> DataFrame:
    """External tariffs that maximise the real income of those who set them, and what these do to every country.

    Args:
        coalition: who sets a tariff on all that comes from outside: a country, an institution ("EU") or several of
            either joined by a plus ("USA+CAN+MEX"). One of them gets its optimal tariff; several answer each other best
            (Nash).
        sector: the sectors taxed, all at one rate; None: those whose goods travel on the network.
        deficits: the rule for trade deficits.

    Returns:
        Rows ``country``, ``coalition`` (empty outside), ``tariff`` percent of value on all imports from outside the
        coalition, ``real_income`` percent change, ``gain`` of the coalition, the mean of its members' by their
        spending, and ``residual``, by how many percentage points a tariff misses the one that its first-order condition
        asks for. Those who set tariffs come first, then who loses most.

    Raises:
        InputError: nobody is named, nobody is left outside, a country is in two coalitions, or an unknown name.
        SolveError: no such tariffs were found.
    """
    if not coalition:
        raise InputError(
            "optimal_tariff needs who sets it: landbridge show optimal_tariff USA, or EU USA+CAN+MEX for tariffs that "
            "answer each other."
        )
    if len(deficits) > 1:
        raise InputError(f"optimal_tariff takes one deficit rule at a time; found {', '.join(deficits)}.")
    groups = {name: _members(world, name) for name in coalition}
    found = best_tariffs(world, groups, sectors=sector, deficits=deficit_rule(deficits[0]))
    of = {code: name for name, members in groups.items() for code in members}
    table = found.real_income.rename(columns={"percent": "real_income"})
    table = table.assign(
        coalition=table["country"].map(of).fillna(""),
        place=table["country"].map({code: place for place, code in enumerate(of)}).fillna(len(of)),
        residual=found.residual,
    )
    table["tariff"] = table["coalition"].map(found.rates.groupby("coalition")["percent"].first())
    table["gain"] = table["coalition"].map(found.gains.set_index("coalition")["percent"])
    table = table.sort_values(["place", "real_income"], ignore_index=True)
    return table[["country", "coalition", "tariff", "real_income", "gain", "residual"]]


def _members(world: World, group: str) -> list[str]:
    """The trading countries that a name stands for, or several names joined by a plus."""
    names = Names(world)
    found: list[str] = []
    for name in (part.strip() for part in group.split("+")):
        if institution := names.institution(name):
            found += names.members(institution)
            continue
        try:
            found.append(one_of(country(name), world.countries, "trading country"))
        except InputError as error:
            raise InputError(f"{error}{did_you_mean(name, [*names.institutions, *FULL_NAMES])}") from None
    members = [code for code in dict.fromkeys(found) if code in world.countries]
    if not members:
        raise InputError(f'Nobody in "{group}" has trade data in world "{world.name}" at the end of {world.year}.')
    return members
