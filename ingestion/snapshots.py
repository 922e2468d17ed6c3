"""Snapshot resources: current state, taken once a night, with a past from the archive folder."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from ingestion.archive import ArchivedAnswer, archived_answers
from ingestion.privacy.contract import TableContract
from ingestion.source import SourceRun
from ingestion.source_types import FetchWindow
from ingestion.vendor_json import loads
from runtime.counting import counted
from runtime.errors import AnswerError, SourceError

T = TypeVar("T")


def snapshots(
    run: SourceRun,
    contract: TableContract,
    *,
    live: Callable[[], T] | None,
    saved: Callable[[ArchivedAnswer], T],
    scope: str = "main",
    window: FetchWindow | None = None,
) -> Iterator[tuple[dt.date, T]]:
    """Each day of the resource that is still to be loaded: saved answers of the past, then today's.

    A saved answer that cannot be read is named in the progress and its day stays missing: the other days and
    resources do not wait for somebody to mend a file.

    A list that comes empty after one with rows says nothing: nobody is taken for gone on its word.

    `live` asks the vendor (None: only the archive is read); `saved` decodes an archived answer.
    `window` is for answers whose rows speak of another day than the one they were taken on: the caller records
    the answer's own day with `run.window_fetched`, so that it is not read again.
    """
    clock = run.clock
    recorded_as = window.name if window else contract.name
    for day, answer in sorted(archived_answers(run.settings.archive_dir, run.archive, contract.name).items()):
        wanted = clock.since is not None and clock.since <= day <= (clock.until or clock.today)
        if day < clock.today and (wanted or not run.loaded.is_loaded(recorded_as, run.tenant, scope, day)):
            run.progress(f"{contract.name} of {day} from the archive")
            before = run.gate.tally(contract.name)
            try:
                rows = saved(answer)
            except SourceError as fault:
                run.progress(
                    f"WARNING: {answer.path.name}: {fault.message} Its day stays missing. {fault.remedy}"
                )
                run.gate.reject(
                    contract.name, "a saved answer is unreadable", answer.path.name.encode(), 0, is_kept=True
                )
                continue
            yield day, rows
            if run.gate.breaks_limit(contract.name, before):
                run.progress(
                    f"WARNING: {answer.path.name}: too many rows break the contract. Its day stays missing."
                )
                run.gate.set_aside(contract.name, before)
                run.leave_out(recorded_as, day)
    if live is not None and (clock.until is None or clock.until >= clock.today):
        run.progress(f"{contract.name} of today")
        current = live()
        yesterday = clock.today - dt.timedelta(days=1)
        last = run.loaded.last_rows(recorded_as, run.tenant, scope, yesterday)
        if isinstance(current, list) and not current and last is not None and last[1]:
            run.progress(
                f"WARNING: {contract.name} came empty after {counted(last[1], 'row')}; the day stays missing."
            )
            return
        yield clock.today, current


def saved_rows(answer: ArchivedAnswer, data_key: str) -> list[dict[str, Any]]:
    """Rows of a saved JSON answer: one page with `data_key`, a list of such pages, or the bare list.

    Raises:
        AnswerError: the file is not JSON of one of these forms.
    """
    try:
        content = loads(answer.read())
    except ValueError:
        content = None
    pages = content if isinstance(content, list) else [content]
    if pages and all(isinstance(page, dict) and isinstance(page.get(data_key), list) for page in pages):
        return [row for page in pages for row in page[data_key]]
    if isinstance(content, list) and all(isinstance(row, dict) and data_key not in row for row in content):
        return content
    raise AnswerError(f"Archive file {answer.path.name} has no list `{data_key}`.", "Save the answer again.")


def all_rows(pages: Iterable[list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """The rows of all pages."""
    return [row for page in pages for row in page]
