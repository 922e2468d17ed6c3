"""Alerts: one when a thing fails or goes stale, one when it recovers, several of one night in one message.

`notify` is called once at the end of every night, failed ones included. It compares what is wrong now with
what each channel was told, so that a night that is run again tells nothing twice, and a channel that was down
is told the next time. It never fails a night: what it cannot do, it says on stderr.
"""

from __future__ import annotations

import datetime as dt
import sys
from dataclasses import asdict
from typing import Any

from orchestration.alerts.channels import Channel, ChannelError, alert_settings, configured_channels
from orchestration.alerts.problems import Examined, examine_night, readers_see
from orchestration.alerts.state import AlertState, load_state, save_state
from orchestration.freshness import stale_names
from orchestration.result import NightResult
from orchestration.watch import Watched, watch
from runtime.environment import Environment
from runtime.errors import ConfigurationError
from runtime.failures import described, told
from runtime.scrub import scrub

RUNBOOK = "docs/runbook.md"


def notify(
    result: NightResult,
    environment: Environment,
    *,
    crash: BaseException | None = None,
    now: dt.datetime | None = None,
) -> None:
    """Remember how the night went, and tell every channel what is new and what is over.

    `crash` is what ended the night before its end; `now` is the run's own clock. Raises nothing: an alert that
    cannot be sent, or a state that cannot be written, is said on stderr and tried again on the next night.
    """
    try:
        _notify(result, environment, crash, now or dt.datetime.now(dt.UTC))
    except Exception as error:  # watching must not end what it watches
        _say(f"alerts failed ({described(error)}); the night itself is not affected.")


def _notify(
    result: NightResult, environment: Environment, crash: BaseException | None, now: dt.datetime
) -> None:
    watched = watch(environment)
    examined = examine_night(result, watched, now, crash)
    state = load_state(environment.data_dir)
    if state.was_corrupt:
        _say("alerts.json could not be read and was set aside; open problems are reported once more.")
    _remember(state, examined, now)
    state.last_night = {
        "run_id": result.run_id,
        "as_of": now.isoformat(timespec="seconds"),
        "exit_code": 1 if crash else int(result.exit_code),
        "error": told(crash) if crash else scrub(result.error) if result.error else None,
        "stale": stale_names(result.freshness),
    }
    try:
        settings = alert_settings()
        for channel in configured_channels(settings):
            _tell(channel, state, settings.name, _heading(result, watched, now))
    except ConfigurationError as error:
        _say(f"alerts are not sent: {error}")
    save_state(environment.data_dir, state)


def _remember(state: AlertState, examined: Examined, now: dt.datetime) -> None:
    """Open what is new, close what was looked at and is gone. A problem keeps the day it was first seen."""
    for key in [key for key in state.open if examined.covers(key) and key not in examined.problems]:
        if not state.open[key].get("is_lasting"):
            del state.open[key]
    for key, problem in examined.problems.items():
        entry = asdict(problem)
        entry.pop("key")
        before = state.open.get(key)
        entry["first_seen"] = before["first_seen"] if before else f"{now:%Y-%m-%d}"
        if before:
            entry["since"] = before["since"]
        state.open[key] = entry


def _tell(channel: Channel, state: AlertState, name: str, heading: str) -> None:
    told = state.told.get(channel.name, {})
    new = {key: entry for key, entry in state.open.items() if key not in told}
    over = {key: entry for key, entry in told.items() if key not in state.open and not entry.get("is_lasting")}
    if not new and not over:
        return
    subject = f"{name}: {_counted(len(new), len(over))}"
    try:
        channel.send(subject, message_text(subject, heading, new, over))
    except ChannelError as error:
        _say(f"{channel.name}: {error}; {_counted(len(new), len(over))} will be told after the next night.")
        return
    state.told[channel.name] = {
        key: {"what": entry["what"], "first_seen": entry["first_seen"], "is_lasting": entry["is_lasting"]}
        for key, entry in state.open.items()
    }


def message_text(
    subject: str, heading: str, new: dict[str, dict[str, Any]], over: dict[str, dict[str, Any]]
) -> str:
    """One message: what is new with its remedy, then what is over."""
    parts = [subject, heading]
    for entry in new.values():
        parts.append(
            f"NEW: {entry['what']}\n"
            f"  Since: {entry['since']}\n"
            f"  Readers see: {entry['readers']}\n"
            f"  To do: {entry['remedy']}\n"
            f'  More: {RUNBOOK}, section "{entry["section"]}"'
        )
    parts += [f"OVER: {entry['what']}\n  It was told on {entry['first_seen']}." for entry in over.values()]
    return "\n\n".join(parts)


def _heading(result: NightResult, watched: Watched, now: dt.datetime) -> str:
    return f"Night of {now:%Y-%m-%d %H:%M} UTC, run {result.run_id}. Readers see {readers_see(watched)}"


def _counted(new: int, over: int) -> str:
    texts = [f"{new} new problem{'s' if new > 1 else ''}"] if new else []
    texts += [f"{over} over"] if over else []
    return ", ".join(texts)


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
