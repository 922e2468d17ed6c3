"""Who holds a Copilot licence: the tenant's SKUs, and the directory with licences."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from ingestion.identity import Pair
from ingestion.sources.m365_copilot import records
from ingestion.sources.m365_copilot.records import CopilotSku
from ingestion.streams.load import Answer


@dataclass(slots=True)
class Directory:
    """What one load knows of licences.

    Attributes:
        skus: SKUs that count as Copilot, by id in lower case; those of the tenant come with their plans.
        licensed: object ids of those who hold Copilot today.
        held_before: of those who held it in a saved answer of the past.
    """

    skus: dict[str, CopilotSku]
    licensed: dict[str, None] = field(default_factory=dict)
    held_before: dict[str, None] = field(default_factory=dict)

    @classmethod
    def of(cls, settings: Any) -> Directory:
        """Before anything was read: the configured SKUs."""
        return cls({sku.strip().lower(): CopilotSku() for sku in settings.copilot_sku_ids})

    def people(self) -> list[str]:
        """Whose histories are read: the licensed, then those of the past, because a first load reaches there.

        Empty without today's answer (a back-fill): then the caller asks who holds a licence.
        """
        return list(self.licensed | self.held_before) if self.licensed else []

    def holders_among(self, users: Iterable[records.DirectoryUser]) -> list[str]:
        """Object ids of the users with a licence."""
        found = records.holders(users, self.skus)
        return [holder.user.object_id for holder in found if holder.has_license]


def skus(answer: Answer) -> list[records.SkuRow]:
    """SKUs of the tenant, each once. Those with Copilot plans count as Copilot from now on."""
    copilot: dict[str, CopilotSku] = answer.load.shared.skus
    found = {sku.sku_id.strip().lower(): sku for sku in answer.records}
    copilot.update(
        (sku_id, sku.as_copilot) for sku_id, sku in found.items() if sku.copilot_plans or sku_id in copilot
    )
    rows = [records.SkuRow(sku, sku_id in copilot) for sku_id, sku in found.items()]
    if not any(row.is_copilot for row in rows):
        answer.load.run.progress("no subscribed SKU is known as Copilot: set copilot_sku_ids")
    return rows


def holders(answer: Answer) -> list[records.Holder]:
    """Users, each once, with their licence; who holds one is remembered for the interactions."""
    directory: Directory = answer.load.shared
    found = records.holders(answer.records, directory.skus)
    is_today = answer.day == answer.load.run.clock.today
    known = directory.licensed if is_today else directory.held_before
    known.update((holder.user.object_id, None) for holder in found if holder.has_license)
    return found


def addresses(answer: Answer) -> Iterator[Pair]:
    """Users with their principal names and addresses."""
    day: dt.date = answer.day or answer.load.run.clock.today
    return ((u.object_id, name, day) for u in answer.records for name in (u.user_principal_name, u.mail))


def employee_ids(answer: Answer) -> Iterator[Pair]:
    """Users with their employee ids."""
    day: dt.date = answer.day or answer.load.run.clock.today
    return ((user.object_id, (user.employee_id or "").strip(), day) for user in answer.records)
