"""A text that changes with the SQL of the tables by day: after an update they are built wholly once."""

from __future__ import annotations

import hashlib
import json

from orchestration.choices import chosen
from orchestration.project import PROJECT_DIR

VARIABLE = "AI_USAGE_DEFINITIONS"
# What stands between the inputs of `int_input_changes` and the tables that are built by changes.
_FOLDERS = ("macros", "models/core", "models/intermediate", "models/ports")


def definitions() -> str:
    """The fingerprint of their models, of all macros, and of what the deployment chose."""
    digest = hashlib.sha256(json.dumps(chosen(), sort_keys=True).encode())
    for folder in _FOLDERS:
        for path in sorted((PROJECT_DIR / folder).rglob("*.sql")):
            digest.update(path.relative_to(PROJECT_DIR).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()
