"""dbt's processes, kept for the next test: Python, dbt and the project are read once, not once a build.

A process that has answered is as good as a new one: in the product it answers all requests of a night. One that
was stopped in the middle of a request is gone, as always.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from orchestration import dbt_child
from orchestration.dbt_child import DbtChild


@contextmanager
def kept_processes() -> Iterator[None]:
    """Within this context a dbt process that nobody uses is given to who needs one next.

    Tests of the process itself start their own (`monkeypatch` of `dbt_child._COMMAND` is seen).
    """
    idle: list[subprocess.Popen[str]] = []
    command, start, close = dbt_child._COMMAND, dbt_child._start, DbtChild.close

    def take(environment: dict[str, str]) -> subprocess.Popen[str]:
        while idle and command == dbt_child._COMMAND:
            process = idle.pop()
            if process.poll() is None:
                return process
        return start(environment)

    def let_go(child: DbtChild) -> None:
        if not child._is_answering:
            child.finish_begun()
        process = child._process
        if process is None or child._is_answering or process.args != command or process.poll() is not None:
            close(child)
            return
        child._process = None
        idle.append(process)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dbt_child, "_start", take)
        patch.setattr(DbtChild, "close", let_go)
        try:
            yield
        finally:
            for process in idle:
                child = DbtChild()
                child._process = process
                close(child)
