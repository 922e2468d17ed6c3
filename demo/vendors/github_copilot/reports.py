"""What happens in GitHub Copilot: the user-day report of one day with its versions, and its billing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from random import Random

from demo.company.catalog import Timeline
from demo.company.days import Days
from demo.company.traits import Traits
from demo.vendor import Accounts, Ground
from demo.vendors.github_copilot.model import (
    CliUsage,
    CopilotBilling,
    CopilotDay,
    CopilotReport,
    FeatureCounts,
)

CREDITS_START = date(2026, 6, 19)
"""First day on which GitHub tells AI credits by user (and from which the demo is billed by credit)."""
CREDIT_USD = Decimal("0.01")
INCLUDED_SHARE = Decimal("0.4")
"""Part of the credits that the plan includes."""


@dataclass(frozen=True)
class CopilotActivity:
    """Events of the enterprise.

    Attributes:
        versions: every version of the day's report, oldest first.
        billing: AI-credit billing items of the UTC day.
    """

    versions: Days[CopilotReport] = field(default_factory=lambda: Days.of({}))
    billing: Days[CopilotBilling] = field(default_factory=lambda: Days.of({}))

    def report(self, day: date, seen_at: datetime) -> CopilotReport | None:
        """The newest version of a report day that exists at ``seen_at``; None = not yet processed."""
        versions = [v for v in self.versions.on(day) if v.visible_from <= seen_at]
        return versions[-1] if versions else None


def make_activity(ground: Ground, accounts: Accounts) -> CopilotActivity:
    """Reports made on demand from the seed and the day."""
    logins = {account.account: account.login or "" for account in accounts.services}
    users = accounts.users["github_copilot"]
    reports = CopilotReports(ground, logins)
    return CopilotActivity(
        ground.days(lambda day: reports.versions(day, users)),
        ground.days(lambda day: reports.billing(day, users)),
    )


def restated_days(line: Timeline) -> dict[date, str]:
    """Report days that the vendor corrects in the night after the run: day → 'changed' | 'emptied'.

    The emptied one is the last weekend day whose report is already out.
    """
    day = line.as_of_day
    found = {day - timedelta(5): "changed", day - timedelta(6): "changed"}
    weekend = next(d for n in range(2, 9) if (d := day - timedelta(n)).weekday() >= 5)
    return {**found, weekend: "emptied"}


class CopilotReports:
    """Makes the reports of a day; deterministic, so that billing and report agree."""

    def __init__(self, ground: Ground, logins: dict[str, str]) -> None:
        self._logins = logins
        self._ground = ground
        self._line = ground.line
        self._restated = restated_days(self._line)
        early = self._line.as_of_day - timedelta(25)
        self._emptied_early = next(d for n in range(8) if (d := early - timedelta(n)).weekday() == 5)

    def versions(self, day: date, users: Sequence[Traits]) -> list[CopilotReport]:
        """Every version of the day's report, oldest first; the first is out two days after the day."""
        records = self._records(day, users)
        first, final = _at(day, 2, 0, 40), _at(day, 3, 6, 0)
        if day == self._emptied_early:
            return [CopilotReport(day, first, records), CopilotReport(day, final, ())]
        found = [CopilotReport(day, first, records)]
        if day.toordinal() % 9 == 4:
            early = tuple(_fewer(r) for r in records[: max(0, len(records) - 3)])
            found = [CopilotReport(day, first, early), CopilotReport(day, final, records)]
        kind = self._restated.get(day)
        if kind:
            night = datetime.combine(self._line.as_of_day + timedelta(1), time(1), UTC)
            changed = () if kind == "emptied" else tuple(_more(r) for r in records)
            found.append(CopilotReport(day, night, changed))
        return found

    def billing(self, day: date, users: Sequence[Traits]) -> list[CopilotBilling]:
        """The day's credits in money, by model; not corrected when the report is."""
        credits = sum((r.ai_credits or Decimal(0) for r in self._records(day, users)), Decimal(0))
        if not credits:
            return []
        major = (credits * Decimal("0.7")).quantize(Decimal("0.01"))
        return [_bill(day, "GPT-5.5", major), _bill(day, "Claude Sonnet 4.6", credits - major)]

    def _records(self, day: date, users: Sequence[Traits]) -> tuple[CopilotDay, ...]:
        rng = self._ground.random("copilot", day)
        found = []
        for user in users:
            chance = user.chance_on(day)
            if chance and rng.random() < chance:
                person, account = user.person, user.seat.account
                login = (person.login_on(day) if person else None) or self._logins[account]
                found.append(_record(user, login, day, rng, day >= self._line.model_launch))
        return tuple(found)


def _style(kind: float) -> str:
    """How the person works: only completions, also on the command line, or hardly seen by the report."""
    for limit, style in ((0.10, "completions"), (0.35, "cli"), (0.42, "passive"), (0.45, "telemetry")):
        if kind < limit:
            return style
    return "mixed"


def _at(day: date, days: int, hour: int, minute: int) -> datetime:
    return datetime.combine(day + timedelta(days), time(hour, minute), UTC)


def _bill(day: date, model: str, credits: Decimal) -> CopilotBilling:
    included = (credits * INCLUDED_SHARE).quantize(Decimal("0.01"), ROUND_HALF_EVEN)
    price = CREDIT_USD
    return CopilotBilling(
        day, "Copilot", "Copilot AI Credits", model, "ai-credits", price, credits, credits * price,
        included, included * price, credits - included, (credits - included) * price,
    )  # fmt: skip


def _record(user: Traits, login: str, day: date, rng: Random, has_new_model: bool) -> CopilotDay:
    blank = CopilotDay(int(user.seat.account), login, day, 0, 0, 0, 0, 0, 0, 0)
    style = _style(user.kind)
    if style == "passive":
        return replace(blank, used_code_review_passive=True, generations=rng.randint(0, 4), ide=None)
    if style == "telemetry":
        used = rng.randint(1, 6)
        return replace(blank, interactions=used, used_chat=True, ide=None)
    features = [_completions(rng)]
    if style != "completions":
        features += [_ask(rng), _agent(rng), _agent_edit(rng)]
    features = [f for f in features if f.interactions + f.generations + f.lines_added]
    record = _totals(blank, features)
    if style == "completions":
        return replace(record, language=rng.choice(("python", "go", "unknown")))
    models = tuple(f for f in features if f.feature != "code_completion" and f.interactions)
    record = replace(
        record,
        used_chat=any(f.feature == "chat_panel_ask_mode" for f in features),
        used_agent=any(f.feature.startswith("agent") for f in features),
        used_code_review_active=rng.random() < 0.10,
        used_code_review_passive=rng.random() < 0.30,
        model_features=tuple(_model_of(f, has_new_model, rng) for f in models),
        agent_starts=rng.randint(1, 2) if rng.random() < 0.04 else 0,
    )
    if style == "cli":
        record = replace(record, used_cli=True, cli=_cli(rng))
    return replace(record, used_coding_agent=record.agent_starts > 0, ai_credits=_credits(record, day, rng))


def _credits(record: CopilotDay, day: date, rng: Random) -> Decimal | None:
    if day < CREDITS_START:
        return None
    used = record.interactions * rng.randint(40, 240) + (record.cli.requests * 90 if record.cli else 0)
    return Decimal(used) / 100


def _completions(rng: Random) -> FeatureCounts:
    shown = rng.randint(4, 70)
    taken = int(shown * rng.uniform(0.15, 0.45))
    return FeatureCounts("code_completion", None, 0, shown, taken, shown * 2, 0, taken * 2, 0)


def _ask(rng: Random) -> FeatureCounts:
    asked = rng.randint(0, 9)
    shown = int(asked * rng.uniform(0.5, 2))
    return FeatureCounts("chat_panel_ask_mode", None, asked, shown, shown // 4, shown * 5, 0, shown * 2, 0)


def _agent(rng: Random) -> FeatureCounts:
    asked = rng.randint(0, 12) if rng.random() < 0.6 else 0
    return FeatureCounts("chat_panel_agent_mode", None, asked, asked, 0, asked * 9, asked, 0, 0)


def _agent_edit(rng: Random) -> FeatureCounts:
    lines = rng.randint(1, 160) if rng.random() < 0.4 else 0
    return FeatureCounts("agent_edit", None, 0, 0, 0, 0, 0, lines, lines // 3)


def _model_of(feature: FeatureCounts, has_new_model: bool, rng: Random) -> FeatureCounts:
    models = ("gpt-5.2", "claude-sonnet-4.6", "Unknown", "gpt-5.5")
    weights = (2, 3, 1, 6) if has_new_model else (6, 3, 1, 0)
    return replace(feature, model=rng.choices(models, weights)[0])


def _cli(rng: Random) -> CliUsage:
    prompts = rng.randint(0, 9)
    requests = prompts * rng.randint(1, 4)
    return CliUsage(1 + prompts // 4, requests, prompts, requests * rng.randint(900, 4200), requests * 640)


def _totals(blank: CopilotDay, features: Sequence[FeatureCounts]) -> CopilotDay:
    return replace(
        blank,
        interactions=sum(f.interactions for f in features),
        generations=sum(f.generations for f in features),
        acceptances=sum(f.acceptances for f in features),
        lines_suggested_to_add=sum(f.lines_suggested_to_add for f in features),
        lines_suggested_to_delete=sum(f.lines_suggested_to_delete for f in features),
        lines_added=sum(f.lines_added for f in features),
        lines_deleted=sum(f.lines_deleted for f in features),
        features=tuple(features),
    )


def _fewer(record: CopilotDay) -> CopilotDay:
    """The record as an early report shows it: half of the acceptances is missing."""
    features = [replace(f, acceptances=f.acceptances // 2) for f in record.features]
    return _totals(record, features) if features else record


def _more(record: CopilotDay) -> CopilotDay:
    """The record after a correction that found more prompts, for every third person with breakdowns."""
    if record.user_id % 3 or not record.features:
        return record
    found = FeatureCounts("chat_panel_edit_mode", None, 2, 1, 1, 6, 0, 4, 0)
    corrected = _totals(record, [*record.features, found])
    models = (*record.model_features, replace(found, model="gpt-5.2"))
    return replace(corrected, used_chat=True, model_features=models)
