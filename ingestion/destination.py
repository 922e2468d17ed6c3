"""The warehouse that a data folder belongs to: an empty or another one is refused, not filled anew.

All sides keep the same id: `ops.deployment`, `<data_dir>/destination.json`, and a lake where there is one. A
wrong database name, an empty disk under the DuckDB file or another profile would otherwise look like a first
night: everything that vendors no longer keep would be gone, and readers would get a company that began last
month.
"""

from __future__ import annotations

import json
import secrets
from pathlib import Path

from ingestion.lake import lake_of
from ledger.ledger import Ledger
from runtime.environment import Environment
from runtime.errors import DestinationError
from runtime.private_file import replace_json

_FILE = "destination.json"


def require_own_destination(environment: Environment, ledger: Ledger) -> None:
    """Compare both ids, before anything is requested or written.

    A data folder that knows none (the first night, or a new machine) takes the warehouse as it is.

    Raises:
        DestinationError: the warehouse is empty or another one.
    """
    known, stored = _known(environment), ledger.destination_id()
    _require_own_lake(environment, known, stored)
    if known is None or known == stored or (stored is None and ledger.exists()):
        return
    what = "another warehouse" if stored else "an empty warehouse"
    raise DestinationError(
        f"This data folder has loaded before, and the target `{environment.target}` now leads to {what}; "
        "nothing was requested or written.",
        "Point the run at the right one, or restore it (docs/deploy.md). To begin anew on purpose, remove "
        f"{_FILE} and the folder {environment.pipelines_dir.name} from the data folder.",
    )


def remember_destination(environment: Environment, ledger: Ledger) -> None:
    """Give both sides the same id, the warehouse first: a crash in between is a folder that knows none."""
    stored = ledger.destination_id()
    if stored is None:
        stored = _known(environment) or secrets.token_hex(16)
        ledger.name_destination(stored)
    if (lake := lake_of(environment)) and lake.owner() != stored:
        lake.claim(stored)
    if _known(environment) != stored:
        replace_json(_path(environment), {"id": stored})


def _require_own_lake(environment: Environment, known: str | None, stored: str | None) -> None:
    """A lake has the same id: its files mean nothing without the salt and keys of their own deployment."""
    lake = lake_of(environment)
    if lake is None:
        return
    owner = lake.owner()
    if owner == known or (known is None and owner == stored):
        return
    what = (
        "an empty lake" if owner is None else "the lake of another deployment, or of a data folder that is gone"
    )
    raise DestinationError(
        f"The target `{environment.target}` leads to {what}; nothing was requested or written.",
        "Point AI_USAGE_LAKE at the right one. A deployment that begins anew needs an empty lake.",
    )


def _known(environment: Environment) -> str | None:
    try:
        known = json.loads(_path(environment).read_text(encoding="utf-8"))
        return str(known["id"])
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError):
        raise DestinationError(
            f"{_FILE} in the data folder cannot be read; nothing was requested or written.",
            "Remove it when the target leads to the right warehouse: the next run writes it again.",
        ) from None


def _path(environment: Environment) -> Path:
    return environment.data_dir / _FILE
