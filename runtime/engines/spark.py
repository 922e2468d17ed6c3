"""Spark: a cluster builds the models over a lake; a DuckDB file holds the records and what is published."""

from __future__ import annotations

from runtime.engines.duckdb import DuckDb


class Spark(DuckDb):
    """SQL of ours runs in the file; the cluster has a session of its own (`runtime.spark`)."""

    has_lake = True
