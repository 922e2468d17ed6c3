"""PostgreSQL."""

from __future__ import annotations

import os
from urllib.parse import quote, urlencode


def postgres_url() -> str:
    """Connection by libpq's own variables (PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE, PGSSLMODE).

    They are what dbt's profile reads as well. A host that is a folder is a Unix socket.
    """
    variable = os.environ.get
    host = variable("PGHOST", "localhost")
    query = {"sslmode": variable("PGSSLMODE", "prefer"), "options": "-ctimezone=UTC"}
    if host.startswith("/"):
        host, query["host"] = "localhost", host
    user, password = quote(variable("PGUSER", "ai_usage")), quote(variable("PGPASSWORD", ""), safe="")
    database = quote(variable("PGDATABASE", "ai_usage"))
    return f"postgresql://{user}:{password}@{host}:{variable('PGPORT', '5432')}/{database}?{urlencode(query)}"
