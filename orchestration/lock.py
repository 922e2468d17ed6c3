"""One run at a time: a lock in the data folder, and in the database too where several machines share one."""

from __future__ import annotations

import contextlib
import hashlib
import sys
import time
from collections.abc import Iterator

from filelock import BaseFileLock, FileLock, Timeout

from orchestration.project import require_project
from runtime.disk import disk_full
from runtime.engines.base import Session
from runtime.environment import Environment
from runtime.errors import BusyError
from runtime.own_paths import require_data_folder, told_by_path
from runtime.private_folder import close_to_others

# Both locks together; starting Python comes on top, and "busy" must be said within five seconds.
LOCK_SECONDS = 2.0
_POLL_SECONDS = 0.2


@contextlib.contextmanager
def run_lock(environment: Environment, *, writes_raw: bool = True) -> Iterator[None]:
    """Hold the data folder's lock and, on PostgreSQL, the deployment's advisory locks.

    Both die with the process that holds them: the operating system releases the one, the server the other.
    Who only builds and publishes (`writes_raw` false) keeps nobody from loading: a developer who shares
    production's raw tables takes no lock of production's.

    Raises:
        BusyError: another run holds one of them, or somebody reads the DuckDB file itself; nothing was changed.
        ConfigurationError: a setting that nobody reads, see `orchestration.known_settings`; no dbt project.
        DestinationError: the DuckDB file is damaged.
        DiskFullError: whatever was done under the lock met a full disk.
    """
    try:
        with _lock(environment, writes_raw=writes_raw):
            yield
    except Exception as error:
        if full := disk_full(error, environment.data_dir):
            raise full from error
        raise


@contextlib.contextmanager
def _lock(environment: Environment, *, writes_raw: bool) -> Iterator[None]:
    deadline = time.monotonic() + LOCK_SECONDS
    lock = _acquire(environment)
    try:
        from orchestration.known_settings import require_known  # slow: who is busy says so before

        require_project()
        require_known()
        if said := close_to_others(environment.data_dir):
            sys.stderr.write(f"{said}\n")
        with contextlib.ExitStack() as held:
            if environment.engine.has_roles:
                session = held.enter_context(environment.session())
                _lock_database(session, environment, deadline, writes_raw=writes_raw)
            environment.wait_until_free()
            yield
    finally:
        lock.release()


def refuse_when_busy(environment: Environment) -> None:
    """Say "busy" before anything slow is imported; whoever goes on takes the lock for good later.

    Raises:
        BusyError: another run holds the data folder.
        PathError: the folder is somebody else's.
    """
    _acquire(environment).release()


def _acquire(environment: Environment) -> BaseFileLock:
    # Not tied to a thread: a scheduler may begin and end a run in two of them.
    require_data_folder(environment.data_dir)
    lock = FileLock(environment.lock_file, timeout=LOCK_SECONDS, thread_local=False)
    with told_by_path("The lock", environment.lock_file, "Run as the account that owns the data folder."):
        try:
            lock.acquire()
        except Timeout:  # an OSError as well
            raise BusyError(
                "Another run is writing to this data folder.", "Wait for it to end; nothing was changed."
            ) from None
    return lock


def _lock_database(session: Session, environment: Environment, deadline: float, *, writes_raw: bool) -> None:
    """Take the session's advisory locks: who builds the same schemas or loads the same raw tables waits."""
    names = [f"build {environment.schema('')}"]
    if writes_raw:
        names.append(f"load {environment.raw_schema('')}")
    for name in names:
        key = int.from_bytes(hashlib.sha256(f"ai-usage {name}".encode()).digest()[:8], signed=True)
        while not session.value("select pg_try_advisory_lock(%s)", key):
            if time.monotonic() > deadline:
                raise _held_by(session, key)
            time.sleep(_POLL_SECONDS)


def _held_by(session: Session, key: int) -> BusyError:
    """Who holds an advisory lock. The server lets every role that may connect take any, so it may be no run."""
    holders = session.rows(
        "select a.pid, a.usename, a.usename = current_user from pg_catalog.pg_locks as l "
        "inner join pg_catalog.pg_stat_activity as a on l.pid = a.pid "
        "where l.locktype = 'advisory' and l.granted and l.objsubid = 1 "
        "and l.classid = cast(%s as oid) and l.objid = cast(%s as oid)",
        key >> 32 & 0xFFFFFFFF,
        key & 0xFFFFFFFF,
    )
    strangers = [f"role {role} in process {pid}" for pid, role, is_ours in holders if not is_ours]
    if strangers:
        return BusyError(
            f"The lock of this deployment is held by another role of the database: {', '.join(strangers)}.",
            "No run of ours works under that role. End its session (pg_terminate_backend) and ask who it is; "
            "nothing was changed.",
        )
    return BusyError(
        "Another run, perhaps on another machine, is writing to this database.",
        "Wait for it to end; nothing was changed.",
    )
