"""What a child process may know of our environment: no vendor's credential, and not the pseudonymisation key.

dbt compiles whatever a model asks for into `target/`, and a process's environment can be read for as long as it
lives. So names are let through one by one: the system's, dbt's, the targets' connections and our own.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

_PASSED = re.compile(
    r"PATH|HOME|USER|LOGNAME|SHELL|TERM|COLUMNS|LANG|LANGUAGE|LC_\w+|TZ|TMPDIR|TEMP|TMP|VIRTUAL_ENV|SYSTEMROOT"
    r"|PYTHON\w*|COVERAGE\w*|LD_LIBRARY_PATH|JAVA_HOME|XDG_\w+|SSL_CERT_\w+|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE"
    r"|(?:HTTPS?|NO|ALL)_PROXY|KRB5\w*|DBT_\w+|AI_USAGE_\w+|PG[A-Z]+"
    r"|(?:SPARK|SNOWFLAKE|BIGQUERY|GOOGLE|DATABRICKS|REDSHIFT|TRINO|CLICKHOUSE|AWS)_\w+",
    re.IGNORECASE,
)
_KEPT_BACK = re.compile(r"AI_USAGE_PSEUDONYM_\w+")


def child_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Our environment as far as dbt needs it, and `extra`."""
    passed = {
        name: value
        for name, value in os.environ.items()
        if _PASSED.fullmatch(name) and not _KEPT_BACK.fullmatch(name)
    }
    return passed | dict(extra or {})
