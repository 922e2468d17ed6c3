"""dbt's own process: `python -m orchestration.dbt_process source freshness … then build …`.

Several invocations share one start of Python and one reading of the project, which cost more than a short
invocation itself. The exit code is the last one's: 0 success, 1 a failed node, 2 dbt itself.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import traceback
from collections.abc import Iterator, Sequence

THEN = "then"  # between two invocations


def main(arguments: Sequence[str]) -> int:
    """Run the invocations one after the other; a failed one does not stop the next."""
    from dbt.cli.main import dbtRunner  # here, so that who only needs the word does not wait for dbt

    code = 0
    for invocation in _invocations(arguments):
        done = dbtRunner().invoke(invocation)
        if done.exception is not None:
            sys.stdout.write(_failed(done.exception))
        code = 0 if done.success else 1 if done.exception is None else 2
    return code


def _failed(error: BaseException) -> str:
    """A line of dbt's log for what ended it: the kind, never the text. Frames follow as lines of their own."""
    info = {"name": type(error).__name__, "level": "error", "msg": f"{type(error).__name__}"}
    frames = traceback.format_tb(error.__traceback__)
    return "\n".join([json.dumps({"info": info}), *(frame.splitlines()[0] for frame in frames), ""])


def _invocations(arguments: Sequence[str]) -> Iterator[list[str]]:
    invocation: list[str] = []
    for argument in [*arguments, THEN]:
        if argument != THEN:
            invocation.append(argument)
        elif invocation:
            yield invocation
            invocation = []


def _end_with_parent() -> None:
    """Die when whoever started us is gone, however it went: its lock is, and the next run may begin."""
    while os.read(0, 1):
        pass
    os._exit(2)


if __name__ == "__main__":
    threading.Thread(target=_end_with_parent, daemon=True).start()
    sys.exit(main(sys.argv[1:]))
