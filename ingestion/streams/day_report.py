"""One answer per day, which replaces that day in one or several tables."""

from __future__ import annotations

import datetime as dt
from abc import abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from ingestion.doctor import probe
from ingestion.privacy.wire import WireRecord
from ingestion.source_types import Batch, Finding
from ingestion.streams.bounds import Bounds
from ingestion.streams.listing import Listing, Params, route
from ingestion.streams.load import Answer, Load
from ingestion.streams.replacing import Clean, cleaned, days_to_ask, had_rows, is_final, not_ready, replaced
from ingestion.streams.stream import Stream, Table, every_record
from runtime.errors import AccessError, AnswerError, BadRequestError, MissingError, NoContentError, SourceError


class DayAnswer(Protocol):
    """How the answer of a day is read."""

    @property
    def path(self) -> str | Callable[[Any], str]:
        """Route, see :class:`Listing`."""

    @abstractmethod
    def of_day(
        self, load: Load, day: dt.date, params: Params, record: type[WireRecord], table: str
    ) -> list[Any] | None:
        """The day's records; None while the vendor has no answer (204, 404, an empty body), not zero."""


@dataclass(frozen=True, kw_only=True)
class ListedDay(Listing):
    """The day's rows are the pages of a list.

    Attributes:
        refuses_early: the vendor answers 400 for a day that it does not have yet.
    """

    refuses_early: bool = False

    def of_day(
        self, load: Load, day: dt.date, params: Params, record: type[WireRecord], table: str
    ) -> list[Any] | None:
        """See :meth:`DayAnswer.of_day`."""
        gate = load.run.gate
        try:  # page by page, because a day as it was answered takes several times the memory of its records
            pages = [self.rows(load, params)] if self.restarts else self.pages(load, params)
            return [found for page in pages for found in gate.objects(record, table, page)]
        except (MissingError, NoContentError):
            return None
        except BadRequestError:
            if self.refuses_early:
                return None
            raise


@dataclass(frozen=True, kw_only=True)
class SignedDay:
    """The day's rows are JSON Lines in files behind signed links, which an answer lists.

    Attributes:
        links_key: top-level key of the list of links.
        day_key: top-level key of the day that the answer says it tells of.
    """

    path: str | Callable[[Any], str]
    links_key: str
    day_key: str | None = None

    def of_day(
        self, load: Load, day: dt.date, params: Params, record: type[WireRecord], table: str
    ) -> list[Any] | None:
        """See :meth:`DayAnswer.of_day`."""
        parts = self._parts(load, day, params)
        if parts is None:
            return None
        blocks = (block for part in parts for block in load.run.gate.json_lines(record, table, [part]))
        return [found for block in blocks for found in block]

    def _parts(self, load: Load, day: dt.date, params: Params) -> list[bytes] | None:
        """All files; when a link expired or a file broke off, the answer is asked for once more."""
        for last_try in (False, True):
            try:
                links = self._links(load, day, params)
                return None if links is None else [b"".join(load.client.download(link)) for link in links]
            except AccessError:
                raise
            except SourceError:
                if last_try:
                    raise
        raise AssertionError("unreachable")

    def _links(self, load: Load, day: dt.date, params: Params) -> list[str] | None:
        try:
            answer = load.client.get_json(route(self.path, load.settings), dict(params))
        except MissingError:
            return None
        if answer is None:
            return None
        links = answer.get(self.links_key)
        source = load.run.source
        if not isinstance(links, list) or not all(isinstance(link, str) for link in links):
            raise AnswerError(f"{source}: a report came without `{self.links_key}`.", "Nothing was replaced.")
        if self.day_key and answer.get(self.day_key) not in (None, day.isoformat()):
            raise AnswerError(f"{source}: the report of another day was answered.", "Nothing was replaced.")
        return links


@dataclass(frozen=True, kw_only=True)
class DayReport(Stream):
    """The days to fetch, one answer each.

    A day without an answer is pending and keeps what it has. An answer without rows is believed when no
    earlier one had rows, and (unless `believes_empty`) when the day must be final by now and every record
    could be read: nothing is deleted on the word of an answer that carries nothing.

    Attributes:
        called: what the progress calls an answer ("report of 2026-11-15").
        tables: the first one's horizon says which days are fetched.
        first_day: the day of the vendor's first report; earlier ones are not asked for.
        believes_empty: an answer without rows is believed also of a day that may still change.
        gives_up_after: days are asked newest first; when so many have no answer, earlier ones are not asked,
            because the credential may not see any. Only after some day's answer are days recorded as pending.
        remedy: what to do when a day that must be final has no report; empty where that is normal.
    """

    answer: DayAnswer
    bounds: Bounds
    record: type[WireRecord]
    tables: tuple[Table, ...]
    called: str = "report"
    clean: Clean = every_record
    first_day: Callable[[Any], dt.date] | None = None
    believes_empty: bool = False
    gives_up_after: int | None = None
    remedy: Callable[[Any], str] | None = None

    def batches(self, load: Load) -> Iterator[Batch]:
        """See :meth:`Stream.batches`."""
        days = self._days(load)
        waiting: list[dt.date] = []
        answered = 0
        for day in days:
            load.run.progress(f"{self.called} of {day}")
            answer, is_readable = self._read(load, day)
            if answer is None:
                waiting.append(day)
                if self.gives_up_after and not answered and len(waiting) == self.gives_up_after:
                    break
                continue
            answered += 1
            if answer.rows or self._believes(load, day, is_readable):
                yield from replaced(self, self.tables, answer, day)
            elif not self.believes_empty:
                waiting.append(day)
        self._tell_of(load, waiting, len(days), has_answers=answered > 0)

    def check(self, load: Load) -> Iterator[Finding]:
        """Whether a day that must be final by now is answered."""
        day = load.run.clock.today - dt.timedelta(days=self.tables[0].contract.horizon.finality + 1)
        path, params = route(self.answer.path, load.settings), self.bounds(day, day)
        if self.remedy:
            yield self._check_there(load, path, params, day, self.remedy(load.settings))
        elif isinstance(self.answer, Listing):
            yield self.answer.probe(load, self.name, self.scope_for(load.settings), params)
        else:
            yield probe(load.client, path, params, self.name, self.scope_for(load.settings))

    def _check_there(self, load: Load, path: str, params: Params, day: dt.date, remedy: str) -> Finding:
        """No report of a final day is a finding, because the tables would stay empty."""
        try:
            answer = load.client.get_json(path, dict(params))
        except (AccessError, MissingError) as error:
            return Finding(self.name, False, error.message, remedy)
        except SourceError as error:
            return Finding(self.name, False, error.message, error.remedy)
        if answer is None:
            return Finding(self.name, False, f"no {self.called} of {day}", remedy)
        return Finding(self.name, True, "readable")

    def _days(self, load: Load) -> list[dt.date]:
        days = days_to_ask(load, self.tables[0], self.first_day)
        return days[::-1] if self.gives_up_after else days

    def _read(self, load: Load, day: dt.date) -> tuple[Answer | None, bool]:
        """The day's answer, and whether every record of it could be read."""
        name = self.tables[0].contract.name
        refused = load.run.gate.report.rejected(name)
        records = self.answer.of_day(load, day, self.bounds(day, day), self.record, name)
        if records is None:
            return None, True
        answer = cleaned(load, day, records, self.clean)
        return answer, load.run.gate.report.rejected(name) == refused

    def _believes(self, load: Load, day: dt.date, is_readable: bool) -> bool:
        if had_rows(load, self.tables[0], day):
            return False
        return self.believes_empty or (is_readable and is_final(load, self.tables[0], day))

    def _tell_of(self, load: Load, waiting: list[dt.date], asked: int, *, has_answers: bool) -> None:
        if self.gives_up_after:
            if waiting and not has_answers:
                load.run.progress(f"no {self.name} of the newest days, or the token may not see it")
                return
        elif waiting:
            load.run.progress(f"{len(waiting)} of {asked} days have no {self.called} yet")
        for day in waiting:
            not_ready(load, self.tables, day)
