"""The commands and the night: calls ingestion, dbt and publishing in order. Knows no vendor and no SQL."""
