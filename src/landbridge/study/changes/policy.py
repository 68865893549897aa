"""Changes of trade policy and of productivity: what trade costs besides transport, duties, embargoes."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Self

from pydantic import Field, StrictBool, model_validator

from landbridge.errors import InputError
from landbridge.study.changes.change import Change, Percent
from landbridge.study.complaints import complaint
from landbridge.study.names import Bloc, Country, SectorName
from landbridge.world import World

if TYPE_CHECKING:
    from pandas import DataFrame

LARGEST_RATE = 2.0  # a duty above 200 % of value, given as a fraction, is taken for one given in percent


class _Policy(Change):
    """Keys of changes between exporters and importers; left out means all of them. ``within`` a bloc means its members'
    trade with one another.
    """

    on_network: ClassVar[bool] = False

    exporters: Bloc | None = None
    importers: Bloc | None = None
    within: Bloc | None = None
    sectors: tuple[SectorName, ...] | None = None

    @model_validator(mode="after")
    def _one_way_to_say_which_trade(self) -> Self:
        if self.within is not None and (self.exporters is not None or self.importers is not None):
            raise complaint("wants within alone, or exporters and importers; found both.")
        return self

    def _cells(self, world: World, *, both_ways: bool = False) -> DataFrame:
        exporters, importers = (self.within, self.within) if self.within else (self.exporters, self.importers)
        found = cells(world, exporters, importers, self.sectors)
        return _and_back(found) if both_ways else found


class TradeCost(_Policy):
    """Trade becomes ``percent`` dearer (cheaper when negative), like freight: the cost is used up.

    From exporters to importers, or ``both_ways``.
    """

    kind: Literal["trade_cost"]
    percent: Percent
    both_ways: StrictBool = False

    def apply(self, world: World) -> World:
        rows = self._cells(world, both_ways=self.both_ways)
        return _with_policy(world, "trade_cost", rows, factor=1 + self.percent / 100)


class Tariff(_Policy):
    """An import duty of ``percent`` of value (or ``rate``, a fraction) on top of the base year's.

    The importer's government collects it. With ``retaliation`` the exporters answer with the same duty, same goods.
    """

    kind: Literal["tariff"]
    percent: Percent | None = None
    rate: Annotated[float, Field(gt=-1, allow_inf_nan=False)] | None = None
    retaliation: StrictBool = False

    @model_validator(mode="after")
    def _one_unit(self) -> Self:
        self._exactly_one("percent", "rate")
        if self.percent and abs(self.percent) < 1:
            raise complaint(
                f"percent is {self.percent:g}, less than one per cent. For a duty of {100 * self.percent:g} % write "
                f"percent = {100 * self.percent:g}; if {self.percent:g} % is meant, rate = {self.percent / 100:g}."
            )
        if self.rate is not None and self.rate > LARGEST_RATE:
            raise complaint(
                f"rate is {self.rate:g}, a duty of {100 * self.rate:g} %. For {self.rate:g} % write "
                f"percent = {self.rate:g}; if {100 * self.rate:g} % is meant, percent = {100 * self.rate:g}."
            )
        return self

    @property
    def fraction(self) -> float:
        """The duty as a fraction of value."""
        return self.rate if self.rate is not None else (self.percent or 0.0) / 100

    def apply(self, world: World) -> World:
        return _with_policy(world, "tariff", self._cells(world, both_ways=self.retaliation), rate=self.fraction)


class Sanction(Change):
    """``by`` and ``on`` stop trading: an embargo, by sector if ``sectors`` are named, or ``percent`` dearer trade.

    ``flow`` says seen from ``by`` which goods are meant: its imports, its exports or both. Countries in ``exempt`` take
    no part, on either side.
    """

    on_network: ClassVar[bool] = False

    kind: Literal["sanction"]
    by: Bloc
    on: Bloc
    exempt: Bloc = ()
    sectors: tuple[SectorName, ...] | None = None
    flow: Literal["imports", "exports", "both"] = "both"
    percent: Percent | None = None

    @model_validator(mode="after")
    def _exceptions_are_exceptions(self) -> Self:
        if idle := [code for code in self.exempt if code not in (*self.by, *self.on)]:
            raise complaint(f"exempt: {', '.join(idle)} is neither among those who sanction nor those sanctioned.")
        for side in ("by", "on"):
            if not set(getattr(self, side)) - set(self.exempt):
                raise complaint(f"exempt: nobody is left in {side}.")
        return self

    def apply(self, world: World) -> World:
        factor = float("inf") if self.percent is None else 1 + self.percent / 100
        by, on = ([code for code in side if code not in self.exempt] for side in (self.by, self.on))
        sellers, buyers = (by, on) if self.flow == "exports" else (on, by)
        rows = cells(world, sellers, buyers, self.sectors)
        rows = _and_back(rows) if self.flow == "both" else rows
        return _with_policy(world, "trade_cost", rows, factor=factor)


class Productivity(Change):
    """Output per worker changes by ``percent`` in ``country``, in all sectors or the ``sectors`` named."""

    on_network: ClassVar[bool] = False

    kind: Literal["productivity"]
    country: Country
    percent: Percent
    sectors: tuple[SectorName, ...] | None = None

    def apply(self, world: World) -> World:
        import pandas as pd

        rows = pd.DataFrame({"iso3": self.country, "sector": list(self.sectors or world.sectors)})
        return _with_policy(world, "productivity", rows, factor=1 + self.percent / 100)


def cells(
    world: World, exporters: Iterable[str] | None, importers: Iterable[str] | None, sectors: Iterable[str] | None
) -> DataFrame:
    """Every (exporter, importer, sector) of trading economies meant; a country's trade with itself is never meant.

    A country without trade data in the world has none to change and is left out.

    Raises:
        InputError: no trade is left.
    """
    import pandas as pd

    trading = set(world.countries)
    combined = product(
        world.countries if exporters is None else [code for code in exporters if code in trading],
        world.countries if importers is None else [code for code in importers if code in trading],
        sectors or world.sectors,
    )
    frame = pd.DataFrame(list(combined), columns=["exporter", "importer", "sector"])
    frame = frame[frame["exporter"] != frame["importer"]].reset_index(drop=True)
    if frame.empty:
        named = ", ".join(dict.fromkeys([*(exporters or ()), *(importers or ())]))
        raise InputError(
            f'World "{world.name}" has no trade that this change could touch. Named are {named}: a country needs trade '
            "data (`landbridge world show COUNTRY`), and trade with itself is never meant."
        )
    return frame


def _and_back(rows: DataFrame) -> DataFrame:
    """The same trade in both directions, each cell once."""
    import pandas as pd

    back = rows.rename(columns={"exporter": "importer", "importer": "exporter"})[list(rows.columns)]
    return pd.concat([rows, back], ignore_index=True).drop_duplicates(ignore_index=True)


def _with_policy(
    world: World, table: str, rows: DataFrame, *, factor: float | None = None, rate: float | None = None
) -> World:
    """The world with a policy table widened: factors on the same cell multiply, rates add."""
    import pandas as pd

    value, how = ("factor", "prod") if factor is not None else ("rate", "sum")
    keys = list(rows.columns)
    new = rows.assign(**{value: factor if factor is not None else rate})
    before = world.table(table)
    both = pd.concat([before[[*keys, value]], new], ignore_index=True) if len(before) else new
    merged: DataFrame = both.groupby(keys, as_index=False, sort=True).agg({value: how})
    return world.with_(**{table: merged})
