"""What help and version do not wait for."""

from __future__ import annotations

import subprocess
import sys

import pytest

# Each of these takes 0.1 to 3 seconds of CPU to load.
HEAVY = "cryptography dagster dbt dlt duckdb numpy openpyxl pandas psycopg2 pyarrow scipy sqlglot"
_TELL = """
import sys
from orchestration.cli import app
try:
    app(sys.argv[2:])
except SystemExit as ended:
    code = ended.code
imported = {name.split(".")[0] for name in sys.modules}
print(code, *sorted(imported & set(sys.argv[1].split())), file=sys.stderr)
"""


@pytest.mark.parametrize("command", [["--help"], ["--version"], ["run", "--help"]], ids=" ".join)
def test_it_answers_at_once(command: list[str]) -> None:
    told = subprocess.run(
        [sys.executable, "-c", _TELL, HEAVY, *command], capture_output=True, text=True, timeout=120, check=False
    )
    assert told.stdout
    assert told.stderr.split() == ["0"], "the exit code, and nothing that is heavy"
