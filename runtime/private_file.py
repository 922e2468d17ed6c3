"""Small files of the data folder that a crash may not leave half written, and nobody else may read."""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path


def replace_json(path: Path, content: object) -> None:
    """Replace the file in one step, private and on disk; the old one stays when that fails.

    Raises:
        OSError: the folder cannot be written.
    """
    temporary = path.with_suffix(f"{path.suffix}.new")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(content, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise


def append_private(path: Path, text: str) -> None:
    """Append to a file that only its owner may read; folder and file are made when they are missing.

    Raises:
        OSError: the folder cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "a", encoding="utf-8") as file:
        file.write(text)
