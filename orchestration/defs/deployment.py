"""What the steps run on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ingestion.config import Environment, email_rules, environment
from ingestion.privacy.pseudonym import Pseudonymiser, load_key
from ingestion.source import SourceDefinition
from ingestion.sources.registry import SOURCES
from orchestration.night import NightResult, Progress


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
