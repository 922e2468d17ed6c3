"""What dbt remembers of reading the project (`partial_parse.msgpack`), so that a night reads only what changed.

dbt itself decides whether it may be used: it compares its own version, the project's files, variables, target,
connection, and the environment variables that were read. The connection has the data folder's path, which no
model depends on. So the project is read with a path that is the same everywhere, and what an installation read
serves every data folder.
"""

from __future__ import annotations

from pathlib import Path

from orchestration.project import PROJECT_DIR
from runtime.environment import Environment

MANIFEST = "manifest.json"
_STATE = "partial_parse.msgpack"
INSTALLED = PROJECT_DIR / "manifest"


def parsed_folder(environment: Environment) -> Path:
    """Where a deployment keeps what was read."""
    return environment.data_dir / "manifest"


def reading_into(folder: Path) -> list[str]:
    """More of dbt's arguments to read the project: into `folder`, from the newest of what was read before.

    After an update the installation's is newer than what a data folder has.
    """
    found = [path for path in (folder / _STATE, INSTALLED / _STATE) if path.is_file()]
    newest = max(found, key=lambda path: path.stat().st_mtime, default=None)
    begins_with = ["--partial-parse-file-path", str(newest)] if newest else []
    return ["--target-path", str(folder), *begins_with]
