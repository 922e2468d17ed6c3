"""The tables of schema `ops`: their columns, types and keys, stated once."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import pyarrow as pa

DATASET = "ops"


class ColumnType(Enum):
    """A type by its name in SQL, the same on DuckDB and PostgreSQL, and Arrow's. Moments are naive UTC."""

    TEXT = ("varchar", pa.string())
    INTEGER = ("bigint", pa.int64())
    FLAG = ("boolean", pa.bool_())
    DAY = ("date", pa.date32())
    MOMENT = ("timestamp", pa.timestamp("us"))

    @property
    def sql(self) -> str:
        """The type in `create table`."""
        return str(self.value[0])

    @property
    def arrow(self) -> pa.DataType:
        """The type of an Arrow column."""
        return self.value[1]


TEXT, INTEGER, FLAG, DAY, MOMENT = ColumnType


@dataclass(frozen=True, slots=True)
class Table:
    """A table: a written row replaces the stored row that has the same key."""

    key: tuple[str, ...]
    columns: dict[str, ColumnType]


TABLES: dict[str, Table] = {
    "loaded_days": Table(
        ("source", "resource", "tenant", "scope", "day"),
        {
            "source": TEXT,
            "resource": TEXT,
            "tenant": TEXT,
            "scope": TEXT,
            "day": DAY,
            "load_id": TEXT,
            "row_count": INTEGER,
            "fetched_at": MOMENT,
            "status": TEXT,
        },
    ),
    "lost_days": Table(
        ("source", "resource", "tenant", "day"),
        {
            "source": TEXT,
            "resource": TEXT,
            "tenant": TEXT,
            "day": DAY,
            "state": TEXT,
            "recorded_at": MOMENT,
        },
    ),
    "runs": Table(
        ("run_id",),
        {"run_id": TEXT, "as_of": MOMENT, "started_at": MOMENT, "settings_folder": TEXT},
    ),
    "source_runs": Table(
        ("run_id", "source", "tenant"),
        {
            "run_id": TEXT,
            "source": TEXT,
            "tenant": TEXT,
            "is_connected": FLAG,
            "status": TEXT,
            "error": TEXT,
            "row_count": INTEGER,
            "erased_count": INTEGER,
            "started_at": MOMENT,
            "finished_at": MOMENT,
        },
    ),
    "resources": Table(
        ("source", "resource"),
        {
            "source": TEXT,
            "resource": TEXT,
            "tool": TEXT,
            "grain": TEXT,
            "fetch_window": TEXT,
            "lookback_days": INTEGER,
            "finality_lag_days": INTEGER,
            "retention_days": INTEGER,
        },
    ),
    "rejected_records": Table(
        ("run_id", "source", "tenant", "resource", "reason"),
        {
            "run_id": TEXT,
            "source": TEXT,
            "tenant": TEXT,
            "resource": TEXT,
            "reason": TEXT,
            "record_count": INTEGER,
            "sample_hash": TEXT,
            "sample_offset": INTEGER,
            "rejected_at": MOMENT,
            "is_kept": FLAG,
        },
    ),
    "unknown_fields": Table(
        ("source", "resource", "field_path"),
        {
            "source": TEXT,
            "resource": TEXT,
            "field_path": TEXT,
            "observed_count": INTEGER,
            "last_seen_at": MOMENT,
        },
    ),
    "field_fill": Table(
        ("run_id", "source", "tenant", "resource", "field"),
        {
            "run_id": TEXT,
            "source": TEXT,
            "tenant": TEXT,
            "resource": TEXT,
            "field": TEXT,
            "row_count": INTEGER,
            "filled_count": INTEGER,
        },
    ),
    "accepted_changes": Table(
        ("source", "resource", "field"),
        {"source": TEXT, "resource": TEXT, "field": TEXT, "run_id": TEXT, "accepted_at": MOMENT},
    ),
    "pseudonym_epoch": Table(
        ("epoch",),
        {"epoch": INTEGER, "key_check": TEXT, "canonical_version": TEXT, "created_at": MOMENT},
    ),
    "deployment": Table(("destination_id",), {"destination_id": TEXT, "created_at": MOMENT}),
    "person_key_salt": Table(("salt",), {"salt": TEXT}),
    "tombstones": Table(
        ("namespace", "id_token"),
        {"namespace": TEXT, "id_token": TEXT, "erased_at": MOMENT, "valid_from": DAY, "valid_to": DAY},
    ),
    "lifecycle_actions": Table(
        ("action_id",),
        {
            "action_id": TEXT,
            "action": TEXT,
            "started_at": MOMENT,
            "finished_at": MOMENT,
            "requested_by": TEXT,
            "detail": TEXT,
        },
    ),
    "retention_policy": Table(
        ("layer",),
        {"layer": TEXT, "days": INTEGER, "deleted_before": DAY, "enforced_at": MOMENT},
    ),
}
TABLE_NAMES = tuple(TABLES)
