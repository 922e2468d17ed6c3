"""What every site of the server shares."""

from __future__ import annotations

from dataclasses import dataclass, field

from demo.company.company import Company
from demo.server.clock import Clock
from demo.server.faults import Faults
from demo.server.settings import Behaviour, Credentials
from demo.server.signing import Signer


@dataclass(slots=True)
class Backstage:
    """The company that the vendors serve, the clock, the switches, and where each site listens."""

    company: Company
    clock: Clock
    behaviour: Behaviour
    credentials: Credentials
    faults: Faults
    signer: Signer
    urls: dict[str, str] = field(default_factory=dict)

    def signed(self, path: str) -> str:
        """A signed link to a file of the file host."""
        return self.signer.link(self.urls["files"], path, self.behaviour.link_seconds)
