"""The few patterns in which vendors give their data, each written once.

A source is settings and a tuple of streams (`ingestion.streams.source`). A stream is data: what is asked, which
wire record an answer holds, which tables it fills, how often, and which read-only scope it needs. Loading, the
part that exists only today, and the doctor's probes follow from it.

| pattern | in |
|---|---|
| a list that tells the present, taken once a night, with a past from the archive | `snapshot_list` |
| one answer (pages, or files behind signed links) per day | `day_report` |
| time buckets over a range of days | `bucketed_usage` |
| events of a range of days, merged by key | `event_pages` |
| a list of files behind signed links, with checksums | `log_files` |
| anything else | `own` |
"""
