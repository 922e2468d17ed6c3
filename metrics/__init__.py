"""What is counted, defined once: measures, ratios and where they are published.

`families/*.yml` hold the definitions, `registry` reads them. `python -m orchestration.kits` writes what follows
from them into macros, property files and docs/metrics.md; lint checks that nothing was edited there.
"""
