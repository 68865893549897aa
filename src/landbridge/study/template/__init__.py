"""A small study to begin from."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from landbridge.errors import InputError

FILES = ("study.toml", "claims.toml")


def write_template(folder: Path) -> None:
    """Make a folder with a small study and its claims.

    Raises:
        InputError: the folder holds a study already, or cannot be written.
    """
    if present := [name for name in FILES if (folder / name).exists()]:
        raise InputError(f'"{folder}" holds a {present[0]} already; choose another folder.')
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in FILES:
            text = (files("landbridge.study.template") / name).read_text(encoding="utf-8")
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f'Cannot write to "{folder}": {error.strerror}.') from None
