"""A world in words and figures: the card of a country, a summary, the sources.

Each ``..._card``, ``summary`` and ``sources`` returns plain data (for JSON); ``text_of_...`` renders the same for a
terminal.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from landbridge.errors import InputError, did_you_mean
from landbridge.labels import REST, country, country_name

if TYPE_CHECKING:
    from pandas import DataFrame, Series

    from landbridge.world.world import World

_INDICATORS = {
    "population": "population",
    "hdi": "human development index",
    "electricity_access_pct": "access to electricity, % of population",
    "conflict_deaths": "deaths in organised violence",
}


def country_card(world: World, name: str, partners: int = 10) -> dict[str, Any]:
    """What the world knows of one country in its base year.

    Values are million USD, basic prices. ``exports_to`` and ``imports_from`` list the largest partners over all
    sectors; ``modelled`` the largest cross-border cells that no table states.

    Raises:
        InputError: no such country in this world.
    """
    iso3 = country(name)
    economies = world.table("economies").set_index("iso3")
    if iso3 not in economies.index:
        raise InputError(f'World "{world.name}" has no {country_name(iso3)}.{did_you_mean(iso3, economies.index)}')
    row = economies.loc[iso3]
    card: dict[str, Any] = {
        "iso3": iso3,
        "name": row["name"],
        "year": world.year,
        "region": row["region"],
        "status": row["status"],
        "note": row["note"],
        "roles": [role for role in ("trade", "network", "votes") if row[role]],
        "indicators": _indicators(world, iso3),
        "memberships": _memberships(world, iso3),
    }
    if row["trade"]:
        trade = world.table("trade")
        sold = trade[(trade["exporter"] == iso3) & (trade["importer"] != iso3)]
        bought = trade[(trade["importer"] == iso3) & (trade["exporter"] != iso3)]
        own = trade[(trade["exporter"] == iso3) & (trade["importer"] == iso3)]
        card |= {
            "accounts": _accounts(world, iso3),
            "sectors": _sectors(world, iso3, own, sold, bought),
            "exports_to": _partners(sold, "importer", partners),
            "imports_from": _partners(bought, "exporter", partners),
            "modelled": _largest_modelled(_concat(sold, bought), partners),
        }
    return card


def summary(world: World, flows: int = 20) -> dict[str, Any]:
    """The world at a glance: economies by status, trade by basis, adjustments, the largest modelled flows."""
    economies, trade = world.table("economies"), world.table("trade")
    abroad = trade[trade["exporter"] != trade["importer"]]
    by_basis = abroad.groupby("basis")["value_musd"].agg(["size", "sum"]).sort_values("sum", ascending=False)
    total = float(abroad["value_musd"].sum())
    return {
        "name": world.name,
        "year": world.year,
        "sectors": world.sectors,
        "economies": {
            str(status): int(n) for status, n in economies[economies["trade"]]["status"].value_counts().items()
        },
        "not_trading": int((~economies["trade"]).sum()),
        "output_musd": float(trade["value_musd"].sum()),
        "international_musd": total,
        "basis": [
            {"basis": str(basis), "cells": int(n), "value_musd": float(value), "share": float(value) / total}
            for basis, n, value in zip(by_basis.index, by_basis["size"], by_basis["sum"], strict=True)
        ],
        "adjustments": _records(world.table("adjustments")),
        "modelled": _largest_modelled(abroad, flows),
        "tables": [
            {"table": name, "rows": len(world.table(name)), "description": resource.get("description", "")}
            for name, resource in sorted(world.resources.items())
        ],
    }


def sources(world: World) -> list[dict[str, str]]:
    """Every public source behind the world: title, years, licence, use, and the tables that stand on it."""
    found: dict[str, dict[str, str]] = {}
    for name, resource in sorted(world.resources.items()):
        for source in resource.get("sources", ()):
            entry = found.setdefault(source["title"], {**source, "tables": ""})
            entry["tables"] = ", ".join(filter(None, [entry["tables"], name]))
    return [found[title] for title in sorted(found)]


def text_of_card(card: dict[str, Any]) -> str:
    """A country card for the terminal."""
    lines = [f"{card['name']} ({card['iso3']}), {card['region']}, world of {card['year']}", ""]
    lines.append(f"  roles: {', '.join(card['roles'])}; trade: {card['status']}")
    if card["note"]:
        lines.append(f"  note: {card['note']}")
    figures = [[i["title"], _number(i["value"]), str(i["year"]), i["status"]] for i in card["indicators"]]
    if "accounts" in card:
        figures = [
            [title, _number(value), str(card["year"]), ""] for title, value in card["accounts"].items()
        ] + figures
    lines += ["", *_columns([["", "value", "year", ""], *figures])]
    if "sectors" in card:
        names = [name.replace("_", " ") for name in card["sectors"][0] if name != "sector"]
        body = [[s["sector"], *(_number(s[name.replace(" ", "_")]) for name in names)] for s in card["sectors"]]
        lines += ["", "million USD", *_columns([["sector", *names], *body])]
        for title, key in (("exports to", "exports_to"), ("imports from", "imports_from")):
            body = [[p["name"], _number(p["value_musd"]), f"{p['share']:.1%}", p["status"]] for p in card[key]]
            lines += ["", *_columns([[title, "million USD", "share", ""], *body])]
        lines += _modelled_lines(card["modelled"])
    spans = [[m["institution"], m["role"], m["start"], m["verification"]] for m in card["memberships"]]
    lines += ["", *_columns([["institution", "role", "since", "verification"], *spans], right=())]
    return "\n".join(lines)


def text_of_summary(data: dict[str, Any]) -> str:
    """A world's summary for the terminal."""
    economies = ", ".join(f"{n} {status}" for status, n in data["economies"].items())
    lines = [
        f'World "{data["name"]}", base year {data["year"]}: {economies} economies x {len(data["sectors"])} sectors',
        f"  sales {_number(data['output_musd'])} million USD, of these {_number(data['international_musd'])} abroad",
        "",
    ]
    basis = [[b["basis"], _number(b["cells"]), _number(b["value_musd"]), f"{b['share']:.1%}"] for b in data["basis"]]
    lines += _columns([["trade abroad rests on", "cells", "million USD", "share"], *basis])
    changed = [[a["source"], a["statement"], f"{a['largest']:.3g}", f"{a['median']:.3g}"] for a in data["adjustments"]]
    lines += ["", *_columns([["source", "what balancing did", "largest", "median"], *changed], right=(2, 3))]
    lines += _modelled_lines(data["modelled"])
    tables = [[t["table"], _number(t["rows"]), t["description"]] for t in data["tables"]]
    lines += ["", *_columns([["table", "rows", "holds"], *tables], right=(1,))]
    return "\n".join(lines)


def text_of_sources(data: Sequence[dict[str, str]]) -> str:
    """The sources for the terminal, a paragraph each."""
    return "\n\n".join(
        f"{s['title']}, {s['year']}\n  licence: {s['licence']}\n  used for: {s['use']}\n  tables: {s['tables']}"
        for s in data
    )


def _indicators(world: World, iso3: str) -> list[dict[str, Any]]:
    """The latest value of each indicator up to the base year."""
    frame = world.table("indicators")
    mine = frame[(frame["iso3"] == iso3) & (frame["year"] <= world.year)].sort_values("year")
    latest = mine.groupby("indicator").last()
    return [
        {"indicator": name, "title": title, **_records(latest.loc[[name], ["value", "year", "status", "source"]])[0]}
        for name, title in _INDICATORS.items()
        if name in latest.index
    ]


def _memberships(world: World, iso3: str) -> list[dict[str, Any]]:
    """Institutions the country belonged to on the last day of the base year."""
    frame = world.table("memberships").fillna({"end": ""})
    day = f"{world.year}-12-31"
    current = (frame["iso3"] == iso3) & (frame["start"] <= day) & ((frame["end"] == "") | (frame["end"] > day))
    return _records(frame.loc[current, ["institution", "role", "start", "verification"]])


def _accounts(world: World, iso3: str) -> dict[str, float]:
    accounts = world.table("accounts")
    row = accounts[accounts["iso3"] == iso3].to_dict("records")[0]
    titles = {
        "gdp_musd": "GDP, million USD",
        "output_musd": "gross output, million USD",
        "spending_musd": "spending, million USD",
        "deficit_musd": "deficit, million USD",
        "gdp_to_output": "GDP over gross output",
        "value_added_musd": "value added, million USD",
        "final_spending_musd": "final spending, million USD",
    }
    return {title: float(row[column]) for column, title in titles.items() if column in row}


def _sectors(world: World, iso3: str, own: DataFrame, sold: DataFrame, bought: DataFrame) -> list[dict[str, Any]]:
    home, exports, imports = (part.groupby("sector")["value_musd"].sum() for part in (own, sold, bought))
    inputs = _inputs(world, iso3)
    rows: list[dict[str, Any]] = []
    for sector in world.sectors:
        output = float(home[sector] + exports[sector])
        row = {
            "sector": sector,
            "output": output,
            "at_home": float(home[sector]),
            "exports": float(exports[sector]),
            "imports": float(imports[sector]),
            "spending": float(home[sector] + imports[sector]),
        }
        if inputs is not None:
            row |= {"inputs": float(inputs[sector]), "value_added": output - float(inputs[sector])}
        rows.append(row)
    return rows


def _inputs(world: World, iso3: str) -> Series | None:
    """What each industry spends on inputs, where the world knows."""
    if "intermediate_use" not in world.resources:
        return None
    use = world.table("intermediate_use")
    return use[use["iso3"] == iso3].groupby("sector")["value_musd"].sum()


def _partners(flows: DataFrame, side: str, count: int) -> list[dict[str, Any]]:
    totals = flows.groupby(side)["value_musd"].sum().nlargest(count)
    status = flows.groupby(side)["status"].first().to_dict()
    return [
        {
            "iso3": str(iso3),
            "name": country_name(str(iso3)),
            "value_musd": float(value),
            "share": float(value / flows["value_musd"].sum()),
            "status": str(status[iso3]),
        }
        for iso3, value in totals.items()
    ]


def _largest_modelled(flows: DataFrame, count: int) -> list[dict[str, Any]]:
    """The largest modelled cells between economies told apart (the remainder says nothing of any one country)."""
    apart = (flows["exporter"] != REST) & (flows["importer"] != REST)
    modelled = flows[(flows["status"] == "modelled") & apart].nlargest(count, "value_musd")
    return _records(modelled[["exporter", "importer", "sector", "value_musd", "basis"]])


def _modelled_lines(flows: Sequence[dict[str, Any]]) -> list[str]:
    if not flows:
        return []
    body = [[f["exporter"], f["importer"], f["sector"], _number(f["value_musd"]), f["basis"]] for f in flows]
    table = _columns([["from", "to", "sector", "million USD", "rests on"], *body], right=(3,))
    return ["", "largest flows that no table states", *table]


def _concat(*frames: DataFrame) -> DataFrame:
    import pandas as pd

    return pd.concat(frames, ignore_index=True)


def _records(frame: DataFrame) -> list[dict[str, Any]]:
    """Rows as dictionaries of plain Python values."""
    return [
        {str(key): getattr(value, "item", lambda v=value: v)() for key, value in row.items()}
        for row in frame.to_dict("records")
    ]


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _columns(rows: Sequence[Sequence[str]], right: Sequence[int] | None = None) -> list[str]:
    """Rows as lines of aligned columns; ``right`` names the right-aligned ones (by default all but first and last)."""
    widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
    aligned = range(1, len(widths) - 1) if right is None else right
    return [
        "  "
        + "  ".join(
            cell.rjust(w) if k in aligned else cell.ljust(w)
            for k, (cell, w) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
