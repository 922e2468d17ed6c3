"""`dbt parse` from scratch, with every deprecation an error. Run by `make lint`."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        command = [
            *(str(Path(sys.executable).with_name("dbt")), "--quiet", "--log-path", folder),
            *("--warn-error-options", '{"error": ["Deprecations"]}'),
            *("parse", "--no-partial-parse", "--target-path", folder),
            *("--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)),
        ]
        return subprocess.run(command, cwd=PROJECT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
