"""The four sectors of the wide world: which parts of each classification they are made of."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Sector:
    """One sector: its ICIO industries, and whether it travels on the network."""

    name: str
    title: str
    icio: tuple[str, ...]
    carried: bool = True


SECTORS = (
    Sector("agriculture", "Agriculture, fishing, food and drink", ("A01", "A02", "A03", "C10T12")),
    Sector(
        "fuels",
        "Fuels and minerals: mining, oil and gas, and refined petroleum",
        ("B05", "B06", "B07", "B08", "B09", "C19"),
    ),
    Sector(
        "manufactures",
        "Manufactures other than food and refined petroleum",
        (
            "C13T15",
            "C16",
            "C17_18",
            "C20",
            "C21",
            "C22",
            "C23",
            "C24A",
            "C24B",
            "C25",
            "C26",
            "C27",
            "C28",
            "C29",
            "C301",
            "C302T309",
            "C31T33",
        ),
    ),
    Sector("services", "Services, utilities and construction", ("Services (aggregate)",), carried=False),
)

NAMES = tuple(sector.name for sector in SECTORS)
GOODS = tuple(sector.name for sector in SECTORS if sector.carried)
BY_ICIO = {industry: sector.name for sector in SECTORS for industry in sector.icio}

# SITC sections whole, except 2 (crude materials), which holds cotton and timber as well as ores.
BY_SITC = {
    "0": "agriculture",
    "1": "agriculture",
    "4": "agriculture",
    "3": "fuels",
    "5": "manufactures",
    "6": "manufactures",
    "7": "manufactures",
    "8": "manufactures",
    "9": "manufactures",
}
CRUDE_MATERIALS = "2"
