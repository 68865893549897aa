"""Changes of politics and society: violence, jobs and electricity, who is a member of what."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from landbridge.errors import InputError
from landbridge.security.shock import Shock
from landbridge.study.changes.change import Change, NotNegative
from landbridge.study.complaints import complaint
from landbridge.study.names import Bloc, Country, Institution, Month, members
from landbridge.study.violence import at_war
from landbridge.world import World
from landbridge.world.indicators import latest

Points = Annotated[float, Field(ge=-100, le=100, allow_inf_nan=False)]


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
        if self.electricity is not None:
            known = latest(world, "electricity_access_pct").get(self.country, np.nan)
            if (there := known + self.electricity) < 0 or there > 100:
                raise InputError(
                    f"{known:.1f} % of people in {self.country} have electricity; {self.electricity:+g} points would "
                    f"make it {there:.1f} %."
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
