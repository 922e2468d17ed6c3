"""What the steps run on."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ingestion.privacy.pseudonym import Pseudonymiser, load_key
from ingestion.privacy.settings import email_rules
from ingestion.source import SourceDefinition
from ingestion.sources.registry import SOURCES
from orchestration.night import NightResult, Progress
from runtime.environment import Environment, environment

OWNER_VARIABLE = "AI_USAGE_OWNER"
_OWNER = "team:analytics"  # as in models/exposures.yml


def owners() -> list[str]:
    """Who looks after every asset: an address or `team:<name>`."""
    return [os.environ.get(OWNER_VARIABLE) or _OWNER]


@dataclass
class Deployment:
    """What a night runs on, by default what the environment names; `results` keeps this process's nights.

    `error` is what ended the last one before its end.
    """

    environment: Callable[[], Environment] = environment
    pseudonymiser: Callable[[], Pseudonymiser] = lambda: Pseudonymiser(load_key(), email_rules())
    now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC)
    sources: Sequence[SourceDefinition] = SOURCES
    progress: Progress = lambda _stage, _message: None
    results: list[NightResult] = field(default_factory=list)
    error: Exception | None = None
