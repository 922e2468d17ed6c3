"""Erases a person: tombstones first, then every row, then the bytes.

The order is the guarantee. From the moment the tombstones stand, nothing of the person can land any more. What
is cut off after that is completed by asking again, because a sweep deletes whatever any tombstone names.
"""

from __future__ import annotations

import datetime as dt
import getpass
import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Literal

from dlt.pipeline.exceptions import PipelineStepFailed

from ingestion.lake import refuse_on_lake
from ingestion.privacy.canonical import canonical_email
from ingestion.privacy.pseudonym import (
    ENTRA_OBJECT,
    GITHUB_LOGIN,
    GITHUB_USER,
    HRIS_ID,
    PERSON_EMAIL,
    Pseudonymiser,
)
from ledger.actions import LifecycleAction
from ledger.ledger import Ledger
from ledger.tombstone import Tombstone
from lifecycle.erased import write_erased
from lifecycle.kinds import VENDOR_NAMESPACES, Kind
from lifecycle.layout import Contracts, RawTable, existing_tables, raw_tables
from lifecycle.person import identifiers_of, threads_of
from lifecycle.rewrite import rewrite_warehouse
from lifecycle.statistics import COUNTERS_STAY, forget_counters
from lifecycle.sweep import drop_staging, sweep
from runtime.clock import sortable_id
from runtime.environment import Environment
from runtime.errors import AiUsageError, ConfigurationError

Progress = Callable[[str], None]


_NAMESPACES = {
    Kind.EMAIL: PERSON_EMAIL,
    Kind.HRIS: HRIS_ID,
    **VENDOR_NAMESPACES,
    Kind.GITHUB: GITHUB_USER,
    Kind.GITHUB_LOGIN: GITHUB_LOGIN,
    Kind.ENTRA: ENTRA_OBJECT,
}
# Vendors compare these without regard to case, and sources bring them to lower case before hashing.
_CASELESS = frozenset({Kind.GITHUB_LOGIN, Kind.ENTRA})


class PendingLoadError(AiUsageError):
    """An interrupted load cannot be finished, so that rows of the person may still arrive from it."""


@dataclass(frozen=True, slots=True)
class Erasure:
    """What an erasure found, and did unless it is only planned.

    Attributes:
        state: `planned`, `erased`, `unknown` (nothing held, nothing done) or `nothing_left` (erased before).
        identifiers: how many identifiers of the person are known, by namespace.
        rows: rows of the person by table.
    """

    state: Literal["planned", "erased", "unknown", "nothing_left"]
    identifiers: dict[str, int] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)

    @property
    def total_rows(self) -> int:
        """Rows over all tables."""
        return sum(self.rows.values())


@dataclass(frozen=True, slots=True)
class Eraser:
    """Erases people from one deployment. The caller holds the run's lock.

    Attributes:
        contracts: contracts of every source's tables, by source.
    """

    environment: Environment
    pseudonymiser: Pseudonymiser
    contracts: Contracts
    progress: Progress = lambda _: None

    def plan(self, kind: Kind, written: str) -> Erasure:
        """What would go. Deletes nothing.

        Raises:
            ConfigurationError: the text is no identifier of that kind, nothing was ever loaded, or rows lie in
                a lake.
            KeyChangedError: the warehouse belongs to another key.
        """
        refuse_on_lake(self.environment, "erasing a person")
        ops = self._ops()
        known = ops.tombstones()
        people, is_known = self._people(known, self._entered(kind, written))
        buried = {tombstone.token for tombstone in known}
        with self.environment.session() as session:
            rows = sweep(session, self.environment, self._tables(), [*known, *people], dry_run=True)
        if all(tombstone.token in buried for tombstone in people) and not rows:
            state: Literal["planned", "unknown", "nothing_left"] = "nothing_left"
        else:
            state = "planned" if is_known or rows else "unknown"
        return Erasure(state, dict(Counter(person.namespace for person in people)), rows)

    def erase(self, kind: Kind, written: str, plan: Erasure) -> Erasure:
        """Do what `plan` says: audit row, tombstones, rows, bytes.

        Raises:
            PendingLoadError: an interrupted load cannot be finished; the tombstones hold already.
        """
        ops = self._ops()
        entered = self._entered(kind, written)
        now = _now()
        action = LifecycleAction(
            sortable_id(now),
            "erase",
            now,
            requested_by=getpass.getuser(),
            detail=json.dumps({"identifiers": plan.identifiers, "rows_planned": plan.rows}),
        )
        ops.record_action(action)
        self._bury(ops, entered)
        self.progress("finishing interrupted loads")
        self._drain()
        # what was pending may have shown further identifiers of the person
        tombstones = self._bury(ops, entered)
        self.progress("deleting rows")
        with self.environment.session() as session:
            rows = sweep(session, self.environment, self._tables(), tombstones)
            drop_staging(session, self._tables())
        self.progress("rewriting the warehouse")
        rewrite_warehouse(self.environment, self._tables())
        with self.environment.session() as session:
            if not forget_counters(session, self.environment, self._tables()):
                self.progress(COUNTERS_STAY)
        # dlt makes its working folders anew from what the warehouse says
        shutil.rmtree(self.environment.pipelines_dir)
        detail = json.dumps({"identifiers": plan.identifiers, "rows_deleted": rows})
        self._ops().record_action(replace(action, finished_at=_now(), detail=detail))
        return Erasure("erased", plan.identifiers, rows)

    def _ops(self) -> Ledger:
        """The deployment's records, after the key was checked."""
        ops = Ledger(self.environment)
        if not ops.exists():
            raise ConfigurationError(
                "Nothing was ever loaded here, so there is nobody to erase.",
                "Check --data-dir and --target; nothing was written.",
            )
        ops.ensure_deployment(self.pseudonymiser, _now())
        return ops

    def _bury(self, ops: Ledger, entered: Tombstone) -> list[Tombstone]:
        """Store the tombstones of everything known of the person; all tombstones there are."""
        known = ops.tombstones()
        people, _ = self._people(known, entered)
        buried = {tombstone.token for tombstone in known}
        new = [tombstone for tombstone in people if tombstone.token not in buried]
        ops.bury(new, _now())
        write_erased(self.environment.data_dir, self.pseudonymiser.key_check(), [*known, *new])
        return [*known, *new]

    def _people(self, known: Iterable[Tombstone], entered: Tombstone) -> tuple[list[Tombstone], bool]:
        """All identifiers and conversations of the person, and whether anything is known of them."""
        tables = self._tables()
        with self.environment.session() as session:
            present = existing_tables(session, tables)
            found = identifiers_of(session, self.environment, present, entered)
            threads = threads_of(session, present, found.values())
        buried = {tombstone.token for tombstone in known}
        return [*found.values(), *threads], len(found) > 1 or entered.token in buried

    def _tables(self) -> list[RawTable]:
        return raw_tables(self.environment, self.contracts)

    def _entered(self, kind: Kind, written: str) -> Tombstone:
        text = written.strip()
        if not text:
            raise ConfigurationError("No identifier was given.", "Write it on standard input, one line.")
        if kind is Kind.EMAIL:
            token = self.pseudonymiser.email_token(text)
            if canonical_email(text) is None:
                raise ConfigurationError(
                    "What was given is no e-mail address.", "Name the kind of identifier with --kind."
                )
        else:
            text = text.lower() if kind in _CASELESS else text
            token = self.pseudonymiser.token(_NAMESPACES[kind], text)
        return Tombstone(_NAMESPACES[kind], token)

    def _drain(self) -> None:
        """Load what interrupted loads left in dlt's working folders, so that it can be deleted."""
        for name in (f"raw_{source}" for source in self.contracts):
            pipeline = self.environment.pipeline(name, name)
            if not pipeline.has_pending_data:
                continue
            try:
                pipeline.normalize()
                pipeline.load()
            except PipelineStepFailed:
                raise PendingLoadError(
                    f"An interrupted load ({name}) cannot be finished, and may hold rows of the person. "
                    "The person is marked as erased already: nothing new of them can land.",
                    "Make `ai-usage run` work again, then run this command again; it goes on from here.",
                ) from None


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
