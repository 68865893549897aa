"""What a scenario may change in a world. One class a kind: its keys, and ``apply``, a pure function World -> World."""

from __future__ import annotations

from typing import Annotated, get_args

from pydantic import Field

from landbridge.study.changes.change import Change, NotNegative, Year
from landbridge.study.changes.policy import Productivity, Sanction, Tariff, TradeCost
from landbridge.study.changes.politics import Conflict, Join, Leave, Living
from landbridge.study.changes.transport import Border, Close, Link, Risk, Upgrade
from landbridge.study.complaints import TAGS

__all__ = ["KINDS", "AnyChange", "Change", "Conflict", "Join", "Leave", "NotNegative", "Year"]

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
