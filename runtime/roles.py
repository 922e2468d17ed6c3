"""Roles of the warehouse that may read something."""

from __future__ import annotations

import os
from dataclasses import dataclass

from runtime.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Roles:
    """Roles of the warehouse, made by its administrator. None: nobody but the owner reads that layer.

    Attributes:
        readers: BI tools and notebooks; reads `published` and nothing else.
        pipeline: whoever looks after the pipeline; reads staging, intermediate and the marts before publishing.
        restricted: the few who may see rows of people; reads the schema `restricted`.
    """

    readers: str | None = None
    pipeline: str | None = None
    restricted: str | None = None


def roles() -> Roles:
    """The roles that this deployment names.

    Raises:
        ConfigurationError: readers share a role with somebody who sees more.
    """
    found = Roles(
        readers=os.environ.get("AI_USAGE_BI_ROLE") or None,
        pipeline=os.environ.get("AI_USAGE_PIPELINE_ROLE") or None,
        restricted=os.environ.get("AI_USAGE_RESTRICTED_ROLE") or None,
    )
    if found.readers and found.readers in (found.pipeline, found.restricted):
        raise ConfigurationError(
            "AI_USAGE_BI_ROLE names a role that also reads unpublished rows.",
            "Give the readers a role of their own, see docs/deploy.md.",
        )
    return found
