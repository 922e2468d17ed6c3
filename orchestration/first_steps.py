"""`ai-usage init` and `ai-usage key`: the files that a new deployment begins with. Nothing is overwritten."""

from __future__ import annotations

import base64
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ingestion.errors import ConfigurationError
from ingestion.own_paths import require_plain, told_by_path
from ingestion.private_folder import make_private

KEY_BYTES = 32
_ENVIRONMENT = """\
# Read it before every command: `set -a; . {folder}/ai-usage.env; set +a`. systemd: EnvironmentFile=.
AI_USAGE_DATA_DIR={folder}/data
AI_USAGE_PSEUDONYM_KEY_FILE={folder}/pseudonym.key
# The company's own files: copy company.example/ there and edit it (docs/connect/company.md).
# AI_USAGE_COMPANY_DIR={folder}/company
# What readers open, in a folder of its own (docs/deploy.md).
# AI_USAGE_READERS_DIR={folder}/readers
"""
_CONFIG = """\
# Settings that are no secret. dlt reads this file when a command starts in {folder}.
# Take away the `#` of what you connect; docs/connect/ has every setting.

[sources.hris]
# kind = "csv"
# snapshot_location = "{folder}/hr/employees.csv"

[sources.github_copilot]
# organization = "your-organization"

[retention]
# raw_days = 400
# person_days = 800

[alerts]
# name = "AI usage"
"""
_SECRETS = """\
# Credentials. Only this account may read the file.

[sources.chatgpt]
# workspace_id = "…"
# api_key = "…"

[sources.github_copilot]
# api_key = "…"

[sources.m365_copilot]
# tenant_id = "…"
# client_id = "…"
# client_secret = "…"
"""
_FILES = {"ai-usage.env": _ENVIRONMENT, ".dlt/config.toml": _CONFIG, ".dlt/secrets.toml": _SECRETS}


@dataclass(frozen=True, slots=True)
class Written:
    """One file of a new deployment; `is_new` is False when it was there and was left as it is."""

    path: Path
    is_new: bool


def write_settings(folder: Path) -> Iterator[Written]:
    """The settings files of a deployment in `folder`, with absolute paths; each readable by this account alone.

    Raises:
        PathError: the folder cannot be written, or engines would misread its path.
    """
    require_plain("the deployment's folder", folder)
    with told_by_path("The folder", folder, "Name one that this account may write."):
        make_private(folder / ".dlt")
        for name, text in _FILES.items():
            yield Written(folder / name, _write_new(folder / name, text.format(folder=folder)))


def make_key(path: Path) -> None:
    """A new random key in a new file that only this account may read. It is not printed.

    Raises:
        ConfigurationError: the file exists; a key is never replaced.
        PathError: it cannot be written.
    """
    with told_by_path("The key file", path, "Name a file in a folder that this account may write."):
        make_private(path.parent)
        text = base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode("ascii") + "\n"
        if not _write_new(path, text):
            raise ConfigurationError(
                f"{path} exists and was left as it is.",
                "A warehouse belongs to its key for ever; name another file only for a new deployment.",
            )


def _write_new(path: Path, text: str) -> bool:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return True
