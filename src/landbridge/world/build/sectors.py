"""The sectors of the wide world and of the industry world: which parts of each classification they are made of."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Sector:
    """One sector: its ICIO industries, and whether it travels on the network."""

    name: str
    title: str
    icio: tuple[str, ...]
    carried: bool = True


SERVICES = "Services (aggregate)"

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
    Sector("services", "Services, utilities and construction", (SERVICES,), carried=False),
)

# Every industry of goods by itself. Not carried: drilling and other support of mining, which is a service; ships, which
# sail by themselves; services, which hold electricity, gas and water supply.
INDUSTRIES = (
    Sector("crops", "Crops and animals, hunting", ("A01",)),
    Sector("forestry", "Forestry and logging", ("A02",)),
    Sector("fishing", "Fishing and aquaculture", ("A03",)),
    Sector("coal", "Coal and lignite", ("B05",)),
    Sector("oil_gas", "Crude oil and natural gas", ("B06",)),
    Sector("metal_ores", "Metal ores", ("B07",)),
    Sector("other_mining", "Other mining and quarrying: stone, salt, gems", ("B08",)),
    Sector("mining_support", "Services in support of mining", ("B09",), carried=False),
    Sector("food", "Food, drink and tobacco", ("C10T12",)),
    Sector("textiles", "Textiles, clothing, leather", ("C13T15",)),
    Sector("wood", "Wood and its products but furniture", ("C16",)),
    Sector("paper", "Paper and printing", ("C17_18",)),
    Sector("refined_fuels", "Coke and refined petroleum", ("C19",)),
    Sector("chemicals", "Chemicals", ("C20",)),
    Sector("pharmaceuticals", "Pharmaceuticals", ("C21",)),
    Sector("rubber_plastics", "Rubber and plastics products", ("C22",)),
    Sector("mineral_products", "Glass, cement, ceramics and other mineral products", ("C23",)),
    Sector("iron_steel", "Iron and steel", ("C24A",)),
    Sector("nonferrous_metals", "Other basic metals, gold included", ("C24B",)),
    Sector("metal_products", "Metal products but machinery", ("C25",)),
    Sector("electronics", "Computers, electronics, optics", ("C26",)),
    Sector("electrical", "Electrical equipment", ("C27",)),
    Sector("machinery", "Machinery", ("C28",)),
    Sector("vehicles", "Motor vehicles and their parts", ("C29",)),
    Sector("ships", "Ships and boats", ("C301",), carried=False),
    Sector("other_transport", "Aircraft, railway stock and other transport equipment", ("C302T309",)),
    Sector("other_manufactures", "Furniture, toys and the like; repair of machinery", ("C31T33",)),
    Sector("services", "Services, utilities and construction", (SERVICES,), carried=False),
)

NAMES = tuple(sector.name for sector in SECTORS)
GOODS = tuple(sector.name for sector in SECTORS if sector.carried)

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
