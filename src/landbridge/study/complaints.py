"""Complaints about a user's file: every wrong key, name and number at once, each with its place and its cure."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ModelWrapValidatorHandler, ValidationError, ValidationInfo, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from landbridge.errors import StudyError, did_you_mean


class Strict(BaseModel):
    """A table of a study or claims file: frozen, unknown keys refused with the nearest known one."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    @model_validator(mode="wrap")
    @classmethod
    def _name_the_known_keys(cls, data: Any, handler: ModelWrapValidatorHandler[Self], info: ValidationInfo) -> Self:
        try:
            return handler(data)
        except ValidationError as error:
            keys = [field.alias or name for name, field in cls.model_fields.items()]
            raise ValidationError.from_exception_data(
                cls.__name__, [_named(entry, keys) for entry in error.errors()]
            ) from None


def complaint(sentence: str) -> PydanticCustomError:
    """What a validator raises: a sentence shown as it stands."""
    return PydanticCustomError("complaint", "{sentence}", {"sentence": sentence})


def read_toml(path: Path) -> dict[str, Any]:
    """The content of a TOML file.

    Raises:
        StudyError: it cannot be read, or is not TOML; the message names the line.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise StudyError(f"{path}: cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise StudyError(f"{path}: is not UTF-8 text.") from None
    except tomllib.TOMLDecodeError as error:
        raise StudyError(f"{path.name}: not valid TOML: {error}.") from None


def complaints(error: ValidationError, file: str) -> list[str]:
    """One line per mistake pydantic found: file, key path, what was found, what is allowed."""
    entries = error.errors()
    places = [entry["loc"] for entry in entries]
    return [
        f"{file}: {key_path(entry['loc'], entry['input'])}: {_sentence(entry)}"
        for entry in entries
        if not _follows(entry, places)
    ]


def _follows(entry: Any, places: Sequence[tuple[str | int, ...]]) -> bool:
    """Whether a complaint only follows from another: a list short of its wrong entries, the value of a wrong key."""
    place = entry["loc"]
    if entry["type"] == "too_short":
        return any(other[: len(place)] == place and len(other) > len(place) for other in places)
    return place[-1:] != ("[key]",) and (*place, "[key]") in places


def key_path(location: Sequence[str | int], found: Any = None) -> str:
    """``("scenario", "cpec", "changes", 1, "via", 0)`` as ``scenario.cpec.changes[1].via``.

    The position in a list of names is left out: the sentence names the entry itself.
    """
    keys = [key for key in location if key != "[key]"]
    if keys and isinstance(keys[-1], int) and isinstance(found, str):
        keys = keys[:-1]
    path = ""
    for position, key in enumerate(keys):
        if isinstance(key, int):
            path += f"[{key}]"
        elif not _is_tag(key, keys[:position]):
            path += f".{key}" if path else key
    return path


TAGS: set[str] = set()  # the kinds of changes, which pydantic puts into a location though the file does not


def _is_tag(key: str, before: Sequence[str | int]) -> bool:
    return key.startswith("<") or (key in TAGS and bool(before) and isinstance(before[-1], int))


def _named(entry: Any, keys: Iterable[str]) -> InitErrorDetails:
    """A complaint of pydantic's handed on, an unknown key with the keys allowed beside it."""
    kind: str | PydanticCustomError = entry["type"]
    context = dict(entry.get("ctx", {}))
    if kind == "extra_forbidden" and len(entry["loc"]) == 1:
        key = str(entry["loc"][0])
        kind = complaint(f'no key called "{key}".{did_you_mean(key, keys)} Allowed: {", ".join(keys)}.')
    elif kind == "complaint":
        kind = complaint(context["sentence"])
    return InitErrorDetails(type=kind, loc=entry["loc"], input=entry["input"], ctx=context)


def _sentence(entry: Any) -> str:
    found, context = entry["input"], entry.get("ctx", {})
    allowed: list[str]
    match entry["type"]:
        case "complaint":
            return str(context.get("sentence", entry["msg"]))
        case "missing":
            return "is missing."
        case "literal_error":
            allowed = [word.strip("' ") for word in context["expected"].replace(" or ", ", ").split(",")]
            return f'is "{found}".{did_you_mean(str(found), allowed)} Allowed: {", ".join(allowed)}.'
        case "union_tag_invalid":
            allowed = [word.strip("' ") for word in context["expected_tags"].split(",")]
            key, tag = context["discriminator"].strip("'"), context["tag"]
            return f'no {key} called "{tag}".{did_you_mean(tag, allowed)} Allowed: {", ".join(allowed)}.'
        case "union_tag_not_found":
            return f"the key {context['discriminator']} is missing."
        case "bool_type":
            return f"is {_shown(found)}; write true or false, without quotes."
        case "value_error" | "assertion_error":
            return str(context["error"])
        case _:
            return f"is {_shown(found)}: {entry['msg'][0].lower()}{entry['msg'][1:]}."


def _shown(found: Any) -> str:
    text = f'"{found}"' if isinstance(found, str) else repr(found)
    return text if len(text) <= 60 else f"{text[:57]}..."


def refuse(found: Sequence[str]) -> None:
    """Raise a ``StudyError`` that carries all the complaints, if there are any."""
    if found:
        raise StudyError(found)
