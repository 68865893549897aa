"""The report as one page: every chapter in its order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from landbridge import __version__
from landbridge.report import alignment, overview, provenance, scenario, security, verdicts
from landbridge.report.atlas import Atlas
from landbridge.report.markup import Markup, element
from landbridge.report.page import Numbering, document
from landbridge.report.scale import Scale

if TYPE_CHECKING:
    from landbridge.claims.judge import Verdict
    from landbridge.study.outcome import Outcome
    from landbridge.world import World


def page(outcome: Outcome, judged: Sequence[Verdict], world: World, atlas: Atlas) -> Markup:
    """The whole report as HTML."""
    about = outcome.header["study"]["study"]
    numbering = Numbering()
    names = outcome.scenarios[1:]
    scale = Scale.of(float(value) for value in outcome.values("real_income").to_numpy().ravel())
    chapters = [
        overview.summary(outcome, judged, scale),
        overview.comparison(outcome, numbering),
        *(scenario.chapter(outcome, name, world, atlas, scale, numbering) for name in names),
        alignment.chapter(outcome, world, atlas, numbering),
        security.chapter(outcome, world, atlas, numbering),
        verdicts.chapter(outcome, judged, numbering) if judged else None,
        provenance.influence(outcome, numbering),
        provenance.assumptions(outcome, numbering),
        provenance.data(outcome, world, numbering),
        provenance.computation(outcome, numbering),
        provenance.borders(atlas, numbering),
    ]
    body = [
        element("a", "Skip to the summary", href="#summary", class_="skip"),
        atlas.definitions,
        overview.head(outcome, _contents(chapters)),
        element("main", chapters),
        element(
            "footer",
            element(
                "p", f"Written by landbridge {__version__}. Every table: tables.xlsx and the folder csv.", class_="meta"
            ),
        ),
    ]
    return document(f"{about['title']} – landbridge report", f"Report on the study: {about['title']}", body)


def _contents(chapters: Sequence[Markup | None]) -> list[tuple[str, Markup]]:
    """Anchor and title of every chapter, read off its heading."""
    found = []
    for text in filter(None, chapters):
        _, _, rest = text.partition('<h2 id="')
        anchor, _, rest = rest.partition('">')
        found.append((anchor, Markup(rest.partition("</h2>")[0])))
    return found
