"""Every period that is final, closed as publishing would close it, without the audits: a night then leaves it.

`python -m benchmarks.tasks.close_periods DATA_DIR`
"""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

from publishing.assembly import MARTS, marts_tables
from publishing.closed import ClosedPeriod, ClosedStore
from publishing.closing import known_periods, mart_periods
from publishing.periods import PERIOD_COLUMNS
from runtime.environment import environment


def main() -> None:
    """Close."""
    env = environment(Path(sys.argv[1]))
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    with env.session() as session:
        store, schema = ClosedStore(session, env), env.schema(MARTS)
        store.ensure()
        final = [period for period, state in known_periods(session, env).items() if state.is_closable]
        with session.transaction():
            for period in final:
                store.add_period(ClosedPeriod(period, 1, False, 0, now, None), "benchmark", "closed")
            for mart, column in mart_periods(session, schema, marts_tables(session, env)).items():
                of_type = {period: 1 for period in final if period.period_type == PERIOD_COLUMNS[column]}
                store.note_contents(mart, schema, of_type, column)


if __name__ == "__main__":
    main()
