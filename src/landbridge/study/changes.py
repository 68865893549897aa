"""What a scenario may change in a world. One class a kind: its keys, and ``apply``, a pure function World -> World."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self, get_args

from pydantic import Field, model_validator

from landbridge.errors import InputError
from landbridge.network import edits
from landbridge.network.drawn import corridor
from landbridge.network.risk import set_risk
from landbridge.security.shock import Shock
from landbridge.study.complaints import TAGS, Strict, complaint
from landbridge.study.names import Bloc, Country, DrawnLine, Institution, Month, Passage, Place, SectorName, members
from landbridge.study.violence import at_war
from landbridge.world import World

if TYPE_CHECKING:
    from pandas import DataFrame

LandMode = Literal["rail", "road", "ferry", "sea"]
Percent = Annotated[float, Field(gt=-100, allow_inf_nan=False)]
Points = Annotated[float, Field(ge=-100, le=100, allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Pair = Annotated[tuple[Country, Country], Field()]
Year = Annotated[int, Field(ge=1000, le=3000)]
LARGEST_RATE = 2.0  # a duty above 200 % of value, given as a fraction, is taken for one given in percent


class Change(Strict):
    """Keys that every change may carry: ``source`` says where its numbers come from, ``assumed`` that they are ours.

    ``from`` and ``until`` are the first and the last year in which the change is in force; without them it always is.
    ``on_network`` tells kinds that change transport from those that change policy alone.
    """

    on_network: ClassVar[bool] = True

    source: str = ""
    assumed: bool = False
    from_: Year | None = Field(default=None, alias="from")
    until: Year | None = None

    @model_validator(mode="after")
    def _begins_before_it_ends(self) -> Self:
        if self.from_ and self.until and self.from_ > self.until:
            raise complaint(f"is in force from {self.from_} until {self.until}: it ends before it begins.")
        return self

    def in_force(self, year: int) -> bool:
        """Whether the change holds in a year; both its first and its last year count."""
        return (self.from_ or year) <= year <= (self.until or year)

    def apply(self, world: World) -> World:
        """The world after the change. Raises ``InputError`` when the world cannot take it."""
        raise NotImplementedError

    def remarks(self, world: World) -> list[str]:
        """What to know of the change besides: a sentence each."""
        return []

    def _exactly_one(self, *keys: str) -> None:
        given = [key for key in keys if getattr(self, key) is not None]
        if len(given) != 1:
            found = f"found {' and '.join(given)}" if given else "found none"
            raise complaint(f"wants exactly one of the keys {', '.join(keys)}; {found}.")


class Link(Change):
    """A new line through the places of ``via``, in that order, or along the line drawn in the GeoJSON file ``path``.

    Speed: the mode's own unless ``speed_kmh`` is given. With ``capacity``, TEU a year, it may grow crowded.

    Where the line crosses closed borders, water or no known road or railway, ``assumed = true`` must say so.
    """

    kind: Literal["link"]
    mode: LandMode
    via: Annotated[tuple[Place, ...], Field(min_length=2)] | None = None
    path: DrawnLine | None = None
    speed_kmh: Positive | None = None
    capacity: Positive | None = None

    @model_validator(mode="after")
    def _one_line(self) -> Self:
        self._exactly_one("via", "path")
        return self

    def apply(self, world: World) -> World:
        how: dict[str, Any] = {
            "mode": self.mode,
            "speed_kmh": self.speed_kmh,
            "capacity": self.capacity,
            "assumed": self.assumed,
        }
        if self.path:
            return edits.add_drawn(world, line=self.path, **how)
        return edits.add_link(world, via=self.via or (), **how)

    def remarks(self, world: World) -> list[str]:
        return corridor(world, self.mode, self.path).in_words() if self.path else []


class Upgrade(Change):
    """A faster (or slower) existing line, or its capacity: along ``via``, or all of a mode in ``countries``."""

    kind: Literal["upgrade"]
    mode: LandMode
    via: Annotated[tuple[Place, ...], Field(min_length=2)] | None = None
    countries: Bloc | None = None
    speed_kmh: Positive | None = None
    speed_factor: Positive | None = None
    capacity: Positive | None = None

    @model_validator(mode="after")
    def _one_place_one_speed(self) -> Self:
        self._exactly_one("via", "countries")
        if self.capacity is None or (self.speed_kmh and self.speed_factor):
            self._exactly_one("speed_kmh", "speed_factor")
        return self

    def apply(self, world: World) -> World:
        return edits.upgrade(
            world,
            mode=self.mode,
            via=self.via,
            countries=self.countries,
            speed_kmh=self.speed_kmh,
            speed_factor=self.speed_factor,
            capacity=self.capacity,
        )


class Close(Change):
    """Nothing passes any more: through a ``passage``, a ``country``, a ``border``, or the line along ``via``."""

    kind: Literal["close"]
    passage: Passage | None = None
    country: Country | None = None
    border: Pair | None = None
    via: Annotated[tuple[Place, ...], Field(min_length=2)] | None = None
    mode: LandMode | None = None

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        self._exactly_one("passage", "country", "border", "via")
        if self.via and not self.mode:
            raise complaint("wants a mode beside via: which line along these places is closed?")
        return self

    def apply(self, world: World) -> World:
        return edits.close(
            world, passage=self.passage, country=self.country, border=self.border, via=self.via, mode=self.mode
        )


class Border(Change):
    """Hours and money that crossing a border takes, in place of the parameters' values; capacity of each crossing.

    Opens a closed border.
    """

    kind: Literal["border"]
    between: Pair
    mode: Literal["rail", "road"] | None = None
    hours: NotNegative | None = None
    usd: NotNegative | None = None
    capacity: Positive | None = None

    @model_validator(mode="after")
    def _something_set(self) -> Self:
        if self.hours is None and self.usd is None and self.capacity is None:
            raise complaint("wants hours, usd, capacity, or several of them.")
        return self

    def apply(self, world: World) -> World:
        return edits.set_border(
            world, between=self.between, mode=self.mode, hours=self.hours, usd=self.usd, capacity=self.capacity
        )


class Risk(Change):
    """A ``passage``, a ``border`` or the line along ``via`` is closed now and then: expected hours of waiting."""

    kind: Literal["risk"]
    probability: Annotated[float, Field(ge=0, le=1)]
    hours: NotNegative
    passage: Passage | None = None
    border: Pair | None = None
    via: Annotated[tuple[Place, ...], Field(min_length=2)] | None = None
    mode: LandMode | None = None

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        self._exactly_one("passage", "border", "via")
        if self.via and not self.mode:
            raise complaint("wants a mode beside via: which line along these places is at risk?")
        return self

    def apply(self, world: World) -> World:
        return set_risk(
            world,
            probability=self.probability,
            hours=self.hours,
            passage=self.passage,
            border=self.border,
            via=self.via,
            mode=self.mode,
        )


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
    both_ways: bool = False

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
    retaliation: bool = False

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


class Conflict(Change):
    """``monthly_deaths`` in a country from month ``start`` to month ``end``, and what spills over to others.

    Left out, start and end are the first and last of the twelve months forecast. Lines through a violent country become
    slower and dearer, its borders are shut at times.
    """

    kind: Literal["conflict"]
    country: Country
    monthly_deaths: NotNegative
    start: Month | None = None
    end: Month | None = None

    @model_validator(mode="after")
    def _starts_before_it_ends(self) -> Self:
        if self.start and self.end and self.start > self.end:
            raise complaint(f"violence from {self.start} to {self.end} ends before it starts.")
        return self

    @property
    def shock(self) -> Shock:
        """The same for the model of violence."""
        return Shock(self.country, self.start or "", self.end or "", self.monthly_deaths)

    def apply(self, world: World) -> World:
        return at_war(world, self.shock)


class Living(Change):
    """Jobs and electricity: percentage points by which unemployment and access to electricity change in a country.

    They move no trade; the outcome says what went with such changes in the past (``violence_through_living``).
    """

    on_network: ClassVar[bool] = False

    kind: Literal["living"]
    country: Country
    unemployment: Points | None = None
    electricity: Points | None = None

    @model_validator(mode="after")
    def _something_moves(self) -> Self:
        if self.unemployment is None and self.electricity is None:
            raise complaint("wants unemployment, electricity, or both.")
        return self

    def apply(self, world: World) -> World:
        table = world.table("indicators")
        rows = table[(table["iso3"] == self.country) & (table["indicator"] == "electricity_access_pct")]
        known = rows[rows["year"] <= world.year].sort_values("year")["value"]
        if self.electricity and len(known) and not 0 <= (there := known.iloc[-1] + self.electricity) <= 100:
            raise InputError(
                f"{known.iloc[-1]:.1f} % of people in {self.country} have electricity; {self.electricity:+g} points "
                f"would make it {there:.1f} %."
            )
        return world


class _Membership(Change):
    """Keys of changes to who is a full member of an institution at the end of the world's year."""

    on_network: ClassVar[bool] = False

    institution: Institution
    countries: Annotated[Bloc, Field(min_length=1)]

    def _refuse(self, world: World, wrong: set[str], verb: str, state: str) -> None:
        if named := [code for code in self.countries if code in wrong]:
            raise InputError(
                f"{', '.join(named)} cannot {verb} {self.institution}: {state} at the end of {world.year}. "
                f"`landbridge show membership country={named[0]}` lists who is in what."
            )


class Join(_Membership):
    """``countries`` become full members of ``institution`` in the world's year."""

    kind: Literal["join"]

    def apply(self, world: World) -> World:
        import pandas as pd

        self._refuse(world, set(members(world, self.institution, world.year)), "join", "already a member")
        table, start = world.table("memberships"), f"{world.year}-01-01"
        theirs = table[(table["institution"] == self.institution) & (table["role"] == "member")]
        later = theirs[theirs["start"].astype(str) > start].groupby("iso3")["start"].min()
        countries = list(self.countries)
        rows = pd.DataFrame({"iso3": countries, "end": later.reindex(countries, fill_value="").to_numpy()}).assign(
            institution=self.institution,
            role="member",
            start=start,
            verification="a change of the scenario",
            source=self.source or "the study",
        )
        return world.with_(memberships=pd.concat([table, rows[list(table.columns)]], ignore_index=True))


class Leave(_Membership):
    """``countries`` stop being members of ``institution`` in the world's year."""

    kind: Literal["leave"]

    def apply(self, world: World) -> World:
        inside = set(members(world, self.institution, world.year))
        self._refuse(world, set(self.countries) - inside, "leave", "not a member")
        table, last_day = world.table("memberships"), f"{world.year}-12-31"
        end = table["end"].fillna("").astype(str)
        theirs = (table["institution"] == self.institution) & table["iso3"].isin(self.countries)
        now = theirs & (table["role"] == "member") & (table["start"].astype(str) <= last_day)
        return world.with_(memberships=table.assign(end=end.mask(now & ((end == "") | (end > last_day)), last_day)))


AnyChange = Annotated[
    Link
    | Upgrade
    | Close
    | Border
    | Risk
    | TradeCost
    | Tariff
    | Sanction
    | Productivity
    | Conflict
    | Living
    | Join
    | Leave,
    Field(discriminator="kind"),
]
KINDS: dict[str, type[Change]] = {
    get_args(kind.model_fields["kind"].annotation)[0]: kind for kind in get_args(get_args(AnyChange)[0])
}
TAGS.update(KINDS)


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
