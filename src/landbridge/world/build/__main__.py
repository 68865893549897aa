"""``python -m landbridge.world.build SOURCES`` refreshes the worlds that ship with landbridge."""

import sys
from pathlib import Path

from landbridge.errors import LandbridgeError
from landbridge.world.build import build_packaged

if len(sys.argv) != 2:
    sys.exit("usage: python -m landbridge.world.build SOURCES")
try:
    build_packaged(Path(sys.argv[1]), progress=print)
except LandbridgeError as error:
    print(error, file=sys.stderr)
    sys.exit(error.exit_code)
