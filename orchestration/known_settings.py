"""Refuses settings that nobody reads: a promise of retention or privacy with a typo would silently not hold.

Our sections of dlt's files and their environment variables, and every `AI_USAGE_…` variable. dlt's own sections
are dlt's to judge. Names are told, values never.
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import dlt
from dlt.common.configuration.specs import BaseConfiguration

from ingestion.accounts import NO_LABEL, NO_LABEL_REMEDY, is_label
from ingestion.privacy.settings import PrivacySettings
from runtime.errors import ConfigurationError
from runtime.settings import RetentionSettings

FILES = ("config.toml", "secrets.toml")
_NAMES = """
    AS_OF AUDIT_ORGANISATIONS AUDIT_SEED BI_ROLE COMPANY_DIR DATA_DIR DEFINITIONS LAKE LOAD_MEMORY_LIMIT
    MEMORY_LIMIT MIN_UNIT_HEADCOUNT OWNER PIPELINE_ROLE PSEUDONYM_KEY PSEUDONYM_KEY_FILE PUBLISHED
    RAW_SCHEMA_PREFIX READERS_DIR REBUILT_FROM REHIRE_DAYS REPORTING_CURRENCY REPORTING_TIMEZONE
    RESTRICTED_ROLE RETENTION_CRON RULES_WITH_MODELS SCHEDULE_CRON SUPPRESSION_K SCHEMA_PREFIX SITE_URL
    SPARK_AUTH SPARK_FILE_FORMAT SPARK_HOST SPARK_KERBEROS_SERVICE SPARK_LAKE SPARK_PASSWORD SPARK_PORT
    SPARK_USER TARGET THREADS UNUSED_SOURCES
"""
VARIABLES = frozenset(map("AI_USAGE_{}".format, _NAMES.split()))
_DLTS = re.compile(
    r"runtime|load|normalize|extract|destination|data_writer|schema|pipelines?|dlthub|workspace|profile"
    r"|transformations|dashboard|filesystem|credentials"
)
_REMEDY = "Correct or remove it; docs/deploy.md and docs/connect/ list them. Nothing was requested or written."

Fields = Mapping[str, bool]  # name → whether names below it are the company's own
Accounts = Mapping[tuple[str, ...], Fields]  # section of a source → fields of the accounts below it


def require_known() -> None:
    """Refuse to begin with a setting that nobody reads.

    Raises:
        ConfigurationError: names each of them, and the known name that is nearest.
    """
    if problems := unknown_settings():
        raise ConfigurationError(" ".join(problems), _REMEDY)


def unknown_settings() -> list[str]:
    """One sentence for each setting that nobody reads, in order of name; or for each file that is not TOML."""
    if broken := list(_not_toml()):
        return broken
    sections, accounts = _sections(), _accounts()
    found = {*_in_files(sections, accounts), *_in_variables(sections, accounts, os.environ)}
    return [_sentence(name, near) for name, near in sorted(found)]


def taken_names() -> frozenset[str]:
    """Names of our sections, of sources, and of settings that a source may have: no new source can have one."""
    return frozenset({name for place, fields in _sections().items() for name in {*place, *fields}})


def _sentence(name: str, near: str) -> str:
    if near == NO_LABEL:
        return f"{name} {NO_LABEL}. {NO_LABEL_REMEDY}"
    return f"Nothing reads the setting {name}" + (f"; did you mean {near}?" if near else ".")


def _accounts() -> Accounts:
    """What the section of an account may have; its label is its name."""
    from ingestion.sources.registry import SOURCES

    return {
        ("sources", source.name): {
            name: free for name, free in _fields(source.settings).items() if name != "tenant"
        }
        for source in SOURCES
        if source.settings.account_ids
    }


def _sections() -> dict[tuple[str, ...], Fields]:
    """Fields of each of our sections."""
    from ingestion.sources.registry import SOURCES
    from orchestration.alerts.channels import AlertSettings

    sections: dict[tuple[str, ...], Fields] = {
        ("retention",): _fields(RetentionSettings),
        ("privacy",): _fields(PrivacySettings),
        ("alerts",): _fields(AlertSettings),
    }
    of_sources: dict[tuple[str, ...], Fields] = {
        ("sources", source.name): _fields(source.settings) for source in SOURCES
    }
    # dlt takes what stands in [sources] for every source.
    shared = {name: free for fields in of_sources.values() for name, free in fields.items()}
    return {**sections, **of_sources, ("sources",): shared}


def _fields(spec: type[BaseConfiguration]) -> dict[str, bool]:
    return {name: "dict" in str(kind) for name, kind in spec().get_resolvable_fields().items()}


def _not_toml() -> Iterator[str]:
    """Asked before dlt reads the files, whose parser ends in errors of its own without a place."""
    project = Path(os.environ.get("DLT_PROJECT_DIR", "."))
    for path in (folder / ".dlt" / name for folder in (project, Path.home()) for name in FILES):
        try:
            tomllib.loads(path.read_text(encoding="utf-8"))
        except OSError:
            continue
        except ValueError as error:  # also a file that is not UTF-8
            line = re.search(r"line \d+", str(error))
            again = (
                "a section or name is in it twice" if "twice" in str(error) else "the file is not valid TOML"
            )
            yield f"{path}{f', {line[0]}' if line else ''}: {again}."


def _in_files(sections: Mapping[tuple[str, ...], Fields], accounts: Accounts) -> Iterator[tuple[str, str]]:
    context = dlt.current.run_context()
    for folder in dict.fromkeys((context.settings_dir, context.global_dir)):
        for path in (Path(folder) / name for name in FILES):
            try:
                content = tomllib.loads(path.read_text(encoding="utf-8"))
            except (OSError, ValueError):
                continue  # dlt reads it first, and tells of a file that is none
            yield from _in_table(sections, accounts, (), content)


def _in_table(
    sections: Mapping[tuple[str, ...], Fields],
    accounts: Accounts,
    place: tuple[str, ...],
    content: Mapping[str, Any],
) -> Iterator[tuple[str, str]]:
    fields = sections.get(place, {})
    below = {section[len(place)] for section in sections if section[: len(place)] == place and section != place}
    for name, value in content.items():
        if name in below and isinstance(value, dict):
            yield from _in_table(sections, accounts, (*place, name), value)
        elif place in accounts and isinstance(value, dict) and name not in fields:
            yield from _in_account(accounts, (*place, name), value)
        elif name in fields or (not place and _DLTS.fullmatch(name)):
            continue
        elif place or isinstance(value, dict):
            yield _told(place, name), _nearest(name, place, {*fields, *below})
        elif near := _nearest(name, (), {field for known in sections.values() for field in known}, 0.8):
            yield _told((), name), near  # dlt knows keys without a section too; only what looks like ours is


def _in_account(
    accounts: Accounts, place: tuple[str, ...], content: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    if not is_label(place[-1]):
        yield _told(place, "").strip(), NO_LABEL
        return
    yield from _in_table({place: accounts[place[:-1]]}, {}, place, content)


def _in_variables(
    sections: Mapping[tuple[str, ...], Fields], accounts: Accounts, variables: Iterable[str]
) -> Iterator[tuple[str, str]]:
    for variable in variables:
        if variable.startswith("AI_USAGE_"):
            if variable not in VARIABLES:
                yield variable, next(iter(difflib.get_close_matches(variable, VARIABLES, 1)), "")
            continue
        parts = tuple(variable.lower().split("__"))
        if len(parts) < 2 or not any(section[0] == parts[0] for section in sections):
            continue
        source = parts[:2]
        if source in accounts and len(parts) > 3 and parts[2] not in sections[source]:
            if not is_label(parts[2]):
                yield variable, NO_LABEL
                continue
            # An account's section, whose label is the name of the variable's third part.
            known = {**sections, parts[:3]: accounts[source]}
        else:
            known = dict(sections)
        place = max((s for s in known if parts[: len(s)] == s), key=len, default=())
        rest = parts[len(place) :]
        fields = known.get(place, {})
        if not place or not rest or rest[0] not in fields or (len(rest) > 1 and not fields[rest[0]]):
            below = {section[len(place)] for section in sections if section[: len(place)] == place != section}
            near = difflib.get_close_matches((rest or parts)[0], {*fields, *below}, 1)
            beyond = rest[1:] if near and near[0] in below else ()
            yield variable, "__".join([*place, *near, *beyond]).upper() if near else ""


def _told(place: tuple[str, ...], name: str) -> str:
    return f"[{'.'.join(place)}] {name}" if place else name


def _nearest(name: str, place: tuple[str, ...], known: Iterable[str], cutoff: float = 0.6) -> str:
    near = difflib.get_close_matches(name, sorted(known), 1, cutoff)
    return _told(place, near[0]) if near else ""
