"""What the trade core says when there is no equilibrium."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from landbridge.errors import SolveError


class NoEquilibriumError(SolveError):
    """No equilibrium exists, or none was found, because of some countries (and sectors), given by position."""

    def __init__(
        self,
        reason: str,
        countries: Iterable[Any],
        sectors: Iterable[Any] = (),
        country_names: Sequence[str] | None = None,
        sector_names: Sequence[str] | None = None,
    ) -> None:
        self.reason = reason
        self.countries, self.sectors = [int(i) for i in countries], [int(s) for s in sectors]
        places = [country_names[i] if country_names else f"country {i}" for i in self.countries]
        if self.sectors:
            goods = [sector_names[s] if sector_names else f"sector {s}" for s in self.sectors]
            places = [f"{place} ({good})" for place, good in zip(places, goods, strict=True)]
        more = f" and {len(places) - 10} more" if len(places) > 10 else ""
        super().__init__(f"No trade equilibrium: {reason}: {', '.join(places[:10])}{more}.")

    def named(self, countries: Sequence[str], sectors: Sequence[str]) -> NoEquilibriumError:
        """The same error with names for positions."""
        return NoEquilibriumError(self.reason, self.countries, self.sectors, countries, sectors)
