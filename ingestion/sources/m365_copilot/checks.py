"""What the doctor says of the app's permissions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ingestion.source_types import Finding
from ingestion.streams.load import Load


def check_roles(load: Load, needed: frozenset[str]) -> Iterator[Finding]:
    """Application permissions as the token states them; another kind of token states none."""
    auth: Any = load.client.rest.auth
    roles = auth.roles()
    if roles is None:
        return
    wide = sorted(roles - needed)
    if wide:
        yield Finding(
            "permissions",
            False,
            f"the app may also: {', '.join(wide)}",
            "Remove these application permissions from the app registration.",
        )
    missing = sorted(needed - roles)
    if missing:
        yield Finding(
            "permissions",
            False,
            f"the app may not: {', '.join(missing)}",
            "Add these application permissions and give admin consent.",
        )
    if not wide and not missing:
        yield Finding("permissions", True, "what is read, and nothing else")
