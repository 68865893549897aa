"""DATA.md: every packaged table and every public file behind it, written from the descriptions that ship.

``python -m landbridge.world.build.describe DATA.md`` writes it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from landbridge.world.build.sources import CATALOGUE
from landbridge.world.show import sources
from landbridge.world.world import World, load_world, packaged_worlds

_INTRODUCTION = """\
# Data

landbridge ships derived tables only: balanced, harmonised, documented, each with its licence. No table of a source is
shipped as such unless its licence allows it. Code is under the MIT licence; data keep theirs: the transport network
derives from OpenStreetMap and is under the Open Database License (ODbL); trade, accounts and indicators may be shared
and adapted with credit. The same facts stand in the `datapackage.json` of each world (Frictionless: fields, units,
keys, sources, sha256), and `landbridge world sources` prints them.

This page is written by `python -m landbridge.world.build.describe DATA.md`.
"""

_FILES = """\
## Raw files that `landbridge world build` reads

Places are relative to the folder given as `--sources`. "Pattern of modelled cells only" and "cross-check only" mean
that no figure of the file is shipped.
"""


def data_page() -> str:
    """The whole page."""
    worlds = [load_world(name) for name in packaged_worlds()]
    parts = [
        _INTRODUCTION,
        "## Tables\n",
        _table(["table", "holds", "rows", "licence", "in"], _tables(worlds)),
        "\n## Sources\n",
        _table(["source", "years", "licence", "use", "tables"], _sources(worlds)),
        "",
        _FILES,
        _table(
            ["file", "source", "licence", "use"],
            ([f"`{f.path}`", f.source.title, f.source.licence, f.source.use] for f in CATALOGUE.values()),
        ),
        "\nThe files of the network and of the boundaries are listed in the modules that read them, "
        "`landbridge.world.build.network` and `landbridge.world.build.boundaries`.\n",
    ]
    return "\n".join(parts)


def _tables(worlds: list[World]) -> Iterable[list[str]]:
    """A row for each table; those common to all base years once."""
    rows: dict[tuple[str, str], list[str]] = {}
    for world in worlds:
        for name, resource in world.resources.items():
            folder = world.folders[name].name
            rows[name, folder] = [
                f"`{name}`",
                resource["description"],
                f"{resource['rows']:,}",
                ", ".join(licence["title"] for licence in resource["licenses"]),
                folder,
            ]
    return [rows[key] for key in sorted(rows)]


def _sources(worlds: list[World]) -> Iterable[list[str]]:
    entries = {entry["title"]: entry for world in worlds for entry in sources(world)}
    return [
        [entry[key] for key in ("title", "year", "licence", "use", "tables")]
        for entry in (entries[title] for title in sorted(entries))
    ]


def _table(head: list[str], rows: Iterable[list[str]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in [head, ["---"] * len(head), *rows])


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(data_page(), encoding="utf-8")
