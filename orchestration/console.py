"""Where the commands print: as wide as the terminal, and wide enough for a table where there is none."""

from __future__ import annotations

import os

from rich.console import Console

# A pipe, a log or a scheduler's mail has no width; rich would break tables at 80.
_WIDTH_WITHOUT_TERMINAL = 160


def console(*, stderr: bool = False) -> Console:
    """A console on standard output or standard error; COLUMNS, where set, is its width."""
    made = Console(stderr=stderr)
    if not made.is_terminal and not os.environ.get("COLUMNS"):
        made.width = _WIDTH_WITHOUT_TERMINAL
    return made
