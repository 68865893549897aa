"""The chapter of claims: each statement, its verdict in words, the share of draws, and the numbers behind it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from landbridge.claims.judge import FAILS, HOLDS, LIKELY, NOT_TESTABLE, UNLIKELY
from landbridge.report.charts import Estimate, shares
from landbridge.report.markup import Markup, element
from landbridge.report.numbers import listed, share, significant
from landbridge.report.page import Numbering, figure, section
from landbridge.report.words import country_in_text, passage_name
from landbridge.variables import variables

if TYPE_CHECKING:
    from pandas import DataFrame

    from landbridge.claims.judge import Measured, Number, Verdict
    from landbridge.study.outcome import Outcome

BANDS = (
    (0.0, FAILS, "fails"),
    (FAILS, UNLIKELY, "unlikely"),
    (UNLIKELY, LIKELY, "undecided"),
    (LIKELY, HOLDS, "likely"),
    (HOLDS, 1.0, "holds"),
)
PREPOSITIONS = {
    "country": "",
    "partner": "with ",
    "relative_to": "relative to ",
    "exporter": "from ",
    "importer": "to ",
}
_BEFORE = {"mode": "by ", "leader": "of ", "follower": "over "}
_RELATIONS = {
    ">": "above",
    ">=": "at least",
    "<": "below",
    "<=": "at most",
    "==": "equal to",
    "!=": "other than",
}
_BASIS = {
    "modelled": "tested on results of the model",
    "observed": "tested on observed data",
    "both": "tested on results of the model and observed data",
    "": "",
}


def chapter(outcome: Outcome, verdicts: Sequence[Verdict], numbering: Numbering) -> Markup:
    """All claims of a study with their verdicts."""
    tested = [verdict for verdict in verdicts if verdict.basis in ("modelled", "both") and verdict.share is not None]
    return section(
        "claims",
        "The claims",
        element("p", how_judged(outcome)),
        _chart(tested, numbering) if tested else None,
        element("ol", [_claim(outcome, verdict) for verdict in verdicts], class_="claims"),
    )


def how_judged(outcome: Outcome) -> str:
    """How a verdict comes about."""
    if not outcome.draw_count:
        return (
            "Each statement was given a test before the model was run. This run had no draws of the uncertain "
            "parameters, so that a test is true or not true at their central values, and no more."
        )
    return (
        f"Each statement was given a test before the model was run. Its verdict is the share of the "
        f"{outcome.draw_count} draws of the uncertain parameters in which the test is passed: the statement holds "
        f"in {share(HOLDS)} or more, is likely in {share(LIKELY)} or more, unlikely in {share(UNLIKELY)} or "
        f"less, fails in {share(FAILS)} or less, and is undecided between. Observed data have no draws: there a "
        f"statement holds or fails, or, where the data have standard errors, the share is of draws of these. The "
        f"shares carry the uncertainty of the parameters, not that of the model's form; and a statement may hold in "
        f"every draw and yet be about very little: the figure found says how much."
    )


def tally(verdicts: Sequence[Verdict]) -> str:
    """How many claims have which verdict: "12 hold, 4 are likely ..."."""
    count = Counter(verdict.verdict for verdict in verdicts)
    words = {
        "holds": ("holds", "hold"),
        "likely": ("is likely", "are likely"),
        "undecided": ("is undecided", "are undecided"),
        "unlikely": ("is unlikely", "are unlikely"),
        "fails": ("fails", "fail"),
        "true at the central values": ("is true at the central values", "are true at the central values"),
        "not true at the central values": ("is not true at the central values", "are not true at the central values"),
        NOT_TESTABLE: ("cannot be tested yet", "cannot be tested yet"),
    }
    return listed(
        [f"{count[said]} {one if count[said] == 1 else many}" for said, (one, many) in words.items() if count[said]]
    )


def _chart(tested: Sequence[Verdict], numbering: Numbering) -> Markup:
    ordered = sorted(tested, key=lambda verdict: -(verdict.share or 0.0))
    rows = [Estimate(verdict.claim.id.replace("-", " "), verdict.share or 0.0) for verdict in ordered]
    caption = "Share of draws in which each claim tested on the model holds"
    reads = f"Of {len(rows)} claims tested on the model, {tally(tested)}."
    drawing = element("div", shares(rows, BANDS, caption, reads), class_="scroll")
    return figure(numbering, f"{caption}, with the words used for it.", drawing, reads)


def _claim(outcome: Outcome, verdict: Verdict) -> Markup:
    claim = verdict.claim
    where = [claim.speaker, f"paragraph {claim.paragraph}" if claim.paragraph is not None else ""]
    detail = [element("small", text) for text in (_share(outcome, verdict), _BASIS[verdict.basis]) if text]
    return element(
        "li",
        element("div", _word(verdict), detail, class_=f"verdict v-{_style(verdict)}"),
        element(
            "div",
            element("p", claim.statement),
            element("p", ", ".join(filter(None, where)), class_="note"),
            [element("p", test_in_words(outcome, found), class_="note") for found in verdict.measured],
            element("p", element("b", "What a test would take: "), verdict.needs, class_="note")
            if verdict.needs
            else None,
        ),
        id=f"claim-{claim.id}",
    )


def _word(verdict: Verdict) -> str:
    return "not testable yet" if verdict.verdict == NOT_TESTABLE else verdict.verdict


def _style(verdict: Verdict) -> str:
    known = {word for *_, word in BANDS}
    return verdict.verdict if verdict.verdict in known else "untested"


def _share(outcome: Outcome, verdict: Verdict) -> str:
    if verdict.share is None:
        return ""
    if verdict.basis == "observed":
        return "" if verdict.share in (0.0, 1.0) else f"in {share(verdict.share)} of draws of the data's errors"
    return f"in {share(verdict.share)} of {outcome.draw_count} draws"


def test_in_words(outcome: Outcome, found: Measured) -> str:
    """A condition with its numbers: "Test: real income of Pakistan under “CPEC” above 0. Found: +0.42 % change."""
    relation = _RELATIONS[found.condition.is_]
    left = quantity_in_words(outcome, found.left)
    here = f"{significant(found.left.central, 3)} ({variables()[found.left.quantity].unit})"
    if isinstance(found.right, (int, float)):
        return f"Test: {left} {relation} {significant(found.right, 3)}. Found: {here}."
    right = quantity_in_words(outcome, found.right)
    return f"Test: {left} {relation} {right}. Found: {here} against {significant(found.right.central, 3)}."


def quantity_in_words(outcome: Outcome, number: Number) -> str:
    """A quantity at its labels: "real income (Pakistan, under “CPEC”)"."""
    title = variables()[number.quantity].title
    labels = sorted(number.labels.items(), key=lambda label: label[0] == "scenario")
    parts = [_label(outcome, name, value) for name, value in labels]
    return f"{title[0].lower()}{title[1:]} ({', '.join(parts)})"


def _label(outcome: Outcome, name: str, value: Any) -> str:
    if name in PREPOSITIONS:
        return f"{PREPOSITIONS[name]}{country_in_text(value)}"
    if name == "passage":
        return passage_name(value)
    if name == "scenario":
        told = outcome.header["study"]["scenario"].get(value)
        return f"under “{told['title'] or value}”" if told else "without the changes"
    return f"{_BEFORE.get(name, '')}{value}"


def frame(outcome: Outcome, verdicts: Sequence[Verdict]) -> DataFrame:
    """A row per condition of every claim, and one for a claim without a test."""
    import pandas as pd

    rows = []
    for verdict in verdicts:
        claim = verdict.claim
        base = {
            "id": claim.id,
            "speaker": claim.speaker,
            "paragraph": claim.paragraph,
            "statement": claim.statement,
            "verdict": verdict.verdict,
            "share": verdict.share,
            "basis": verdict.basis,
            "needs": verdict.needs,
        }
        tests: list[dict[str, object]] = [
            {
                "test": quantity_in_words(outcome, found.left),
                "is": found.condition.is_,
                "than": _right(outcome, found.right),
                "found": found.left.central,
                "against": found.right if isinstance(found.right, (int, float)) else found.right.central,
                "unit": variables()[found.left.quantity].unit,
            }
            for found in verdict.measured
        ]
        empty: dict[str, object] = {"test": "", "is": "", "than": "", "found": None, "against": None, "unit": ""}
        rows += [{**base, **test} for test in tests or [empty]]
    return pd.DataFrame(rows)


def _right(outcome: Outcome, right: Number | float) -> str:
    return str(right) if isinstance(right, (int, float)) else quantity_in_words(outcome, right)
