"""dbt's own process: `python -m orchestration.dbt_process` runs what it is asked for until its input ends.

A request is a line of JSON (:class:`Request`). dbt's log of it goes to standard output line by line. A last
line, `{"ended": 0}`, has the exit code: 0 success, 1 a failed node, 2 dbt itself. So Python and dbt start once
a night, and the project is read once.
"""

from __future__ import annotations

import dataclasses
import gc
import json
import os
import queue
import sys
import threading
import traceback
from typing import Any

ENDED = "ended"


@dataclasses.dataclass(frozen=True, slots=True)
class Request:
    """Invocations to run one after the other.

    Attributes:
        invocations: dbt's arguments; a failed invocation does not stop the next.
        environment: all environment variables that dbt may see.
        parse: arguments that read the project for the invocations; none where each reads it for itself.
        parse_environment: variables that the project is read with. While these and `parse` stay the same, what
            was read for one request serves the next.
        parse_into: more arguments: where to keep what was read, and the log. No model depends on them.
    """

    invocations: list[list[str]]
    environment: dict[str, str]
    parse: list[str] = dataclasses.field(default_factory=list)
    parse_environment: dict[str, str] = dataclasses.field(default_factory=dict)
    parse_into: list[str] = dataclasses.field(default_factory=list)

    def line(self) -> str:
        """As it is sent."""
        return json.dumps(dataclasses.asdict(self)) + "\n"


class Dbt:
    """dbt, and the project as it was read last."""

    def __init__(self) -> None:
        self._read_with: tuple[list[str], dict[str, str]] | None = None
        self._manifest: Any = None

    def run(self, request: Request) -> int:
        """The exit code: the last invocation's, or that of reading the project where that fails."""
        code = self._read(request) if request.parse else 0
        if code:
            return code
        for invocation in request.invocations:
            code = _invoke(invocation, request.environment, self._copy() if request.parse else None)[0]
            _close_duckdb()
        return code

    def _read(self, request: Request) -> int:
        wanted = (request.parse, request.parse_environment)
        if self._read_with == wanted:
            return 0
        self._read_with = None
        arguments = [*request.parse, *request.parse_into]
        code, self._manifest = _invoke(arguments, request.parse_environment, None)
        if code == 0:
            self._read_with = wanted
        return code

    def _copy(self) -> Any:
        """A run writes what it compiled into its manifest, and takes that for done in the next."""
        return self._manifest.deepcopy()


def _invoke(arguments: list[str], environment: dict[str, str], manifest: Any) -> tuple[int, Any]:
    """The exit code and the result of one invocation."""
    from dbt.cli.main import dbtRunner  # here, so that who only needs a request does not wait for dbt

    os.environ.clear()
    os.environ.update(environment)
    if "spark" in arguments:  # the target
        from runtime.spark import tolerate_failed_closes

        tolerate_failed_closes()
    # The project is a million objects that stay: the collector would go through them again and again.
    gc.freeze()
    try:
        done = dbtRunner(manifest=manifest).invoke(arguments)
    finally:
        gc.unfreeze()
    if done.exception is not None:
        sys.stdout.write(_failed(done.exception))
    return (0 if done.success else 1 if done.exception is None else 2), done.result


def _close_duckdb() -> None:
    """Give the file to whoever asked: dbt-duckdb keeps it open until its process ends."""
    adapter = sys.modules.get("dbt.adapters.duckdb.connections")
    if adapter is None:
        return
    manager = adapter.DuckDBConnectionManager
    if manager._ENV is not None:
        manager._ENV.close()
    manager.close_all_connections()


def _failed(error: BaseException) -> str:
    """A line of dbt's log for what ended it: the kind, never the text. Frames follow as lines of their own."""
    info = {"name": type(error).__name__, "level": "error", "msg": f"{type(error).__name__}"}
    frames = traceback.format_tb(error.__traceback__)
    return "\n".join([json.dumps({"info": info}), *(frame.splitlines()[0] for frame in frames), ""])


def _receive(requests: queue.SimpleQueue[str]) -> None:
    """Hand on requests. Die when whoever started us is gone, however it went: its lock is, and the next run may
    begin.
    """
    for line in sys.stdin:
        requests.put(line)
    os._exit(2)


def main() -> None:
    """Answer requests until the input ends."""
    requests: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_receive, args=(requests,), daemon=True).start()
    dbt = Dbt()
    while True:
        code = dbt.run(Request(**json.loads(requests.get())))
        sys.stdout.write(json.dumps({ENDED: code}) + "\n")
        sys.stdout.flush()


def ended(event: object) -> int | None:
    """The exit code, when this line is a request's last."""
    code = event[ENDED] if isinstance(event, dict) and event.keys() == {ENDED} else None
    return code if isinstance(code, int) else None


if __name__ == "__main__":
    main()
