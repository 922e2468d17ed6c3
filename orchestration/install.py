"""`python -m orchestration.install` reads the project for an installation, so that no first night has to."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from orchestration.dbt import parse_project
from orchestration.parsed import INSTALLED
from runtime.environment import environment


def main() -> int:
    """The exit code: dbt's."""
    with tempfile.TemporaryDirectory() as folder:
        done = parse_project(environment(Path(folder), "dev"), INSTALLED)
    sys.stderr.write("".join(f"{failure}\n" for failure in done.failures))
    return done.exit_code


if __name__ == "__main__":
    sys.exit(main())
