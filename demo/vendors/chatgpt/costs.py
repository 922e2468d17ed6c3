"""COSTS rows of one day: ChatGPT and Codex tokens and credits by user and hour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random

from demo.company.catalog import Timeline
from demo.company.traits import Traits
from demo.vendors.chatgpt.model import BillingLine, CostEvent, TokenCounts

CREDIT_USD = Decimal("0.04")
_CENT = Decimal("0.0001")
CREDITS_PER_1K: dict[str, tuple[Decimal, Decimal, Decimal]] = {
    "gpt-5.5": (Decimal("0.25"), Decimal("0.025"), Decimal("1.5")),
    "gpt-5.2": (Decimal("0.09"), Decimal("0.009"), Decimal("0.7")),
    "gpt-5.2-codex": (Decimal("0.09"), Decimal("0.009"), Decimal("0.7")),
    "gpt-5-mini": (Decimal("0.0125"), Decimal("0.0013"), Decimal("0.1")),
}
"""The vendor's credits for a thousand (input, cached input, output) tokens."""
RUNAWAY_FACTOR = 24


class CostDay:
    """Makes the COSTS events of one day's usage."""

    def __init__(
        self, day: date, line: Timeline, rng: Random, runaway_team: frozenset[int], emails: dict[str, str]
    ) -> None:
        self._day = day
        self._rng = rng
        self._team = runaway_team
        self._emails = emails
        self._has_new_model = day >= line.model_launch
        self._is_runaway = day >= line.runaway_from
        self._events: list[CostEvent] = []

    def events(self, users: Sequence[Traits]) -> list[CostEvent]:
        """All events, in order of delivery."""
        rng = self._rng
        for user in users:
            chance = user.chance_on(self._day)
            if not chance:
                continue
            if rng.random() < chance * 0.62:
                self._chat(user)
                if user.is_power:
                    self._chat(user)
            if self._uses_codex(user) and rng.random() < 0.75 * min(1.0, chance * 1.4):
                for _ in range(rng.choices((1, 2, 3), (5, 3, 2))[0]):
                    self._codex(user)
        self._nobody()
        self._events.sort(key=lambda event: event.delivered_at)
        return self._events

    def _uses_codex(self, user: Traits) -> bool:
        if user.person is None or user.habits_on(self._day).parent != "Technology":
            return False
        return user.number % 5 < 2 or user.number in self._team

    # Rows --------------------------------------------------------------------------------------

    def _chat(self, user: Traits) -> None:
        rng = self._rng
        model = "gpt-5-mini" if rng.random() < 0.3 else "gpt-5.5" if self._newer() else "gpt-5.2"
        counts = rng.randint(300, 7000), rng.randint(0, 5) * 4096, rng.randint(150, 3500)
        if rng.random() < 0.2:
            tokens, product = TokenCounts(text_total=sum(counts)), "Work"
        else:
            tokens, product = TokenCounts(counts[0], counts[1], counts[2]), "chatgpt"
            if rng.random() < 0.03:
                images, speech = rng.randint(200, 1500), rng.randint(50, 900)
                tokens = replace(tokens, image_input=images, audio_output=speech)
        self._add(user, product, "chatgpt", rng.choice(("web", "desktop", "mobile")), model, tokens, counts)

    def _codex(self, user: Traits) -> None:
        rng = self._rng
        factor = RUNAWAY_FACTOR if self._is_runaway and user.number in self._team else 1
        counts = (
            rng.randint(8_000, 90_000) * factor,
            rng.randint(5, 80) * 8192 * factor,
            rng.randint(800, 14_000) * factor,
        )
        model = "gpt-5.5" if self._newer() else "gpt-5.2-codex"
        client = rng.choice(("cli", "ide", "web"))
        self._add(user, "codex", "codex", client, model, TokenCounts(*counts), counts)

    def _newer(self) -> bool:
        return self._has_new_model and self._rng.random() < 0.7

    def _nobody(self) -> None:
        """A workspace agent on workdays, and now and then a row without any identity."""
        rng = self._rng
        counts = rng.randint(2000, 20_000), 0, rng.randint(500, 5000)
        if self._day.weekday() < 5:
            self._row(None, None, "agent-5f3c9a10", "chatgpt", "chatgpt", "api", "gpt-5-mini",
                      TokenCounts(counts[0], None, counts[2]), counts, True)  # fmt: skip
        if rng.random() < 0.3:
            self._row(None, None, None, "chatgpt", "chatgpt", "web", "gpt-5-mini",
                      TokenCounts(counts[0], 0, counts[2]), counts, False)  # fmt: skip

    def _add(
        self, user: Traits, product: str, surface: str, client: str, model: str, tokens: TokenCounts,
        counts: tuple[int, int, int],
    ) -> None:  # fmt: skip
        account: str | None = user.seat.account
        if user.person is None:
            email = self._emails[user.seat.account]
        else:
            email = user.person.chatgpt_email_on(self._day)
            account = None if user.number % 29 == 0 else account
        has_estimate = user.number % 5 < 3
        self._row(account, email, None, product, surface, client, model, tokens, counts, has_estimate)

    def _row(
        self, account: str | None, email: str | None, agent: str | None, product: str, surface: str,
        client: str, model: str, tokens: TokenCounts, counts: tuple[int, int, int], has_estimate: bool,
    ) -> None:  # fmt: skip
        rng = self._rng
        hour = min(23, max(0, int(rng.triangular(6, 20, 11))))
        end = datetime(self._day.year, self._day.month, self._day.day, hour, tzinfo=UTC) + timedelta(hours=1)
        delivered = end + timedelta(minutes=rng.randint(180, 300))
        if rng.random() < 0.003:
            delivered = (end + timedelta(days=rng.randint(1, 3))).replace(hour=12)
        billing = () if rng.random() < 0.02 else _billing(product, model, tokens, counts, has_estimate)
        event = CostEvent(
            f"cost-{rng.getrandbits(112):028x}", self._day, hour, account, email, agent,
            (("grp-everyone", "Everyone"),), product, surface, client, model, "default",
            rng.choice(("low", "medium", "high")), tokens, billing, delivered,
        )  # fmt: skip
        self._events.append(event)
        if rng.random() < 0.004:
            self._events.append(replace(event, delivered_at=delivered + timedelta(minutes=20)))


def _billing(
    product: str, model: str, tokens: TokenCounts, counts: tuple[int, int, int], has_estimate: bool
) -> tuple[BillingLine, ...]:
    """One line for each bucket with tokens, or a single one where only totals are given."""
    pairs = zip(counts, CREDITS_PER_1K[model], strict=True)
    credits = [(Decimal(count) * rate / 1000).quantize(_CENT) for count, rate in pairs]
    if tokens.text_total is not None:
        return (_line(f"{product}.{model}", sum(counts), sum(credits, Decimal(0)), has_estimate),)
    names = ("input", "cached_input", "output")
    return tuple(
        _line(f"{product}.{model}.{name}", count, credit, has_estimate)
        for name, count, credit in zip(names, counts, credits, strict=True)
        if count
    )


def _line(sku: str, quantity: int, credits: Decimal, has_estimate: bool) -> BillingLine:
    estimate = (credits * CREDIT_USD).quantize(Decimal("0.000001")) if has_estimate else None
    return BillingLine(sku, Decimal(quantity), "tokens", credits, "CREDITS", estimate)
