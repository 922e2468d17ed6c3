"""Libraries log what they could not do, and quote it. Here that ends: a record of theirs tells kind and place.

dlt prints why the engine refused a row, urllib3 which address did not answer. Our own failures are told by
`runtime.failures`; Dagster's records are left as they are, because only texts of ours reach it.
"""

from __future__ import annotations

import logging
import re
import sys
import threading
import warnings
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

# Libraries that handle records, texts of queries or credentials.
_FOREIGN = re.compile(
    r"(adlfs|aiobotocore|asyncio|azure|boto3|botocore|charset_normalizer|concurrent|dlt|duckdb|fsspec|gcsfs|google"
    r"|numpy|openpyxl|pandas|psycopg2|pyarrow|pyhive|requests|s3fs|sqlalchemy|sqlglot|tenacity|thrift|thrift_sasl"
    r"|urllib3)(\..*)?"
)
_make_record = logging.getLogRecordFactory()


def quiet_libraries() -> None:
    """From now on, whatever handler prints it, a library's record holds no word of its message."""
    logging.setLogRecordFactory(_told_record)
    # dlt took its level when it was imported, before our settings; a quiet night is a quiet journal.
    logging.getLogger("dlt").setLevel(logging.ERROR)


def quiet_process() -> None:
    """The same for warnings, and for what ends a thread or fails where nobody can catch it (commands only)."""
    quiet_libraries()
    warnings.showwarning = _warning
    sys.excepthook = lambda kind, _error, trace: _say(kind, trace)
    threading.excepthook = lambda failed: _say(failed.exc_type, failed.exc_traceback)
    sys.unraisablehook = lambda failed: _say(failed.exc_type, failed.exc_traceback)


def _told_record(*args: Any, **kwargs: Any) -> logging.LogRecord:
    record = _make_record(*args, **kwargs)
    if _FOREIGN.fullmatch(record.name or ""):
        kind = record.exc_info[0] if record.exc_info else None
        raised = f" ({kind.__name__})" if kind else ""
        place = f"{record.module}:{record.funcName}, line {record.lineno}"
        record.msg = f"{record.name}: {record.levelname} at {place}{raised}"
        record.args = record.exc_info = record.exc_text = record.stack_info = None
    return record


def _warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    (file or sys.stderr).write(f"{category.__name__} at {Path(filename).name}, line {lineno}\n")


def _say(kind: type[BaseException], trace: TracebackType | None) -> None:
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    at = f" at {Path(trace.tb_frame.f_code.co_filename).name}, line {trace.tb_lineno}" if trace else ""
    sys.stderr.write(f"{kind.__name__}{at}\n")
