"""Changes of transport: lines new, faster and closed, borders, and what is closed now and then."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from landbridge.network import edits
from landbridge.network.drawn import corridor
from landbridge.network.risk import set_risk
from landbridge.study.changes.change import Change, NotNegative
from landbridge.study.complaints import complaint
from landbridge.study.names import Bloc, Country, DrawnLine, Passage, Place
from landbridge.study.uncertainty import Positive
from landbridge.world import World

LandMode = Literal["rail", "road", "ferry", "sea"]
Share = Annotated[float, Field(gt=0, le=1)]
Pair = Annotated[tuple[Country, Country], Field()]


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
    """Nothing passes any more: through a ``passage``, a ``country``, a ``border``, or the line along ``via``.

    With a ``share`` below 1 only so many shippers avoid it; the others pass as before.
    """

    kind: Literal["close"]
    passage: Passage | None = None
    country: Country | None = None
    border: Pair | None = None
    via: Annotated[tuple[Place, ...], Field(min_length=2)] | None = None
    mode: LandMode | None = None
    share: Share = 1.0

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        self._exactly_one("passage", "country", "border", "via")
        if self.via and not self.mode:
            raise complaint("wants a mode beside via: which line along these places is closed?")
        return self

    def apply(self, world: World) -> World:
        return edits.close(
            world,
            passage=self.passage,
            country=self.country,
            border=self.border,
            via=self.via,
            mode=self.mode,
            share=self.share,
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
