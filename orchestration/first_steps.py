"""`ai-usage init` and `ai-usage key`: the files that a new deployment begins with. Nothing is overwritten."""

from __future__ import annotations

import base64
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from orchestration.project import PROJECT_DIR
from runtime.errors import ConfigurationError
from runtime.own_paths import require_plain, told_by_path
from runtime.private_folder import make_private

KEY_BYTES = 32
_OWN_NAMES = ("AI_USAGE_", "SOURCES__", "ALERTS__", "PRIVACY__", "RETENTION__", "PG")
_ENVIRONMENT = """\
# `ai-usage` reads this file when it starts in this folder; a variable that is set already wins.
# For `make dev` and others: `set -a; . {folder}/ai-usage.env; set +a`. systemd: EnvironmentFile=.
AI_USAGE_DATA_DIR={folder}/data
AI_USAGE_PSEUDONYM_KEY_FILE={folder}/pseudonym.key
# In which zone a day ends, and the smallest group that is shown (docs/deploy.md, Environment).
# AI_USAGE_REPORTING_TIMEZONE=Europe/Berlin
# AI_USAGE_SUPPRESSION_K=5
# The currency of all costs; exchange_rates.csv then needs a rate from USD.
# AI_USAGE_REPORTING_CURRENCY=EUR
# What readers open, in a folder of its own (docs/deploy.md).
# AI_USAGE_READERS_DIR={folder}/readers
"""
_CONFIG = """\
# Settings that are not secret. dlt reads this file when a command starts in {folder}.
# Remove the `#` in front of what you connect; docs/connect/ has every setting.

[sources.hris]
# kind = "csv"
# snapshot_location = "{files}/hr/employees.csv"
# column_mapping = {{ employee_id = "Personal-Nr.", department = "Abteilung" }}
# date_formats = ["%d.%m.%Y"]
# encoding = "cp1252"

# The company's own files: copy company.example/ there and edit it (docs/connect/company.md).
[sources.company]
# folder = "{files}/company"

{sources}[retention]
# raw_days = 400
# person_days = 800

[alerts]
# name = "AI usage"
"""
_SECRETS = """\
# Credentials. Only this account may read the file.

{sources}"""
ENVIRONMENT_FILE, KEY_FILE = "ai-usage.env", "pseudonym.key"
_FILES = {ENVIRONMENT_FILE: _ENVIRONMENT, ".dlt/config.toml": _CONFIG, ".dlt/secrets.toml": _SECRETS}


@dataclass(frozen=True, slots=True)
class Written:
    """One file of a new deployment; `is_new` is False when it was there and was left as it is."""

    path: Path
    is_new: bool


def write_settings(folder: Path) -> Iterator[Written]:
    """The key and settings files of a deployment in `folder`, with absolute paths, for this account alone.

    Raises:
        PathError: the folder cannot be written, or engines would misread its path.
    """
    require_plain("the deployment's folder", folder)
    with told_by_path("The folder", folder, "Name one that this account may write."):
        make_private(folder / ".dlt")
        for name, text in _FILES.items():
            filled = text.format(folder=folder, files=_files_folder(folder), sources=_examples(name))
            yield Written(folder / name, _write_new(folder / name, filled))
        yield Written(folder / KEY_FILE, _write_new(folder / KEY_FILE, _new_key()))


def _examples(file: str) -> str:
    """Sections of all sources whose kit suggests settings for this file, each line a comment."""
    from ingestion.kit import every_kit  # pydantic is slow to import, and every command imports this module

    kind: Literal["config", "secrets"] = "secrets" if "secrets" in file else "config"
    sections = {source: kit.example.get(kind, {}) for source, kit in every_kit().items()}
    return "".join(
        f"[sources.{source}]\n" + "".join(f'# {name} = "{value}"\n' for name, value in settings.items()) + "\n"
        for source, settings in sections.items()
        if settings
    )


def _files_folder(folder: Path) -> Path:
    """Where HR exports and the company's files are suggested: in the deployment, but never in the project."""
    is_project = folder.resolve().is_relative_to(PROJECT_DIR)
    return PROJECT_DIR.parent / f"{PROJECT_DIR.name}-files" if is_project else folder


def read_environment_file(folder: Path) -> None:
    """Take the variables of a deployment's `ai-usage.env`, if there is one, into this process's environment.

    What is set already wins. Lines are `NAME=value`, and only names that settings begin with are taken.

    Raises:
        PathError: the file is there and cannot be read.
    """
    path = folder / ENVIRONMENT_FILE
    with told_by_path("The settings file", path, "Run as the account that owns it."):
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return
    for line in lines:
        name, is_setting, value = line.partition("=")
        if is_setting and name.strip().startswith(_OWN_NAMES):
            os.environ.setdefault(name.strip(), value.strip().strip("'\""))


def make_key(path: Path) -> None:
    """A new random key in a new file that only this account may read. It is not printed.

    Raises:
        ConfigurationError: the file exists; a key is never replaced.
        PathError: it cannot be written.
    """
    with told_by_path("The key file", path, "Name a file in a folder that this account may write."):
        make_private(path.parent)
        if not _write_new(path, _new_key()):
            raise ConfigurationError(
                f"{path} exists and was left as it is.",
                "A warehouse belongs to its key for ever; name another file only for a new deployment.",
            )


def _new_key() -> str:
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode("ascii") + "\n"


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
