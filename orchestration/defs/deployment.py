"""What the steps run on, and how one of them says that it failed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ingestion.config import Environment, email_rules, environment
from ingestion.errors import AiUsageError
from ingestion.privacy.pseudonym import Pseudonymiser, load_key
from ingestion.privacy.scrub import scrub
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


def told(error: Exception) -> str:
    """An error's text without any value of a record and without its causes; Dagster would keep all of it."""
    kind = "" if isinstance(error, AiUsageError) else f"Unexpected {type(error).__name__}: "
    return f"{kind}{scrub(str(error))}"
