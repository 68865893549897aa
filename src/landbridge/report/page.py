"""Parts every page of a report is made of: the shell, numbered figures, tables, legends."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from landbridge.report.markup import Markup, element, join

if TYPE_CHECKING:
    from pandas import DataFrame

SAFE = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


@dataclass
class Numbering:
    """Counts figures and tables as a page is written."""

    counts: dict[str, int] = field(default_factory=dict)

    def next(self, kind: str) -> Markup:
        """ "Figure 1.", "Figure 2." ... in bold."""
        self.counts[kind] = self.counts.get(kind, 0) + 1
        return element("b", f"{kind} {self.counts[kind]}. ")


def document(title: str, description: str, body: object) -> Markup:
    """A whole page that asks for nothing outside itself; browsers are told to refuse if it did."""
    style = Markup((files("landbridge.report") / "style.css").read_text(encoding="utf-8"))
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=SAFE),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="generator", content="landbridge"),
        element("meta", name="description", content=description),
        element("title", title),
        element("style", style),
    )
    return join([Markup("<!DOCTYPE html>\n"), element("html", head, element("body", body), lang="en"), Markup("\n")])


def section(identity: str, heading: str, *content: object) -> Markup:
    """A chapter with its anchor."""
    return element("section", element("h2", heading, id=identity), content, aria_labelledby=identity)


def figure(numbering: Numbering, caption: str, drawing: object, reads: str = "", *below: object) -> Markup:
    """A numbered figure: caption above, drawing, what stands below it, and what it says in a plain sentence."""
    return element(
        "figure",
        element("figcaption", numbering.next("Figure"), caption),
        drawing,
        below,
        element("p", reads, class_="reads") if reads else None,
    )


@dataclass(frozen=True)
class Shown:
    """How a column of a data frame is printed: its heading, and the text of a value (``numeric``: to the right)."""

    column: str
    heading: str
    text: Callable[[Any], object] = str
    numeric: bool = False
    style: str = ""


def table(numbering: Numbering, caption: str, frame: DataFrame, columns: Sequence[Shown], *note: object) -> Markup:
    """A numbered table; the first column heads each row."""
    head = element("tr", [element("th", shown.heading, scope="col", class_=_class(shown)) for shown in columns])
    body = []
    for row in frame[[shown.column for shown in columns]].itertuples(index=False, name=None):
        cells = [
            element("th" if first else "td", shown.text(value), scope="row" if first else None, class_=_class(shown))
            for first, shown, value in zip([True] + [False] * len(columns), columns, row, strict=False)
        ]
        body.append(element("tr", cells))
    heading = element("caption", numbering.next("Table"), caption)
    grid = element("table", heading, element("thead", head), element("tbody", body))
    return element("div", grid, [element("p", line, class_="note") for line in note], class_="table")


def same(value: object) -> object:
    """A value that is markup already, or is printed as it stands."""
    return value


def _class(shown: Shown) -> str | None:
    return " ".join(filter(None, ("n" if shown.numeric else "", shown.style))) or None


def swatch(label: object, *drawing: Markup) -> Markup:
    """One entry of a legend, its drawing 34 wide and 17 high."""
    return element("span", element("svg", drawing, viewBox="0 0 34 17", aria_hidden="true"), label)


def patch(label: object, *styles: str) -> Markup:
    """One entry of a map's legend: an area in some styles, one over the other."""
    return swatch(label, *(element("rect", class_=style, width=34, height=17) for style in styles))


def legend(*entries: object) -> Markup:
    """A row of legend entries."""
    return element("div", entries, class_="legend")
