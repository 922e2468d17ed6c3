"""What the files that follow from ports say."""

from __future__ import annotations

import re


def fillers(port: str, files: dict[str, str]) -> list[str]:
    """Sources that the macro `port_sources` names."""
    told = re.search(rf"macro port_sources\(port\).*?'{port}': \[(.*?)\]", files["port_facts.sql"], re.DOTALL)
    assert told is not None
    return re.findall(r"'(\w+)'", told.group(1))
