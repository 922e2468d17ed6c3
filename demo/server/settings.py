"""Switches of the server, and what a right key looks like without its scope."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, TypeVar

WITHOUT_SCOPE = "-without-scope"
"""A right key with this ending is known to the vendor, and is refused with 403 everywhere."""

KindT = TypeVar("KindT")


class ByType:
    """One object of each type, made without arguments when it is first asked for."""

    def __init__(self) -> None:
        self._made: dict[type[Any], Any] = {}

    def of(self, kind: type[KindT]) -> KindT:
        """The one object of the type."""
        found: KindT = self._made.setdefault(kind, kind())
        return found

    def reset(self) -> None:
        """Give every dataclass among them its defaults again, in place."""
        for made in self._made.values():
            restore(made)


def restore(settings: Any) -> None:
    """Give a dataclass its defaults again, in place."""
    fresh = type(settings)()
    for one in fields(settings):
        setattr(settings, one.name, getattr(fresh, one.name))


@dataclass(frozen=True, slots=True)
class RateLimit:
    """At most so many requests in so many seconds, for one group of routes."""

    requests: int
    seconds: float


@dataclass(slots=True)
class Behaviour:
    """How the vendors behave; change it before or between runs.

    ``rate_limits`` by group of routes, as the sites name them ("chatgpt.list", "hris" …); none by default, so
    that several hundred downloads are quick. Each vendor has switches of its own, which ``of`` gives.
    """

    latency_seconds: float = 0.0
    link_seconds: int = 3600
    """Life of a signed link, on the server's clock."""
    rate_limits: dict[str, RateLimit] = field(default_factory=dict)
    _of_vendors: ByType = field(default_factory=ByType, init=False, repr=False, compare=False)

    def of(self, switches: type[KindT]) -> KindT:
        """The switches of one vendor, by their class; in force wherever they are read."""
        return self._of_vendors.of(switches)

    def reset(self) -> None:
        """Set everything to its default, the vendors' switches too."""
        vendors = self._of_vendors
        vendors.reset()
        restore(self)
        self._of_vendors = vendors
