"""What Dagster is told, one folder per concern. It describes; the code that runs is `orchestration.night`.

ingest, transform, publish   the assets and checks of each stage, with freshness
night                        the one step that loads, checks, builds and publishes, and its job
retention                    what is older than promised goes, every day; its job and schedule
recovery                     runs whose process is gone
schedules                    when the night runs
deployment                   what the steps run on
"""
