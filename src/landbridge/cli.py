"""The command line. Every command is a thin reading of arguments over the library's own verbs."""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from landbridge.errors import InputError, LandbridgeError

app = typer.Typer(
    help="Put a geopolitical argument on a map and run it.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
world_app = typer.Typer(help="Build, check and look into worlds.", no_args_is_help=True)
app.add_typer(world_app, name="world")

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of text.")]
WorldOption = Annotated[str, typer.Option("--world", help="A packaged world (2017, 2022) or a world's folder.")]


class Format(StrEnum):
    """How ``show`` and ``compare`` print."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


FormatOption = Annotated[Format, typer.Option("--format", help="table, csv or json.")]


def main() -> None:
    """Run the command line; turn the user's mistakes into one message and the documented exit code."""
    try:
        app(standalone_mode=False)
    except LandbridgeError as error:
        _fail(str(error), error.exit_code)
    except (KeyboardInterrupt, typer.Abort):
        _fail("Interrupted: nothing was written.", 1)
    except Exception as error:
        if type(error).__module__.startswith(("click", "typer")):
            _fail(getattr(error, "format_message", lambda: str(error))(), 2)
        raise


def _fail(message: str, exit_code: int) -> None:
    print(message, file=sys.stderr)
    sys.exit(exit_code)


def _print_json(document: Any) -> None:
    print(json.dumps(document, ensure_ascii=False, indent=1))
