"""What every change of a scenario has: a source, years in which it is in force, and what it makes of a world."""

from __future__ import annotations

from typing import Annotated, ClassVar, Self

from pydantic import Field, StrictBool, model_validator

from landbridge.study.complaints import Strict, complaint
from landbridge.world import World

Percent = Annotated[float, Field(gt=-100, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Year = Annotated[int, Field(ge=1000, le=3000)]


class Change(Strict):
    """Keys that every change may carry: ``source`` says where its numbers come from, ``assumed`` that they are ours.

    ``from`` and ``until`` are the first and the last year in which the change is in force; without them it always is.
    ``on_network`` tells kinds that change transport from those that change policy alone.
    """

    on_network: ClassVar[bool] = True

    source: str = ""
    assumed: StrictBool = False
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
