"""Industries of published input-output tables, in the sectors of the industry worlds (``build.sectors``).

Where a published industry is wider than one of our sectors (mining as a whole, all basic metals), it takes the name of
the part with the larger world trade, so that the parameters of that sector apply; table ``sectors`` says what is in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from landbridge.world.build.sectors import INDUSTRIES, Sector

# ISIC Rev. 4: editions 2021 to 2025 of the OECD tables, and 2018, which writes the divisions without letters.
_OECD = {
    "crops": "A01 A01_02 01T02 01T03",
    "forestry": "A02",
    "fishing": "A03 03",
    "coal": "B05",
    "oil_gas": "B06 B05_06 05T06",
    "metal_ores": "B07 B07_08 07T08",
    "other_mining": "B08",
    "mining_support": "B09 09",
    "food": "C10T12 10T12",
    "textiles": "C13T15 13T15",
    "wood": "C16 16",
    "paper": "C17_18 17T18",
    "refined_fuels": "C19 19",
    "chemicals": "C20 20 20T21",
    "pharmaceuticals": "C21 21",
    "rubber_plastics": "C22 22",
    "mineral_products": "C23 23",
    "iron_steel": "C24A C24 24",
    "nonferrous_metals": "C24B",
    "metal_products": "C25 25",
    "electronics": "C26 26",
    "electrical": "C27 27",
    "machinery": "C28 28",
    "vehicles": "C29 29",
    "ships": "C301",
    "other_transport": "C302T309 C30 30",
    "other_manufactures": "C31T33 31T33",
    "services": "D E F G H49 H50 H51 H52 H53 I J58T60 J61 J62_63 K L M N O P Q R S T "
    "35 35T39 36T39 41T43 45T47 49 49T53 50 51 52 53 55T56 58T60 61 62T63 64T66 68 69T75 69T82 77T82 84 85 86T88 90T93 "
    "90T96 94T96 97T98",
}

# ISIC Rev. 4 as WIOD's release of 2016 writes it.
_WIOD_2016 = {
    "crops": "A01",
    "forestry": "A02",
    "fishing": "A03",
    "oil_gas": "B",
    "food": "C10-C12",
    "textiles": "C13-C15",
    "wood": "C16",
    "paper": "C17 C18",
    "refined_fuels": "C19",
    "chemicals": "C20",
    "pharmaceuticals": "C21",
    "rubber_plastics": "C22",
    "mineral_products": "C23",
    "iron_steel": "C24",
    "metal_products": "C25",
    "electronics": "C26",
    "electrical": "C27",
    "machinery": "C28",
    "vehicles": "C29",
    "other_transport": "C30",
    "other_manufactures": "C31_C32 C33",
    "services": "D35 E36 E37-E39 F G45 G46 G47 H49 H50 H51 H52 H53 I J58 J59_J60 J61 J62_J63 K64 K65 K66 L68 M69_M70 "
    "M71 M72 M73 M74_M75 N O84 P85 Q R_S T U",
}

# NACE Rev. 1, WIOD's release of 2013.
_WIOD_2013 = {
    "crops": "AtB",
    "oil_gas": "C",
    "food": "15t16",
    "textiles": "17t18 19",
    "wood": "20",
    "paper": "21t22",
    "refined_fuels": "23",
    "chemicals": "24",
    "rubber_plastics": "25",
    "mineral_products": "26",
    "iron_steel": "27t28",
    "electronics": "30t33",
    "machinery": "29",
    "vehicles": "34t35",
    "other_manufactures": "36t37",
    "services": "E F 50 51 52 H 60 61 62 63 64 J 70 71t74 L M N O P",
}


def _by_industry(table: Mapping[str, str]) -> dict[str, str]:
    return {industry: sector for sector, industries in table.items() for industry in industries.split()}


OECD = _by_industry(_OECD)
WIOD_2016 = _by_industry(_WIOD_2016)
WIOD_2013 = _by_industry(_WIOD_2013)


def sectors_of(industries: Mapping[str, str], held: Iterable[str]) -> list[Sector]:
    """The sectors that a table has, in their usual order, each with the industries of the table inside it.

    ``industries``: sector of each industry; ``held``: the industries that the table has.
    """
    inside: dict[str, list[str]] = {}
    for industry in held:
        inside.setdefault(industries[industry], []).append(industry)
    return [
        replace(sector, title=_title(sector, inside[sector.name]), icio=tuple(inside[sector.name]))
        for sector in INDUSTRIES
        if sector.name in inside
    ]


def _title(sector: Sector, industries: list[str]) -> str:
    """The usual title, and what is inside where that is something else."""
    usual = len(industries) > 1 or tuple(industries) == sector.icio
    return sector.title if usual else f"{sector.title} (here: {industries[0]})"
