"""``python -m landbridge``: the command line."""

from landbridge.cli import main

main()
