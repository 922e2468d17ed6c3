"""What is asked of the tables of schema `ops`, and what is recorded in them."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterable
from dataclasses import asdict
from typing import Protocol

from ledger.actions import EVENT_LAYER, LifecycleAction
from ledger.days import History, LoadedDays
from ledger.former import finish_former_loads
from ledger.store import Store
from ledger.tombstone import Tombstone
from runtime.errors import ConfigurationError, KeyChangedError


class Key(Protocol):
    """What is recorded of the key that makes pseudonyms, so that no other one continues a deployment."""

    @property
    def epoch(self) -> int:
        """Number of the key; tokens begin with it."""

    def key_check(self) -> str:
        """A hash that only this key gives."""

    def canonical_version(self) -> str:
        """The rules by which identifiers are written before they are hashed."""


class Ledger(Store):
    """The records of one deployment."""

    def exists(self) -> bool:
        """Whether anything was ever loaded here."""
        return bool(self.rows("select epoch from {pseudonym_epoch}"))

    def ensure_deployment(self, key: Key, now: dt.datetime) -> None:
        """Make the tables and draw the salt on the first run; afterwards refuse another key.

        Tables and columns that a newer release declares are added to an older deployment.

        Raises:
            KeyChangedError: the stored key-check value or canonical version differs.
            ConfigurationError: the salt was lost.
        """
        finish_former_loads(self._environment)  # a first run that died may have drawn the salt already
        stored = self.rows("select key_check, canonical_version from {pseudonym_epoch}")
        if stored:
            check, version = stored[0]
            if check != key.key_check() or version != key.canonical_version():
                raise KeyChangedError(
                    "This warehouse was built with another pseudonymisation key or canonical version; "
                    "nothing was requested or written.",
                    "Restore the key that was used before, or rotate it as docs/privacy.md describes.",
                )
            if not self.rows("select salt from {person_key_salt}"):
                raise ConfigurationError(
                    "The salt in ops.person_key_salt is gone; without it nobody could be told apart.",
                    "Restore ops.person_key_salt from the backup (docs/deploy.md); nothing was requested.",
                )
            self.upgrade()
            return
        epoch = {
            "epoch": key.epoch,
            "key_check": key.key_check(),
            "canonical_version": key.canonical_version(),
            "created_at": now,
        }
        self.write({"pseudonym_epoch": [epoch], "person_key_salt": [{"salt": secrets.token_hex(32)}]})

    def tombstones(self) -> list[Tombstone]:
        """Identifiers of erased people."""
        rows = self.rows("select namespace, id_token, valid_from, valid_to from {tombstones}")
        return [Tombstone(*row) for row in rows]

    def bury(self, tombstones: Iterable[Tombstone], now: dt.datetime) -> None:
        """Remember identifiers of an erased person; from now on the gate drops them."""
        rows = [
            {
                "namespace": tombstone.namespace,
                "id_token": tombstone.token,
                "erased_at": now,
                "valid_from": tombstone.valid_from,
                "valid_to": tombstone.valid_to,
            }
            for tombstone in sorted(tombstones, key=lambda one: one.token)
        ]
        if rows:
            self.write({"tombstones": rows})

    def record_action(self, action: LifecycleAction) -> None:
        """The audit row of an erasure, retention or reopening: written before it starts and when it ended."""
        self.write({"lifecycle_actions": [asdict(action)]})

    def record_retention(
        self, days: dict[str, int], deleted_before: dict[str, dt.date], now: dt.datetime
    ) -> None:
        """What is enforced by layer: days kept, and the first day that is kept."""
        rows = [
            {"layer": layer, "days": kept, "deleted_before": deleted_before[layer], "enforced_at": now}
            for layer, kept in days.items()
        ]
        self.write({"retention_policy": rows})

    def events_deleted_before(self) -> dt.date | None:
        """The first day whose events are kept; None while nothing was ever deleted for its age."""
        rows = self.rows("select max(deleted_before) from {retention_policy} where layer = %s", EVENT_LAYER)
        return rows[0][0] if rows else None

    def oldest_loaded_day(self) -> dt.date | None:
        """The first day that any source has rows of."""
        rows = self.rows("select min(day) from {loaded_days} where status = 'ok'")
        return rows[0][0] if rows else None

    def destination_id(self) -> str | None:
        """The id that this warehouse shares with the data folder that loads into it; None before it has one."""
        rows = self.rows("select destination_id from {deployment} order by created_at limit 1")
        return str(rows[0][0]) if rows else None

    def name_destination(self, destination_id: str) -> None:
        """Store the id."""
        self.write({"deployment": [{"destination_id": destination_id, "created_at": dt.datetime.now(dt.UTC)}]})

    def connected_sources(self) -> set[str]:
        """Sources that some run found connected, whether or not anything came; empty before the first run."""
        return {name for (name,) in self.rows("select distinct source from {source_runs} where is_connected")}

    def loaded_days(self, source: str) -> LoadedDays:
        """The days that one source has fetched before."""
        return LoadedDays(
            self.rows(
                "select resource, tenant, scope, day, status, row_count from {loaded_days} where source = %s",
                source,
            )
        )

    def history(self, source: str, tenant: str) -> History:
        """What one account fetched and lost, for :func:`ingestion.gaps.changed_losses`."""
        history = History()
        for resource, day, status in self.rows(
            "select resource, day, status from {loaded_days} where source = %s and tenant = %s",
            source,
            tenant,
        ):
            days = history.pending if status == "pending" else history.fetched
            days[resource, tenant].add(day)
        nights = self.rows(
            "select min(r.as_of), min(case when s.status = 'ok' then r.as_of end) from {source_runs} as s "
            "inner join {runs} as r on s.run_id = r.run_id "
            "where s.source = %s and s.tenant = %s and s.is_connected",
            source,
            tenant,
        )
        if nights:
            history.connected_on, history.succeeded_on = (moment and moment.date() for moment in nights[0])
        history.lost = {
            (resource, tenant, day): state
            for resource, day, state in self.rows(
                "select resource, day, state from {lost_days} where source = %s and tenant = %s",
                source,
                tenant,
            )
        }
        return history

    def unknown_fields(self, source: str) -> set[tuple[str, str]]:
        """Resource and path of the fields of one source that were met before and that no contract knows."""
        query = "select resource, field_path from {unknown_fields} where source = %s"
        return {(resource, path) for resource, path in self.rows(query, source)}
