"""Where a run reads and writes: the only module that knows destination, datasets and folders.

dlt is imported where it is used: it takes longer than the commands that do without it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from runtime.engines.base import Engine, Session
from runtime.engines.duckdb import DuckDb
from runtime.engines.postgres import Postgres
from runtime.engines.spark import Spark
from runtime.errors import ConfigurationError, DestinationError
from runtime.library_logs import quiet_libraries
from runtime.own_paths import require_plain, usable_folder
from runtime.targets import TARGETS

if TYPE_CHECKING:
    import dlt

    from runtime.warehouse import WarehouseSession

DEFAULT_DATA_DIR = ".data"

RAW = "raw_"  # datasets of what sources load begin so; `ops` holds the records
# Targets of profiles.yml that dlt can load as well, and the engine behind each.
ENGINES: dict[str, Engine] = {"dev": DuckDb(), "postgres": Postgres(), "spark": Spark()}

# What dlt must be told on every machine. Finished load files and staging copies are deleted, nothing is sent
# to anyone, and no trace is kept: a trace holds resolved settings and whole exception texts.
_DLT_SETTINGS = {
    "RUNTIME__DLTHUB_TELEMETRY": "false",
    "RUNTIME__LOG_LEVEL": "ERROR",
    "ENABLE_RUNTIME_TRACE": "false",
    "LOAD__DELETE_COMPLETED_JOBS": "true",
    "LOAD__TRUNCATE_STAGING_DATASET": "true",
    "NORMALIZE__PARQUET_NORMALIZER__ADD_DLT_LOAD_ID": "true",
    "DATA_WRITER__FILE_MAX_ITEMS": "1000000",
}

# A prefix leaves room for the longest schema and table behind it: Postgres cuts names after 63 characters.
_PREFIX = re.compile(r"([a-z][a-z0-9_]{0,19})?")


@dataclass(frozen=True, slots=True)
class Environment:
    """Where this run reads and writes. Everything a run writes lies under `data_dir`."""

    data_dir: Path
    target: str
    schema_prefix: str = ""
    raw_schema_prefix: str = ""

    @property
    def warehouse(self) -> Path:
        """The private DuckDB file: the warehouse itself, or beside a lake its records."""
        return self.data_dir / "warehouse.duckdb"

    @property
    def has_file(self) -> bool:
        """Whether there is a private DuckDB file, and a published one: everywhere but on a server database."""
        return self.engine.has_file

    @property
    def is_there(self) -> bool:
        """Whether anything may have been loaded: a server always is there, a file after the first load."""
        return not self.engine.has_file or self.warehouse.exists()

    @property
    def lake_url(self) -> str | None:
        """The lake that raw tables are written to: a folder or URL; None on engines that hold them."""
        if not self.engine.has_lake:
            return None
        return os.environ.get("AI_USAGE_LAKE") or str(self.data_dir / "lake")

    @property
    def lock_file(self) -> Path:
        """Held by whoever writes; the second run exits busy."""
        return self.data_dir / "run.lock"

    @property
    def pipelines_dir(self) -> Path:
        """dlt's working folders. What waits there belongs to one destination: no other may find it."""
        name = "dlt" if self.target == "dev" else f"dlt-{self.target}"
        return self.data_dir / (f"{name}-{self.raw_schema_prefix}" if self.raw_schema_prefix else name)

    @property
    def logs_dir(self) -> Path:
        """Scrubbed logs."""
        return self.data_dir / "logs"

    @property
    def published_dir(self) -> Path:
        """What readers open."""
        return self.readers_dir / "published"

    @property
    def site(self) -> Path:
        """The dashboards: a symlink to the newest version."""
        return self.readers_dir / "site"

    @property
    def readers_dir(self) -> Path:
        """Where readers find what is for them: a folder of its own, so that the data folder opens to nobody."""
        own = os.environ.get("AI_USAGE_READERS_DIR")
        return Path(own).absolute() if own else self.data_dir

    @property
    def engine(self) -> Engine:
        """The engine behind the target.

        Raises:
            ConfigurationError: the target is not known, or our commands do not work there.
        """
        try:
            return ENGINES[self.target]
        except KeyError:
            if self.target in TARGETS:
                raise ConfigurationError(
                    f"On the target `{self.target}` dbt builds the models; this command neither loads nor "
                    "publishes there.",
                    f"Use one of {', '.join(ENGINES)}; docs/deploy.md says how that warehouse gets the tables.",
                ) from None
            known = ", ".join(ENGINES)
            raise ConfigurationError(f"Unknown target `{self.target}`.", f"Use one of: {known}.") from None

    def schema(self, name: str) -> str:
        """A schema's name in this deployment: dev, CI and production each have their own prefix."""
        return f"{self.schema_prefix}{name}"

    def raw_schema(self, name: str) -> str:
        """The same for what dlt loads (`raw_…` and `ops`), which developers may share with production."""
        return f"{self.raw_schema_prefix}{name}"

    def destination(self, *, read_only: bool = False) -> Any:
        """dlt's destination of what :meth:`session` reads: everything, or beside a lake its records.

        Raises:
            ConfigurationError: the target is not known.
        """
        return self.engine.destination(self.warehouse, read_only=read_only)

    def pipeline(self, name: str, dataset: str) -> dlt.Pipeline:
        """The dlt pipeline of one source; its state lies in the data folder."""
        import dlt

        loads_raw = dataset.startswith(RAW)
        return dlt.pipeline(
            pipeline_name=name,
            destination=self.lake_destination() if loads_raw and self.lake_url else self.destination(),
            dataset_name=self.raw_schema(dataset),
            pipelines_dir=str(self.pipelines_dir),
        )

    def lake_destination(self) -> Any:
        """dlt's destination of the lake; credentials are dlt's own, section `destination.filesystem`."""
        import dlt

        return dlt.destinations.filesystem(self.lake_url)

    @contextmanager
    def session(self, *, read_only: bool = False) -> Iterator[WarehouseSession]:
        """SQL on the warehouse. On DuckDB no other process can open the file meanwhile unless all only read.

        Raises:
            BusyError: another process kept the file open for longer than a writer waits.
        """
        from dlt.common.schema import Schema
        from dlt.destinations.dataset import get_destination_clients

        from runtime.warehouse import WarehouseSession, open_patiently

        # Not through a pipeline of its own: dlt knows one active pipeline, and one may be reading just now.
        clients = get_destination_clients(
            Schema("session"),
            destination=self.destination(read_only=read_only),
            destination_dataset_name=self.raw_schema("ops"),
        )
        client = clients[0].sql_client
        if read_only:
            client.open_connection()  # who only looks has something else to look at meanwhile
        else:
            open_patiently(client)
        try:
            yield WarehouseSession(client, self.engine)
        finally:
            client.close_connection()

    def kept_open(self) -> AbstractContextManager[object]:
        """Meanwhile this process opens the DuckDB file for nothing, and no other process can open it.

        Whoever opens it first pays for its catalogue, some 30 ms with all tables of a warehouse, and whoever
        leaves last for a checkpoint. A source's load opens it nine times. It must be open for writing.

        Raises:
            BusyError: another process kept the file open for longer than a writer waits.
        """
        return self.session() if self.has_file else nullcontext()

    def reading(self) -> AbstractContextManager[Session]:
        """A connection that only reads, without dlt; see :meth:`runtime.engines.base.Engine.reading`."""
        return self.engine.reading(self.warehouse)

    def wait_until_free(self) -> None:
        """Open the DuckDB file once, before work begins that would fail half-way; wait for whoever reads it.

        Raises:
            BusyError: another process kept the file open for longer than we wait.
            DestinationError: the file or its write-ahead log is so damaged or cut that it cannot be opened.
        """
        if self.has_file and self.warehouse.exists():
            from dlt.destinations.exceptions import DestinationConnectionError

            try:
                with self.session():
                    pass
            except (DestinationConnectionError, duckdb.Error):
                raise DestinationError(
                    f"The warehouse file {self.warehouse.name} or its .wal is damaged or cut short, or cannot "
                    "be written; nothing was changed.",
                    f"Look at the free space of {self.data_dir} and at who owns it. If that is well, move both "
                    "files away and restore the last backup with `ai-usage restore` (docs/deploy.md).",
                ) from None


def environment(data_dir: Path | None = None, target: str | None = None, *, create: bool = True) -> Environment:
    """The environment of this process; makes the data folder, readable by its owner alone.

    Raises:
        ConfigurationError: a schema prefix cannot be one, or a folder cannot be used.
    """
    folder = data_dir or Path(os.environ.get("AI_USAGE_DATA_DIR", DEFAULT_DATA_DIR))
    folder = folder.absolute()
    usable_folder("the data folder", folder, "AI_USAGE_DATA_DIR", create=create)
    if readers := os.environ.get("AI_USAGE_READERS_DIR"):
        require_plain("the readers' folder", Path(readers).absolute())
    for name, value in _DLT_SETTINGS.items():
        os.environ[name] = value
    quiet_libraries()
    prefix = _prefix("AI_USAGE_SCHEMA_PREFIX", "")
    return Environment(
        folder,
        target or os.environ.get("AI_USAGE_TARGET", "dev"),
        schema_prefix=prefix,
        raw_schema_prefix=_prefix("AI_USAGE_RAW_SCHEMA_PREFIX", prefix),
    )


def _prefix(variable: str, default: str) -> str:
    prefix = os.environ.get(variable, default)
    if not _PREFIX.fullmatch(prefix):
        raise ConfigurationError(
            f"{variable} cannot begin the name of a schema.",
            "Use up to 20 lower-case letters, digits and underscores, with a letter first, e.g. `dev_maya_`.",
        )
    return prefix
