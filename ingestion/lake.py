"""The lake: raw tables as Parquet files, one or more for each load, and copies of the records beside them.

    <lake>/raw_<source>/<table>/<load id>.<file>.parquet    what one load brought of a table
    <lake>/raw_<source>/_dlt_loads/<schema>__<load id>.jsonl  written by dlt when a load is complete
    <lake>/ops/<table>/data.parquet                           copies, written before models are built
    <lake>/destination.json                                   which deployment loads into it

A lake has no merge: files of every load stay, and which of their rows count is said by `ingestion.lake_rows`.
Files of a load that dlt has not marked as complete are as good as not there.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
from dlt.common.configuration.resolve import resolve_configuration
from dlt.common.storages import FilesystemConfiguration, fsspec_from_config

from ingestion.privacy.contract import TableContract
from runtime.environment import Environment
from runtime.errors import ConfigurationError

LOAD_ID = "_dlt_load_id"
_LOADS = "_dlt_loads"
_OWNER = "destination.json"


class Lake:
    """The lake of one deployment."""

    def __init__(self, url: str) -> None:
        """`url`: a folder or a URL that fsspec knows; credentials are those of dlt's filesystem destination."""
        configured = resolve_configuration(
            FilesystemConfiguration(bucket_url=url), sections=("destination", "filesystem")
        )
        self.url = url
        self._files, root = fsspec_from_config(configured)
        self._root = root.rstrip("/")

    def loads(self, dataset: str) -> frozenset[str]:
        """Ids of the complete loads of a dataset."""
        names = self._names(f"{dataset}/{_LOADS}", ".jsonl")
        return frozenset(name.rsplit("/", 1)[-1].removesuffix(".jsonl").rsplit("__", 1)[-1] for name in names)

    def files(self, dataset: str, table: str) -> list[str]:
        """The Parquet files of a table, those of incomplete loads included."""
        return self._names(f"{dataset}/{table}", ".parquet")

    def rows(
        self, dataset: str, contract: TableContract, columns: Iterable[str], condition: Any = None
    ) -> pa.Table:
        """Rows of complete loads, all versions of them; no row when the table has no file yet.

        `condition`: a pyarrow expression over the contract's columns.
        """
        files = self.files(dataset, contract.name)
        if not files:
            return contract.empty().select(list(columns))
        schema = contract.schema().append(pa.field(LOAD_ID, pa.string()))
        complete = ds.field(LOAD_ID).isin(pa.array(sorted(self.loads(dataset)), pa.string()))
        stored = ds.dataset(files, schema=schema, format="parquet", filesystem=self._files)
        wanted = complete if condition is None else complete & condition
        return stored.to_table(columns=list(columns), filter=wanted)

    def write(self, dataset: str, table: str, rows: pa.Table) -> None:
        """Make a table of one file hold these rows and no others."""
        folder = f"{self._root}/{dataset}/{table}"
        self._files.makedirs(folder, exist_ok=True)
        with self._files.open(f"{folder}/data.parquet", "wb") as file:
            pq.write_table(rows, file)

    def folder(self, path: str) -> Any:
        """A folder of Parquet files as a dataset, read when it is asked.

        Raises:
            FileNotFoundError: there is no such folder.
        """
        names = self._names(path, ".parquet")
        if not names:
            raise FileNotFoundError(path)
        return ds.dataset(names, format="parquet", filesystem=self._files)

    def owner(self) -> str | None:
        """The id of the deployment that loads into this lake; None while nobody does."""
        path = f"{self._root}/{_OWNER}"
        self._files.invalidate_cache()
        if not self._files.exists(path):
            return None
        return str(json.loads(self._files.cat_file(path))["id"])

    def claim(self, owner: str) -> None:
        """Write that id."""
        self._files.makedirs(self._root, exist_ok=True)
        self._files.pipe_file(f"{self._root}/{_OWNER}", json.dumps({"id": owner}).encode())

    def remove(self, path: str) -> None:
        """Remove a folder with all that is in it, if it is there."""
        if self._files.exists(f"{self._root}/{path}"):
            self._files.rm(f"{self._root}/{path}", recursive=True)

    def folders(self, path: str) -> list[str]:
        """Names of the folders in a folder."""
        if not self._files.exists(f"{self._root}/{path}"):
            return []
        entries = self._files.ls(f"{self._root}/{path}", detail=True)
        return sorted(
            entry["name"].rstrip("/").rsplit("/", 1)[-1] for entry in entries if entry["type"] == "directory"
        )

    def _names(self, folder: str, suffix: str) -> list[str]:
        path = f"{self._root}/{folder}"
        self._files.invalidate_cache()  # the cluster and dlt write beside us
        if not self._files.exists(path):
            return []
        return sorted(name for name in self._files.ls(path, detail=False) if name.endswith(suffix))


def lake_of(environment: Environment) -> Lake | None:
    """The lake of this deployment; None where the engine holds the raw tables."""
    return None if environment.lake_url is None else Lake(environment.lake_url)


def refuse_on_lake(environment: Environment, what: str) -> None:
    """Say at once what a lake cannot do, rather than do a part of it.

    Raises:
        ConfigurationError: raw tables lie in a lake.
    """
    if environment.lake_url is not None:
        raise ConfigurationError(
            f"The target `{environment.target}` keeps rows in a lake, where {what} is not possible; "
            "nothing was changed.",
            "docs/deploy.md, section Spark, says what to do instead.",
        )
