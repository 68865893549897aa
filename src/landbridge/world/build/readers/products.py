"""Products of the Harmonized System in the four sectors of the wide worlds."""

from __future__ import annotations

ELECTRICITY = "2716"  # services (utilities) in an input-output table: not carried, and inside the base's services

# Chapters, and headings that belong elsewhere than their chapter. All revisions of the Harmonized System agree on them.
_CHAPTERS = {"agriculture": range(1, 25), "fuels": range(25, 28), "manufactures": range(28, 100)}
_HEADINGS = {
    "agriculture": "4001 4101 4102 4103 4301 4401 4403 4501 5001 5002 5003 5101 5102 5103 5201 5202 5203 5301 5302 "
    "5303 5305",
    "fuels": "7102",
    "manufactures": "2523",
    "services": ELECTRICITY,
}

_BY_CHAPTER = {f"{chapter:02d}": sector for sector, chapters in _CHAPTERS.items() for chapter in chapters}
_BY_HEADING = {heading: sector for sector, headings in _HEADINGS.items() for heading in headings.split()}


def sector(product: str) -> str | None:
    """The sector of a product code of six digits (``270900``; ``9999AA``: not specified), None when it is none."""
    code = product.zfill(6)
    return _BY_HEADING.get(code[:4]) or _BY_CHAPTER.get(code[:2])
