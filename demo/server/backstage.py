"""What every site of the server shares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from demo.company.company import Company
from demo.server.clock import Clock
from demo.server.faults import Faults
from demo.server.settings import Behaviour, ByType
from demo.server.signing import Signer


@dataclass(slots=True)
class Backstage:
    """The company that the vendors serve, the clock, the switches, and where each site listens.

    Attributes:
        kept: what a vendor remembers when another company takes over, by type.
        urls: base URL of each site.
        folders: by source, the folder of a vendor that writes files.
    """

    company: Company
    clock: Clock
    behaviour: Behaviour
    faults: Faults
    signer: Signer
    kept: ByType
    urls: Mapping[str, str]
    folders: Mapping[str, Path]

    def signed(self, path: str) -> str:
        """A signed link to a file of the file host."""
        return self.signer.link(self.urls["files"], path, self.behaviour.link_seconds)
