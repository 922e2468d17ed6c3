"""Backup and restore of what cannot be made again; docs/deploy.md says when to use them.

A backup is one folder: a Parquet file a table, `manifest.json`, and `SHA256SUMS` over both. It holds every raw
and operations table, the insert-only models and the closed periods, in types that both engines know, so that it
can be restored onto either. All other tables are built from these by the next night. The pseudonymisation key
is never in it: whoever has tokens and key can test whether a known address occurs in them.
"""
