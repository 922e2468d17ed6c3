"""What a fault is given to work with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from demo.server.wire import Answer, Request


@dataclass(slots=True)
class FaultContext:
    """The answer that the vendor would give, the request, and the rule's own arguments and memory.

    ``request`` is None while a log or report file is being written (rules that match ``FILE …``).
    """

    answer: Answer
    request: Request | None
    arguments: Mapping[str, Any]
    memory: dict[str, Any] = field(default_factory=dict)
    stranger_url: str = ""

    def text(self, name: str, default: str) -> str:
        """An argument as text."""
        return str(self.arguments.get(name, default))

    def number(self, name: str, default: int) -> int:
        """An argument as an integer."""
        return int(self.arguments.get(name, default))

    def share(self, name: str, default: float) -> float:
        """An argument as a fraction or a number of seconds."""
        return float(self.arguments.get(name, default))


class Fault(Protocol):
    """A function that turns the vendor's answer into a bad one."""

    __name__: str

    def __call__(self, fault: FaultContext, /) -> Answer: ...


def named(*faults: Fault) -> dict[str, Fault]:
    """Faults by the name under which a script calls them."""
    return {fault.__name__: fault for fault in faults}
