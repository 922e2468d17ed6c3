"""Telemetry of Gemini CLI and Claude Code in a collector's files: prompts, requests, and what is sent twice."""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

from demo.company.days import Days
from demo.company.model import Employee
from demo.company.seats import people_seats
from demo.company.traits import Traits, users_of
from demo.company.truth_money import Cost, Tokens, list_price
from demo.company.truth_usage import Prompt, ToolUsage, sessions_of
from demo.server.backstage import Backstage
from demo.vendor import Accounts, DemoVendor, Ground, SeatProduct, VendorTruth, View

MODELS = ("gemini-2.5-pro", "gemini-2.5-flash")
USERS = SeatProduct(
    name="gemini_cli",
    plan="none",
    share=lambda habits: (0.5 if habits.kind == "Engineering" else 0.0, 0.1),
    rate=lambda _habits: 0.5,
)
LATE = timedelta(hours=40)
"""So long a laptop that was offline keeps what it has to send."""
Event = dict[str, object]


@dataclass(frozen=True, slots=True)
class Turn:
    """A prompt and the requests that follow it, each with input (cached tokens included), cached and output."""

    account: str
    at: datetime
    sent_at: datetime
    session: str
    chars: int
    is_measured: bool
    model: str
    requests: tuple[tuple[int, int, int], ...]


class OtelVendor(DemoVendor[Days[Turn]]):
    """The source ``otel``. Claude Code's requests are told by its vendor too, and count there."""

    source = "otel"
    tools = ("gemini_cli",)
    writes_files = True

    def account_of(self, person: Employee) -> str:
        """The first address."""
        return next(iter(person.all_addresses()))

    def accounts_of(self, person: Employee) -> Iterable[str]:
        """Telemetry names people by their address of the day."""
        return person.all_addresses()

    def activity(self, ground: Ground, accounts: Accounts) -> Days[Turn]:
        """Turns by the day on which they happen."""
        users = users_of(USERS, people_seats(USERS, self.account_of, ground), ground)
        return ground.days(lambda day: list(_turns(day, users, ground.random("otel", day))))

    def truth(self, view: View) -> VendorTruth:
        """Prompts, sessions and tokens of Gemini CLI, as far as they were sent."""
        usage, tokens, costs = ToolUsage(), [], []
        prompts: dict[str, list[Prompt]] = defaultdict(list)
        for turn in _sent(view.company.activity(self), view.company.profile.days(), view.seen_at):
            day = turn.at.date()
            known = usage.days[(turn.account, day)]
            known.is_active = True
            known.count_message(turn.chars)
            prompts[turn.account].append(
                Prompt(turn.at, turn.session, turn.chars, view.reference.model(turn.model))
            )
            number = view.people.owner("otel", turn.account, day)
            for total, cached, answered in turn.requests:
                tokens.append(Tokens(day, number, "gemini_cli", total - cached, cached, answered))
                parts = {"input": total - cached, "cached_input": cached, "output": answered}
                listed = list_price(view.company, "google", turn.model, parts, day)
                if listed is not None:
                    department = view.people.department_of(number, day)
                    costs.append(Cost(day, department, "gemini_cli", "metered_list", listed))
        for account, found in prompts.items():
            usage.sessions.extend(sessions_of(account, found, view.reference))
        return VendorTruth({"gemini_cli": usage}, tokens, costs)

    def configuration(self, backstage: Backstage) -> Mapping[str, str]:
        """See ``DemoVendor``."""
        return {"bucket_url": str(backstage.folders["otel"])}

    def write_files(self, backstage: Backstage, folder: Path) -> None:
        """A file for each day on which the collector received something; older ones are packed."""
        company, now = backstage.company, backstage.clock.now()
        received: dict[date, list[Turn]] = defaultdict(list)
        for turn in _sent(company.activity(self), company.profile.days(), now):
            received[turn.sent_at.date()].append(turn)
        for day, turns in received.items():
            lines = [json.dumps(_batch(turn)) for turn in turns]
            lines += lines[:3]  # sent again
            lines += [json.dumps(_metric(turns[0])), json.dumps(_claude(turns[0]))]
            text = "".join(f"{line}\n" for line in lines).encode()
            body = backstage.faults.on_file(f"otel/{day}.jsonl", text)
            if day < now.date() - timedelta(7):
                (folder / f"{day}.jsonl.gz").write_bytes(gzip.compress(body, mtime=0))
            else:
                (folder / f"{day}.jsonl").write_bytes(body)


def _turns(day: date, users: Sequence[Traits], rng: Random) -> Iterator[Turn]:
    for user in users:
        if rng.random() >= user.chance_on(day) or user.person is None:
            continue
        address = user.person.email_on(day)
        at = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(
            seconds=rng.randint(7 * 3600, 16 * 3600)
        )
        is_late = rng.random() < 0.05
        for number in range(1 + min(8, int(rng.expovariate(0.4)))):
            requests = tuple(_request(rng) for _ in range(rng.randint(1, 3)))
            yield Turn(
                account=address,
                at=at,
                sent_at=at + (LATE if is_late else timedelta(seconds=20)),
                session=f"gs-{day}-{user.seat.account}-{number // 4}",
                chars=rng.randint(8, 420),
                is_measured=rng.random() < 0.9,
                model=MODELS[rng.random() < 0.3],
                requests=requests,
            )
            at += timedelta(minutes=30) if rng.random() < 0.05 else timedelta(seconds=rng.randint(40, 2600))
            if at.date() != day:
                break


def _request(rng: Random) -> tuple[int, int, int]:
    total = rng.randint(500, 20_000)
    return total, rng.randint(0, total), rng.randint(20, 900)


def _sent(turns: Days[Turn], days: Iterable[date], now: datetime) -> Iterator[Turn]:
    """What the collector has by then."""
    for day in days:
        if day <= now.date():
            yield from (turn for turn in turns.on(day) if turn.sent_at <= now)


# OTLP ----------------------------------------------------------------------------------------------


def _attributes(values: Mapping[str, object]) -> list[Event]:
    """Integers as text, as the encoding wants it."""
    return [
        {"key": key, "value": {"intValue" if isinstance(value, int) else "stringValue": str(value)}}
        for key, value in values.items()
    ]


def _nanoseconds(at: datetime) -> str:
    return f"{int(at.timestamp() * 1_000_000)}000"


def _logs(service: str, events: Sequence[tuple[datetime, Mapping[str, object]]], sent_at: datetime) -> Event:
    records = [
        {
            "timeUnixNano": _nanoseconds(at),
            "observedTimeUnixNano": _nanoseconds(sent_at),
            "body": {"stringValue": "An event."},
            "attributes": _attributes(values),
        }
        for at, values in events
    ]
    scope = {"scope": {"name": service}, "logRecords": records}
    resource = {"attributes": _attributes({"service.name": service, "host.name": "laptop-of-somebody"})}
    return {"resourceLogs": [{"resource": resource, "scopeLogs": [scope]}]}


def _batch(turn: Turn) -> Event:
    """A turn of Gemini CLI, which sends the prompt's text by default, and tells each request twice."""
    common = {"session.id": turn.session, "installation.id": f"inst-{turn.account}", "user.email": turn.account}
    length = {"prompt_length": turn.chars} if turn.is_measured else {}
    prompt = {"event.name": "gemini_cli.user_prompt", **length, "prompt": "p" * turn.chars}
    events: list[tuple[datetime, Mapping[str, object]]] = [(turn.at, common | prompt)]
    for number, (total, cached, answered) in enumerate(turn.requests):
        at = turn.at + timedelta(seconds=2 + number)
        counted = {
            "event.name": "gemini_cli.api_response",
            "model": turn.model,
            "input_token_count": total,
            "cached_content_token_count": cached,
            "output_token_count": answered,
            "thoughts_token_count": 0,
            "total_token_count": total + answered,
        }
        again = {
            "event.name": "gen_ai.client.inference.operation.details",
            "gen_ai.request.model": turn.model,
            "gen_ai.usage.input_tokens": total,
            "gen_ai.usage.output_tokens": answered,
        }
        events += [(at, common | counted), (at, common | again)]
    return _logs("gemini-cli", events, turn.sent_at)


def _metric(turn: Turn) -> Event:
    """The same tokens once more, as a metric: an account with requests on the day has them already."""
    point = {
        "attributes": _attributes({"user.email": turn.account, "type": "output", "model": turn.model}),
        "startTimeUnixNano": _nanoseconds(turn.at),
        "timeUnixNano": _nanoseconds(turn.at + timedelta(seconds=30)),
        "asInt": str(sum(answered for _, _, answered in turn.requests)),
    }
    counted = {"aggregationTemporality": 2, "isMonotonic": True, "dataPoints": [point]}
    metric = {"name": "gemini_cli.token.usage", "sum": counted}
    scope = {"scope": {"name": "gemini-cli"}, "metrics": [metric]}
    resource = {"attributes": _attributes({"service.name": "gemini-cli"})}
    return {"resourceMetrics": [{"resource": resource, "scopeMetrics": [scope]}]}


def _claude(turn: Turn) -> Event:
    """A request of Claude Code on the build machine, whose tokens and cost its vendor tells."""
    values = {
        "event.name": "api_request",
        "session.id": f"cc-{turn.session}",
        "user.id": "build-machine-7",
        "model": "claude-haiku-4-5",
        "input_tokens": 400,
        "output_tokens": 60,
        "cost_usd_micros": 700,
    }
    return _logs("claude-code", [(turn.at, values)], turn.sent_at)


VENDOR = OtelVendor()
