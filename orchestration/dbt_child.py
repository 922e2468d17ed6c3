"""The process that dbt runs in, as its parent sees it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Generator, Iterator
from types import TracebackType
from typing import Any

from orchestration.dbt_process import Request, ended
from orchestration.project import PROJECT_DIR

_COMMAND = (sys.executable, "-m", "orchestration.dbt_process")


class DbtChild:
    """A process that answers one request after the other. It starts with the first and ends with this context.

    Whoever holds the run's lock ends it before letting the lock go. It ends by itself when we are gone.
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._code = 0
        self._is_answering = False
        self._is_ahead = False  # at work on a request whose answer nobody has read

    def __enter__(self) -> DbtChild:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    @property
    def exit_code(self) -> int:
        """Of the request whose events ended last; minus the signal of a process that was killed."""
        return self._code

    def begin(self, request: Request) -> None:
        """Have a request answered meanwhile. Nobody is told how it ends; the next request waits for it."""
        self.finish_begun()
        process = self._process = self._process or _start(request.environment)
        self._is_ahead = _is_sent(process, request)

    def finish_begun(self) -> None:
        """Wait until what was begun is answered. A process that died of it is replaced by the next request."""
        is_ahead, self._is_ahead = self._is_ahead, False
        if is_ahead and self._process is not None:
            answer = _parsed(_lines(self._process))
            if all(ended(event) is None for event in answer):
                self.close()

    def events(self, request: Request) -> Generator[dict[str, Any], None, None]:
        """dbt's log of a request, event by event. dbt is stopped when the caller stops reading."""
        self.finish_begun()
        process = self._process = self._process or _start(request.environment)
        self._is_answering = True
        try:
            for event in _parsed(_ask(process, request)):
                if (code := ended(event)) is not None:
                    self._code, self._is_answering = code, False
                    return
                if isinstance(event.get("info"), dict):
                    yield event
            self._code = process.wait() or 2  # it ended without a word: killed, or it could not start
        finally:
            if self._is_answering:
                self.close()

    def close(self) -> None:
        """End the process, whatever it is doing: without a lock dbt must not write on.

        With a signal that nothing ignores. Who ignores SIGTERM (Dagster does when it runs in the background)
        hands that down to the process, and would wait for it for ever.
        """
        process, self._process = self._process, None
        self._is_answering = self._is_ahead = False
        if process is None:
            return
        process.kill()
        process.wait()
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.close()
        process.stdout.close()


def _start(environment: dict[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        _COMMAND,
        cwd=PROJECT_DIR,
        env=environment,
        stdin=subprocess.PIPE,  # it ends when we do, and dbt with it
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
    )


def _ask(process: subprocess.Popen[str], request: Request) -> Iterator[str]:
    return _lines(process) if _is_sent(process, request) else iter(())


def _is_sent(process: subprocess.Popen[str], request: Request) -> bool:
    assert process.stdin is not None
    try:
        process.stdin.write(request.line())
        process.stdin.flush()
    except BrokenPipeError:
        return False  # it is gone; its exit code says how
    return True


def _lines(process: subprocess.Popen[str]) -> Iterator[str]:
    assert process.stdout is not None
    while line := process.stdout.readline():
        yield line  # not `yield from`, which would close the pipe together with this generator


def _parsed(lines: Iterator[str]) -> Iterator[dict[str, Any]]:
    for line in lines:
        try:
            event = json.loads(line)
        except json.JSONDecodeError:
            event = {"info": {"name": "Text", "msg": line.rstrip(), "level": "info"}}
        if isinstance(event, dict):
            yield event
