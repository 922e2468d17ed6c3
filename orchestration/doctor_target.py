"""`ai-usage doctor` on the target: adapter, variables, server, session, rights, room. Only reads."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg2

from ingestion.source_types import Finding
from orchestration.dbt_environment import child_environment
from orchestration.dbt_told import error_text
from orchestration.project import PROJECT_DIR
from runtime.engines.postgres import postgres_url
from runtime.environment import Environment
from runtime.targets import TARGETS, Target

CONNECT_SECONDS = 5.0
DBT_SECONDS = 90.0
_FREE_BYTES = 2 * 1024**3
_DEPLOY = "See docs/deploy.md."


def examine_target(environment: Environment) -> Iterator[Finding]:
    """Every finding on the target; stops at the first that makes the next ones pointless."""
    target = TARGETS.get(environment.target)
    if target is None:
        known = ", ".join(TARGETS)
        yield Finding(environment.target, False, "no such target", f"Use one of: {known}.")
        return
    if target.models_only:
        what = "dbt builds the models there; `ai-usage run` loads and publishes on dev, postgres and spark only"
        yield Finding("commands", True, what)
    for finding in (_adapter(target), _variables(target), _reachable(target)):
        if finding is not None:
            yield finding
            if not finding.ok:
                return
    if environment.target == "dev":
        yield from _room(environment)
    elif environment.target == "postgres":
        yield from _postgres()
    else:
        if environment.target == "spark":
            yield _lake(environment)
        yield _connection(environment)


def _adapter(target: Target) -> Finding:
    package = f"dbt-{target.adapter}"
    if importlib.util.find_spec(f"dbt.adapters.{target.adapter}") is None:
        return Finding("adapter", False, f"{package} is not installed", _install(target))
    return Finding("adapter", True, f"{package} is installed")


def _install(target: Target) -> str:
    if target.extra is None:
        return f"It goes into an environment of its own, with dbt and without us. {_DEPLOY}"
    return f"Install the extra `{target.extra}`. {_DEPLOY}"


def _variables(target: Target) -> Finding | None:
    missing = [
        names for names in target.variables if not any(os.environ.get(name) for name in names.split(" or "))
    ]
    if missing:
        return Finding("variables", False, f"not set: {', '.join(missing)}", _DEPLOY)
    return Finding("variables", True, "set") if target.variables else None


def _reachable(target: Target) -> Finding | None:
    if target.host is None:
        return None
    # A name that is no variable's is the server's own; a folder is the socket of a local server.
    host = os.environ.get(target.host, target.host if "." in target.host else "localhost")
    host = host.removeprefix("https://").rstrip("/") if not host.startswith("/") else host
    if host.startswith("/"):
        return None
    port = os.environ.get(target.port or "", str(target.default_port))
    try:
        with socket.create_connection((host, int(port)), timeout=CONNECT_SECONDS):
            return Finding("server", True, "answers")
    except (OSError, ValueError) as error:
        named = " and ".join(name for name in (target.host, target.port) if name)
        what = f"no connection within {CONNECT_SECONDS:.0f} seconds ({type(error).__name__})"
        return Finding("server", False, what, f"Look at {named} and at firewalls in between.")


def _connection(environment: Environment) -> Finding:
    """Whether dbt's adapter logs in and runs a statement; what it writes goes to a folder that is removed."""
    with tempfile.TemporaryDirectory() as folder:
        command = [
            sys.executable,
            "-m",
            "dbt.cli.main",
            "debug",
            "--connection",
            "--target",
            environment.target,
        ]
        command += ["--project-dir", str(PROJECT_DIR), "--profiles-dir", str(PROJECT_DIR)]
        command += ["--log-path", folder, "--target-path", folder]
        try:
            done = subprocess.run(
                command,
                capture_output=True,
                env=child_environment(),
                text=True,
                timeout=DBT_SECONDS,
                check=False,
                stdin=subprocess.DEVNULL,
            )
        except subprocess.TimeoutExpired:
            return Finding("connection", False, f"no answer within {DBT_SECONDS:.0f} seconds", _DEPLOY)
    if done.returncode == 0:
        return Finding("connection", True, "dbt logs in and runs a statement")
    reason = error_text(done.stdout) or f"exit {done.returncode}"
    return Finding("connection", False, f"dbt could not log in: {reason}", _DEPLOY)


def _postgres() -> Iterator[Finding]:
    try:
        connection = psycopg2.connect(postgres_url(), connect_timeout=int(CONNECT_SECONDS))
    except psycopg2.Error as error:
        what = f"cannot log in ({type(error).__name__})"
        yield Finding("connection", False, what, "Look at PGUSER, PGPASSWORD, PGDATABASE and PGSSLMODE.")
        return
    with contextlib.closing(connection), connection.cursor() as cursor:
        cursor.execute(
            "select current_setting('TimeZone'), has_database_privilege(current_database(), 'create')"
        )
        zone, may_create = cursor.fetchone() or (None, False)
    yield Finding("connection", True, "logs in")
    remedy = "Remove what sets another zone after connecting, e.g. in a connection pooler."
    yield Finding("session time zone", zone == "UTC", str(zone), "" if zone == "UTC" else remedy)
    if may_create:
        yield Finding("rights", True, "may make schemas")
    else:
        remedy = "`grant create on database … to …`, see docs/postgresql.md."
        yield Finding("rights", False, "may not make schemas in this database", remedy)


def _room(environment: Environment) -> Iterator[Finding]:
    folder = environment.data_dir
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    told = f"{free / 1024**3:.1f} GB free"
    remedy = "" if free >= _FREE_BYTES else "Free some, or point AI_USAGE_DATA_DIR at a larger disk."
    yield Finding("disk", free >= _FREE_BYTES, told, remedy)
    limit, memory = os.environ.get("AI_USAGE_MEMORY_LIMIT", "1GB"), _memory_bytes()
    allowed = _bytes(limit)
    if allowed is None:
        yield Finding("memory", False, "AI_USAGE_MEMORY_LIMIT is no size", "Write it as `1GB` or `800MB`.")
    elif allowed > memory * 0.8:
        told = f"DuckDB may take {limit} of {memory / 1024**3:.1f} GB"
        yield Finding("memory", False, told, "Lower AI_USAGE_MEMORY_LIMIT: Python and dbt need some as well.")
    else:
        yield Finding("memory", True, f"DuckDB takes up to {limit} of {memory / 1024**3:.1f} GB, then spills")


def _bytes(size: str) -> int | None:
    units = {"KB": 1000, "MB": 1000**2, "GB": 1000**3, "TB": 1000**4}
    units |= {"KIB": 1024, "MIB": 1024**2, "GIB": 1024**3, "TIB": 1024**4}
    number = size.strip().upper().rstrip("KMGTIB").strip()
    try:
        return int(float(number) * units[size.strip().upper()[len(number) :].strip()])
    except (ValueError, KeyError):
        return None


def _memory_bytes() -> int:
    """Of this machine, or of the container where it is less."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    limit = Path("/sys/fs/cgroup/memory.max")
    told = limit.read_text(encoding="ascii").strip() if limit.exists() else "max"
    return min(memory, int(told)) if told.isdigit() else memory


def _lake(environment: Environment) -> Finding:
    lake = os.environ.get("AI_USAGE_LAKE") or str(environment.data_dir / "lake")
    if "://" in lake:
        return Finding("lake", True, "a URL; the first load finds out whether it can be written")
    folder = Path(lake)
    while not folder.exists():
        folder = folder.parent
    if not os.access(folder, os.W_OK):
        return Finding("lake", False, "cannot be written", "Look at AI_USAGE_LAKE and at who owns the folder.")
    return Finding("lake", True, "can be written; the cluster has to see it under the same path")
