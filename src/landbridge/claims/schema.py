"""Claim: one statement of a source, in our words, tied to measurable quantities. Reading ``claims.toml``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Discriminator, Field, Tag, ValidationError, ValidationInfo, model_validator

from landbridge.alignment.dyad import TRACKS
from landbridge.alignment.lead_lag import ORDER
from landbridge.errors import InputError, StudyError
from landbridge.labels import MAIN_MODES, one_of
from landbridge.study.complaints import Strict, complaint, complaints, read_toml, refuse
from landbridge.study.names import Country, Institution, Names, Passage, SectorName
from landbridge.study.schema import BASELINE, Study
from landbridge.variables import Variable, variables

Operator = Literal[">", ">=", "<", "<=", "==", "!="]
COUNTRIES = ("country", "partner", "relative_to", "exporter", "importer")
LABELS = ("scenario", *COUNTRIES, "year", "sector", "mode", "passage", "institution", "track", "leader", "follower")


def _listed(what: str, allowed: Any) -> Any:
    def check(text: str, info: ValidationInfo) -> str:
        options = allowed(info)
        if options is None:
            return text
        try:
            return one_of(text, options, what)
        except InputError as error:
            raise complaint(str(error)) from None

    return AfterValidator(check)


QuantityName = Annotated[str, _listed("quantity", lambda info: variables())]
ScenarioName = Annotated[str, _listed("scenario", lambda info: (info.context or {}).get("scenarios"))]
ModeName = Annotated[str, _listed("main mode", lambda info: MAIN_MODES)]
Track = Annotated[str, _listed("track", lambda info: TRACKS)]
LedTrack = Annotated[str, _listed("track", lambda info: ORDER)]


class Side(Strict):
    """Labels that pick out a number. In ``than`` those left out are the ones of the test itself."""

    quantity: QuantityName | None = None
    scenario: ScenarioName | None = None
    country: Country | None = None
    partner: Country | None = None
    relative_to: Country | None = None
    exporter: Country | None = None
    importer: Country | None = None
    year: int | None = None
    sector: SectorName | None = None
    mode: ModeName | None = None
    passage: Passage | None = None
    institution: Institution | None = None
    track: Track | None = None
    leader: LedTrack | None = None
    follower: LedTrack | None = None

    @property
    def labels(self) -> dict[str, Any]:
        """The labels given, by name."""
        return {key: getattr(self, key) for key in LABELS if getattr(self, key) is not None}


class Condition(Side):
    """``quantity`` at its labels ``is`` above, below ... a ``value`` or the same ``than`` at other labels."""

    is_: Operator = Field(alias="is")
    value: float | None = None
    than: Side | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.quantity is None:
            raise complaint("the key quantity is missing.")
        if (self.value is None) == (self.than is None):
            raise complaint("wants exactly one of the keys value, than.")
        for side in (self.left, self.right):
            if side is not None:
                _check_labels(variables()[side[0]], side[1])
        return self

    @property
    def left(self) -> tuple[str, dict[str, Any]]:
        """Quantity and labels of the number tested."""
        return str(self.quantity), self.labels

    @property
    def right(self) -> tuple[str, dict[str, Any]] | None:
        """Quantity and labels of the number it is compared with; None when that is ``value``."""
        if self.than is None:
            return None
        other = self.than.quantity or str(self.quantity)
        known = {*variables()[other].dims, *variables()[other].optional}
        inherited = {key: value for key, value in self.labels.items() if key in known}
        return other, {**inherited, **self.than.labels}


class AllOf(Strict):
    """Every condition holds, in the same draw."""

    all_: tuple[Condition, ...] = Field(alias="all", min_length=1)


class AnyOf(Strict):
    """At least one condition holds."""

    any_: tuple[Condition, ...] = Field(alias="any", min_length=1)


class NotTestable(Strict):
    """Why a claim cannot be tested yet: what it would need."""

    needs: str = Field(min_length=1)


def _form(test: Any) -> str:
    given = test if isinstance(test, dict) else {}
    return next((f"<{form}>" for form in ("all", "any") if form in given), "<one>")


Test = Annotated[
    Annotated[AllOf, Tag("<all>")] | Annotated[AnyOf, Tag("<any>")] | Annotated[Condition, Tag("<one>")],
    Discriminator(_form),
]


class Claim(Strict):
    """One statement: our paraphrase of it, who said it where, and its test or what a test would need."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    statement: str = Field(min_length=1)
    speaker: str = ""
    paragraph: int | None = None
    test: Test | None = None
    not_testable: NotTestable | None = None

    @model_validator(mode="before")
    @classmethod
    def _needs_as_text(cls, given: Any) -> Any:
        """``not_testable = "..."`` is short for ``not_testable = { needs = "..." }``."""
        if isinstance(given, dict) and isinstance(given.get("not_testable"), str):
            return {**given, "not_testable": {"needs": given["not_testable"]}}
        return given

    @model_validator(mode="after")
    def _test_or_reason(self) -> Self:
        if (self.test is None) == (self.not_testable is None):
            raise complaint("wants exactly one of the keys test, not_testable.")
        return self

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """The conditions of the test; none when it cannot be tested."""
        match self.test:
            case AllOf(all_=conditions) | AnyOf(any_=conditions):
                return conditions
            case Condition():
                return (self.test,)
            case _:
                return ()


class Source(Strict):
    """The document the claims are taken from."""

    title: str = ""
    speaker: str = ""
    publisher: str = ""
    date: str = ""
    url: str = ""


class Claims(Strict):
    """A claims file: its source, and the claims in the order of the document."""

    source: Source = Source()
    claims: tuple[Claim, ...] = Field(alias="claim", default=())


def read_claims(study: Study, path: Path | None = None) -> list[Claim]:
    """The claims of a study, in the order of the file; none when the study has no claims file.

    ``path`` is another claims file to be read for this study. A claim without a speaker has that of the file's source.

    Raises:
        StudyError: the file is missing or wrong; carries every complaint found in it.
    """
    path = path or study.claims_path
    if path is None:
        return []
    raw = read_toml(path)
    context = {"names": Names(study.world()), "scenarios": [BASELINE, *study.scenarios]}
    try:
        content = Claims.model_validate(raw, context=context)
    except ValidationError as error:
        raise StudyError(complaints(error, path.name)) from None
    refuse(list(_repeated(content, path.name)))
    return [
        claim if claim.speaker else claim.model_copy(update={"speaker": content.source.speaker})
        for claim in content.claims
    ]


def countries(claims: list[Claim]) -> list[str]:
    """ISO3 codes of every country the claims name, sorted: those whose pairs an outcome should keep for each draw."""
    named = {
        labels[key]
        for claim in claims
        for condition in claim.conditions
        for _, labels in filter(None, (condition.left, condition.right))
        for key in COUNTRIES
        if key in labels
    }
    return sorted(named)


def _repeated(content: Claims, file: str) -> Iterator[str]:
    for name, count in Counter(claim.id for claim in content.claims).items():
        if count > 1:
            yield f'{file}: claim: the id "{name}" is used {count} times; each must be its own.'


def _check_labels(variable: Variable, labels: dict[str, Any]) -> None:
    """Raise a complaint when labels are missing that the quantity needs, or given that it does not have."""
    missing = [dim for dim in variable.dims if dim not in labels]
    if missing:
        raise complaint(f"{variable.name} needs {', '.join(missing)}. Its labels: {', '.join(variable.dims)}.")
    known = (*variable.dims, *variable.optional)
    needless = [key for key in labels if key not in known]
    if needless:
        raise complaint(f"{variable.name} has no label {', '.join(needless)}. Its labels: {', '.join(known)}.")
