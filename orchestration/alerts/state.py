"""What was told to whom, in `<data_dir>/alerts.json`: it works when the warehouse does not."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from runtime.private_file import replace_json

FILE = "alerts.json"
_VERSION = 1


@dataclass(slots=True)
class AlertState:
    """Everything that is remembered between nights.

    Attributes:
        open: problem key → its texts and `first_seen`; lasting ones stay for ever.
        told: channel → keys that it was told of and not yet told to be over, with the text to close them by.
        last_night: run_id, as_of, exit_code and error of the newest night, and which tables were stale.
        was_corrupt: the file could not be read and was set aside.
    """

    open: dict[str, dict[str, Any]] = field(default_factory=dict)
    told: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    last_night: dict[str, Any] | None = None
    was_corrupt: bool = False

    @property
    def active(self) -> dict[str, dict[str, Any]]:
        """Open problems that something can be done about."""
        return {key: entry for key, entry in self.open.items() if not entry.get("is_lasting")}


def load_state(data_dir: Path) -> AlertState:
    """The stored state; an empty one when there is none, or none that can be read."""
    path = data_dir / FILE
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return AlertState()
    except (OSError, UnicodeDecodeError):
        return AlertState(was_corrupt=True)
    try:
        content = json.loads(text)
        state = AlertState(dict(content["open"]), dict(content["told"]), content["last_night"])
        well_formed = (
            content["version"] == _VERSION
            and all(isinstance(entry, dict) and "what" in entry for entry in state.open.values())
            and all(isinstance(keys, dict) for keys in state.told.values())
            and (state.last_night is None or isinstance(state.last_night, dict))
        )
    except (ValueError, KeyError, TypeError):
        well_formed = False
    return state if well_formed else AlertState(was_corrupt=True)


def save_state(data_dir: Path, state: AlertState) -> None:
    """Replace the file in one step, private and on disk.

    Raises:
        OSError: the folder cannot be written.
    """
    path = data_dir / FILE
    if state.was_corrupt and path.exists():
        path.replace(path.with_suffix(".json.unreadable"))
    replace_json(
        path,
        {"version": _VERSION, "last_night": state.last_night, "open": state.open, "told": state.told},
    )
