"""Tombstones outside the warehouse: `erased.json` in the data folder, for the day the warehouse is lost.

A backup knows nothing of whoever was erased after it was made. The restore reads this file, so that it brings
nobody back. It holds tokens and no identifier, and is as private as the warehouse.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from pathlib import Path

from ledger.tombstone import Tombstone
from runtime.errors import AiUsageError
from runtime.private_file import replace_json

FILE = "erased.json"


def write_erased(data_dir: Path, key_check: str, tombstones: Iterable[Tombstone]) -> None:
    """Add to the file, which is replaced in one step, private and on disk.

    What is in it stays: several deployments of one key may share a data folder.
    """
    every = {t.token: t for t in (*read_erased(data_dir, key_check), *tombstones)}
    rows = [[t.namespace, t.token, _text(t.valid_from), _text(t.valid_to)] for t in every.values()]
    replace_json(data_dir / FILE, {"key_check": key_check, "tombstones": rows})


def read_erased(data_dir: Path, key_check: str) -> list[Tombstone]:
    """The tombstones; none without a file, or of another key, whose tokens mean nobody here.

    Raises:
        AiUsageError: the file cannot be read: whoever it names would be brought back.
    """
    path = data_dir / FILE
    if not path.exists():
        return []
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["key_check"] != key_check:
            return []
        return [
            Tombstone(str(namespace), str(token), _day(first), _day(last))
            for namespace, token, first, last in content["tombstones"]
        ]
    except (OSError, ValueError, KeyError, TypeError):
        raise AiUsageError(
            f"{FILE} in {data_dir.name} cannot be read; it says who was erased. Nothing was written.",
            "Repair it or take it from a copy of the data folder; without it erased people would come back.",
        ) from None


def _text(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None
