"""HTML and SVG elements as escaped text: whatever is not already ``Markup`` is escaped on its way in."""

from __future__ import annotations

import html
from collections.abc import Iterable

_VOID = frozenset({"br", "col", "hr", "link", "meta", "path", "rect", "circle", "line", "use", "polygon", "image"})


class Markup(str):
    """Text that is markup already and is not escaped again."""

    __slots__ = ()


def element(name: str, /, *content: object, **attributes: object) -> Markup:
    """One element, its content escaped unless it is markup.

    An attribute that is None or False is left out, True stands alone; ``class_`` is class, other underscores are
    hyphens.
    """
    opening = f"<{name}{_attributes(attributes)}"
    if name in _VOID and not content:
        return Markup(f"{opening}/>")
    return Markup(f"{opening}>{join(content)}</{name}>")


def join(content: object) -> Markup:
    """Markup of anything: lists one after the other, None as nothing, other values escaped."""
    if content is None:
        return Markup("")
    if isinstance(content, Markup):
        return content
    if isinstance(content, str) or not isinstance(content, Iterable):
        return Markup(html.escape(str(content), quote=False))
    return Markup("".join(join(part) for part in content))


def _attributes(attributes: dict[str, object]) -> str:
    written = []
    for name, value in attributes.items():
        if value is None or value is False:
            continue
        key = name.rstrip("_").replace("_", "-") if name != "viewBox" else name
        written.append(f" {key}" + (f'="{key}"' if value is True else f'="{html.escape(str(value))}"'))
    return "".join(written)
