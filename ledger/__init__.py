"""The pipeline's own tables (schema `ops`): what was fetched, what was refused, which key and salt.

`ops.loaded_days` is the one record of what was fetched: touched days, missing days, finality and freshness
all come from it. It is written after the data it speaks of, so it never promises rows that are not there.

The tables lie in the warehouse, beside a lake in the private DuckDB file, and are read and written by SQL.
"""
