"""OECD's Inter-Country Input-Output tables, ``YYYY_SML.csv`` and the extended ones with China and Mexico in parts.

The first cell of the header is ``V1`` or empty, then one column for each country and industry (``PAK_C10T12``), one for
each country and kind of final demand (``PAK_HFCE``), and ``OUT``. Rows: the same countries and industries, then taxes
less subsidies (``TLS``), value added (``VA``) and output (``OUT``). Million USD, basic prices. https://oe.cd/icio
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from landbridge.world.build.readers.files import Advance, numbers_of_csv
from landbridge.world.build.readers.industries import OECD
from landbridge.world.build.readers.inputoutput import FINAL, OTHER, OUTPUT, Label, Published

_FINAL = frozenset(("HFCE", "NPISH", "GGFC", "GFCF", "INVNT", "DPABR", "P33", "NONRES", "CONS_ABR", "CONS_NONRES"))
_OUTPUT = frozenset(("OUT", "TOTAL", "OUTPUT"))
_OTHER = frozenset(("TLS", "VA", "VALU", "TAXSUB", "VA+TAXSUB", "DISC"))


def looks_like(header: Sequence[str]) -> bool:
    """Whether a header is that of such a table."""
    return sum(_label(cell)[1] in OECD or _label(cell)[1] == FINAL for cell in header[1:]) > len(header) / 2


def read_oecd(path: Path, header: Sequence[str], advance: Advance) -> Published:
    """The table; its rows are read as they are asked for."""
    years = re.findall(r"(?:19|20)\d\d", path.stem)
    return Published(
        where=str(path),
        title="OECD Inter-Country Input-Output tables",
        licence="OECD terms: share and adapt with credit",
        year=int(years[-1]) if years else None,
        columns=[_label(cell) for cell in header[1:]],
        industries=OECD,
        blocks=(
            ([_label(labels[0]) for labels in rows], values)
            for rows, values in numbers_of_csv(path, len(header), texts=1, skip=1, advance=advance)
        ),
    )


def _label(cell: str) -> Label:
    name = cell.strip()
    country, _, code = name.partition("_")
    if name in _OUTPUT:
        return "", OUTPUT
    if name in _OTHER or code in _OTHER:
        return "", OTHER
    return country, FINAL if code in _FINAL else code
