"""Each pattern against a small vendor: what is asked, what lands, what an answer without rows means."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from ingestion.paging import cursor_pages, numbered_pages
from ingestion.source_types import FetchWindow, Finding
from ingestion.streams.bounds import iso_day, iso_instants, ranges, unix_milliseconds, unix_seconds, utc_day
from ingestion.streams.bucketed_usage import BucketedUsage
from ingestion.streams.day_report import DayReport, ListedDay, SignedDay
from ingestion.streams.event_pages import EventPages
from ingestion.streams.listing import Listing
from ingestion.streams.log_files import LogFiles
from ingestion.streams.own import Own
from ingestion.streams.snapshot_list import SnapshotList
from ingestion.streams.stream import Table
from runtime.errors import (
    AccessError,
    AnswerError,
    BadRequestError,
    ConfigurationError,
    NoContentError,
    SourceError,
)
from tests.ingestion.sources.runs import TODAY, loaded_rows
from tests.ingestion.sources.vendor_stub import Asked, Reply, VendorStub, vendor_stub
from tests.ingestion.streams.vendor import (
    ADA,
    BEN,
    D1,
    D2,
    D3,
    EVENTS,
    HORIZON,
    MODELS,
    PEOPLE,
    USE,
    Event,
    Use,
    small_run,
    small_source,
    statuses,
    use,
)

CURSOR = partial(cursor_pages, "next_page", "page", has_more="has_more")
LAST_PAGE = {"has_more": False, "next_page": None}


@pytest.fixture
def vendor() -> Iterator[VendorStub]:
    with vendor_stub() as stub:
        yield stub


def millis(day: dt.date, hours: int = 12) -> str:
    """An instant of a day in milliseconds, as text."""
    moment = dt.datetime.combine(day, dt.time(hours), dt.UTC)
    return str(int(moment.timestamp()) * 1000)


def paged(*pages: list[Any]) -> Any:
    """Answers by the cursor that the vendor gave: `page` is the number of the next one."""

    def answer(asked: Asked) -> dict[str, Any]:
        number = int(asked.query.get("page", "0"))
        is_last = number == len(pages) - 1
        return {
            "data": pages[number],
            "has_more": not is_last,
            "next_page": None if is_last else f"{number + 1}",
        }

    return answer


# A list of the present


def people(**listing: Any) -> SnapshotList:
    return SnapshotList(
        name="people",
        scope="people.read",
        listing=Listing(
            path="/teams/{team}/people", data_key="data", paginator=CURSOR, page_size=("limit", 2), **listing
        ),
        record=Use,
        table=Table(PEOPLE),
    )


def test_a_list_is_read_page_by_page_and_replaces_today(vendor: VendorStub) -> None:
    vendor.routes["GET /teams/asterlane/people"] = paged([use(ADA, 1)], [use(BEN, 2)])
    source = small_source(people(params={"status": "any"}))
    run = small_run(source, vendor.url)
    assert [row["tokens"] for row in loaded_rows(source, run)["people"]] == [1, 2]
    assert statuses(run) == {("people", TODAY): "ok"}
    assert [asked.query for asked in vendor.asked] == [
        {"limit": "2", "status": "any"},
        {"limit": "2", "status": "any", "page": "1"},
    ]
    list(
        source.extract(small_run(source, vendor.url))
    )  # the first reading left nothing in the stream's parameters
    assert vendor.asked[2].query == {"limit": "2", "status": "any"}


def test_a_list_has_a_past_in_the_archive(vendor: VendorStub, tmp_path: Path) -> None:
    vendor.routes["GET /teams/asterlane/people"] = paged([use(ADA, 1)])
    folder = tmp_path / "small" / "people"
    folder.mkdir(parents=True)
    (folder / f"{D3}.json").write_text(json.dumps({"data": [use(BEN, 7)]}))
    source = small_source(people())
    run = small_run(source, vendor.url, archive_dir=str(tmp_path))
    loaded_rows(source, run)
    assert statuses(run) == {("people", D3): "ok", ("people", TODAY): "ok"}


@pytest.mark.parametrize(
    ("restarts", "status", "read"), [(True, 410, True), (False, 410, False), (True, 404, False)]
)
def test_a_void_page_token_begins_the_list_again_where_the_vendor_voids_them(
    vendor: VendorStub, restarts: bool, status: int, read: bool
) -> None:
    pages = paged([use(ADA, 1)], [use(BEN, 2)])
    seen: list[str | None] = []

    def answer(asked: Asked) -> Any:
        seen.append(asked.query.get("page"))
        return Reply({}, status) if seen == [None, "1"] else pages(asked)

    vendor.routes["GET /teams/asterlane/people"] = answer
    source = small_source(people(restarts=restarts))
    run = small_run(source, vendor.url)
    if read:
        assert len(loaded_rows(source, run)["people"]) == 2
    else:
        with pytest.raises(AnswerError, match=str(status)):
            loaded_rows(source, run)


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Reply({"people": []}), AnswerError),
        (Reply({"data": None}), AnswerError),
        (Reply({"data": {}}), AnswerError),
        (Reply(b'{"data": [{"email": "x'), AnswerError),
        (Reply(b"", 204), NoContentError),
        (Reply(b"<html>sign in</html>", headers={"Content-Type": "text/html"}), AnswerError),
        (Reply({}, 401), AccessError),
        (Reply({}, 403), AccessError),
    ],
)
def test_a_failed_answer_is_an_error_and_not_an_empty_list(
    vendor: VendorStub, reply: Reply, error: type[SourceError]
) -> None:
    vendor.routes["GET /teams/asterlane/people"] = reply
    source = small_source(people())
    with pytest.raises(error):
        loaded_rows(source, small_run(source, vendor.url))


def test_a_list_may_come_by_a_reading_post_with_numbered_pages(vendor: VendorStub) -> None:
    def answer(asked: Asked) -> dict[str, Any]:
        number = asked.sent.get("page", 1)
        return {"data": [use(ADA, number)], "pagination": {"hasNextPage": number < 3}}

    vendor.routes["POST /teams/spend"] = answer
    listing = Listing(
        path="/teams/spend",
        data_key="data",
        method="POST",
        page_size=("pageSize", 50),
        paginator=partial(numbered_pages, has_more="pagination.hasNextPage", body=True),
    )
    stream = SnapshotList(name="spend", scope="admin", listing=listing, record=Use, table=Table(PEOPLE))
    source = small_source(stream)
    assert [row["tokens"] for row in loaded_rows(source, small_run(source, vendor.url))["people"]] == [1, 2, 3]
    assert [asked.sent for asked in vendor.asked] == [{"page": n, "pageSize": 50} for n in (1, 2, 3)]
    assert [finding.ok for finding in source.check(small_run(source, vendor.url))] == [True]
    assert vendor.asked[-1].sent == {"pageSize": 1}


@pytest.mark.parametrize("has_end", [True, False])
def test_an_empty_page_is_not_the_end_of_numbered_pages(vendor: VendorStub, has_end: bool) -> None:
    def answer(asked: Asked) -> dict[str, Any]:
        number = int(asked.query["page"])
        rows = [use(ADA, number)] if has_end and number != 2 else []
        return {"data": rows, "more": not has_end or number < 3}

    vendor.routes["GET /list"] = answer
    listing = Listing(path="/list", data_key="data", paginator=partial(numbered_pages, has_more="more"))
    source = small_source(SnapshotList(name="list", scope="", listing=listing, record=Use, table=Table(PEOPLE)))
    if has_end:
        rows = loaded_rows(source, small_run(source, vendor.url))["people"]
        assert [row["tokens"] for row in rows] == [1, 3]
    else:
        with pytest.raises(AnswerError):
            loaded_rows(source, small_run(source, vendor.url))
        assert len(vendor.asked) == 4, "not for ever"


def test_an_answer_without_paging_is_the_only_page(vendor: VendorStub) -> None:
    vendor.routes["POST /teams/spend"] = {"data": [use(ADA, 1)]}
    listing = Listing(
        path="/teams/spend",
        data_key="data",
        method="POST",
        paginator=partial(numbered_pages, has_more="pagination.hasNextPage", body=True),
    )
    stream = SnapshotList(name="spend", scope="admin", listing=listing, record=Use, table=Table(PEOPLE))
    source = small_source(stream)
    assert len(loaded_rows(source, small_run(source, vendor.url))["people"]) == 1


# One answer per day


def report(**more: Any) -> DayReport:
    return DayReport(
        name="daily use",
        scope="use.read",
        answer=ListedDay(path="/use", data_key="data", paginator=CURSOR, page_size=("limit", 1000), **more),
        bounds=iso_day("starting_at"),
        record=Use,
        tables=(Table(USE), Table(MODELS, lambda rows: [row for row in rows if row.model])),
    )


def test_an_answer_replaces_its_day_in_every_table(vendor: VendorStub) -> None:
    vendor.routes["GET /use"] = paged([use(ADA, 1, model="m")], [use(BEN, 2)])
    source = small_source(report())
    run = small_run(source, vendor.url, days=(D3, D3))
    tables = loaded_rows(source, run)
    assert [row["tokens"] for row in tables["use_days"]] == [1, 2]
    assert [row["model"] for row in tables["model_days"]] == ["m"]
    assert {row["day"] for row in tables["use_days"]} == {D3}
    assert vendor.asked[0].query == {"limit": "1000", "starting_at": D3.isoformat()}


@pytest.mark.parametrize("reply", [Reply(b"", 204), Reply(b""), Reply({}, 404)], ids=["204", "no body", "404"])
def test_a_day_that_is_not_ready_is_pending_and_keeps_what_it_has(vendor: VendorStub, reply: Reply) -> None:
    vendor.routes["GET /use"] = reply
    source = small_source(report())
    run = small_run(source, vendor.url, days=(D3, D3))
    assert loaded_rows(source, run) == {}
    assert statuses(run) == {("use_days", D3): "pending", ("model_days", D3): "pending"}


@pytest.mark.parametrize("early", [True, False])
def test_a_vendor_may_refuse_a_day_that_is_too_recent(vendor: VendorStub, early: bool) -> None:
    vendor.routes["GET /use"] = Reply({"error": {"message": "newest day is another"}}, 400)
    source = small_source(report(refuses_early=early))
    run = small_run(source, vendor.url, days=(D1, D1))
    if early:
        assert loaded_rows(source, run) == {}
        assert set(statuses(run).values()) == {"pending"}
    else:
        with pytest.raises(BadRequestError):
            loaded_rows(source, run)


@pytest.mark.parametrize(
    ("day", "before", "status"),
    [(D3, 0, "empty"), (D1, 0, "pending"), (D3, 5, None)],
    ids=["final", "may still change", "had rows"],
)
def test_an_answer_without_rows_is_believed_only_of_a_final_day_that_had_none(
    vendor: VendorStub, day: dt.date, before: int, status: str | None
) -> None:
    vendor.routes["GET /use"] = {"data": [], **LAST_PAGE}
    source = small_source(report())
    loaded = [(name, "main", "main", day, "ok", before) for name in ("use_days", "model_days") if before]
    run = small_run(source, vendor.url, loaded, days=(day, day))
    tables = loaded_rows(source, run)
    assert statuses(run).get(("use_days", day)) == status
    assert len(tables.get("markers", ())) == (2 if status == "empty" else 0)


def test_where_no_newest_day_is_answered_earlier_ones_are_not_asked(vendor: VendorStub) -> None:
    source = small_source(
        DayReport(
            name="billing",
            scope="billing.read",
            answer=ListedDay(path="/billing", data_key="data"),
            bounds=iso_day("day"),
            record=Use,
            tables=(Table(USE),),
            gives_up_after=2,
        )
    )
    run = small_run(source, vendor.url)
    assert loaded_rows(source, run) == {}
    assert [asked.query["day"] for asked in vendor.asked] == [D1.isoformat(), D2.isoformat()]
    assert run.fetched == []


def test_files_behind_signed_links_are_read_without_the_key(vendor: VendorStub) -> None:
    with vendor_stub() as files:
        files.routes["GET /a"] = Reply(json.dumps(use(ADA, 1)).encode() + b"\n")
        files.routes["GET /b"] = Reply(json.dumps(use(BEN, 2)).encode())
        vendor.routes["GET /reports"] = {"links": [f"{files.url}/a", f"{files.url}/b"], "of": D3.isoformat()}
        stream = DayReport(
            name="reports",
            scope="reports.read",
            answer=SignedDay(path="/reports", links_key="links", day_key="of"),
            bounds=iso_day("day"),
            record=Use,
            tables=(Table(USE),),
        )
        source = small_source(stream)
        tables = loaded_rows(source, small_run(source, vendor.url, days=(D3, D3)))
        assert [row["tokens"] for row in tables["use_days"]] == [1, 2]
        vendor.routes["GET /reports"] = {"links": [f"{files.url}/a"], "of": D1.isoformat()}
        with pytest.raises(AnswerError, match="another day"):
            loaded_rows(source, small_run(source, vendor.url, days=(D3, D3)))


# Time buckets


def buckets(**more: Any) -> BucketedUsage:
    fields: dict[str, Any] = {
        "name": "usage",
        "scope": "usage.read",
        "listing": Listing(
            path="/usage",
            data_key="data",
            paginator=CURSOR,
            params={"bucket_width": "1d"},
            page_size=("limit", 31),
        ),
        "bounds": unix_seconds("start_time", "end_time"),
        "start_key": "start_time",
        "record": Use,
        "tables": (Table(USE),),
    }
    return BucketedUsage(**(fields | more))


def bucket(day: dt.date, *rows: dict[str, Any]) -> dict[str, Any]:
    start = int(dt.datetime.combine(day, dt.time(), dt.UTC).timestamp())
    return {"start_time": start, "end_time": start + 86_400, "results": list(rows)}


def test_buckets_replace_their_days_over_pages(vendor: VendorStub) -> None:
    vendor.routes["GET /usage"] = paged(
        [bucket(D3, use(ADA, 1)), bucket(D2)], [bucket(D1, use(BEN, 2), use(ADA, 3))]
    )
    source = small_source(buckets())
    run = small_run(source, vendor.url)
    tables = loaded_rows(source, run)
    assert sorted((row["day"], row["tokens"]) for row in tables["use_days"]) == [(D3, 1), (D1, 2), (D1, 3)]
    assert statuses(run) == {("use_days", D3): "ok", ("use_days", D2): "empty", ("use_days", D1): "ok"}
    first = vendor.asked[0].query
    assert (int(first["end_time"]) - int(first["start_time"])) == 3 * 86_400
    assert first["bucket_width"] == "1d"
    assert not run.gate.report.unknown_fields  # the bucket's start is no field of its rows


def test_a_long_range_is_asked_in_parts_and_a_fresh_day_without_rows_is_pending(vendor: VendorStub) -> None:
    def answer(asked: Asked) -> dict[str, Any]:
        first, end = (dt.date.fromisoformat(asked.query[key][:10]) for key in ("starting_at", "ending_at"))
        days = [first + dt.timedelta(days=n) for n in range((end - first).days)]
        rows = [{"starting_at": f"{day}T00:00:00Z", **use(ADA, 1)} for day in days if day != D1]
        return {"data": rows, **LAST_PAGE}

    vendor.routes["GET /usage"] = answer
    bounds = iso_instants("starting_at", "ending_at")
    source = small_source(buckets(bounds=bounds, start_key="starting_at", rows_key=None, longest_range=2))
    run = small_run(source, vendor.url)
    assert len(loaded_rows(source, run)["use_days"]) == 2
    assert statuses(run)["use_days", D1] == "pending"
    assert [asked.query["starting_at"][:10] for asked in vendor.asked] == [D3.isoformat(), D1.isoformat()]


def test_days_before_the_vendors_first_are_not_asked_for(vendor: VendorStub) -> None:
    vendor.routes["GET /usage"] = {"data": [bucket(D2, use(ADA, 1)), bucket(D1, use(ADA, 1))], **LAST_PAGE}
    source = small_source(buckets(first_day=lambda _: D2))
    run = small_run(source, vendor.url)
    loaded_rows(source, run)
    assert statuses(run) == {("use_days", D2): "ok", ("use_days", D1): "ok"}
    (asked,) = vendor.asked
    assert int(asked.query["end_time"]) - int(asked.query["start_time"]) == 2 * 86_400


def test_a_refused_grouping_gives_way_to_the_next(vendor: VendorStub) -> None:
    def answer(asked: Asked) -> Any:
        if "user_id" in asked.repeated["group_by[]"]:
            return Reply({"error": "unsupported combination"}, 400)
        return {"data": [bucket(D3, use(ADA, 1))], **LAST_PAGE}

    vendor.routes["GET /usage"] = answer
    source = small_source(
        buckets(group_by=("group_by[]", (("user_id", "line_item"), ("api_key_id", "line_item"))))
    )
    run, said = small_run(source, vendor.url, days=(D3, D3)), []
    run.progress = said.append
    assert len(loaded_rows(source, run)["use_days"]) == 1
    assert [asked.repeated["group_by[]"][0] for asked in vendor.asked] == ["user_id", "api_key_id"]
    assert any("api_key_id, line_item only" in text for text in said)


@pytest.mark.parametrize("wrong", [{"start_time": None, "results": [use(ADA, 1)]}, {"start_time": 1}])
def test_a_bucket_that_says_no_day_or_no_rows_replaces_nothing(
    vendor: VendorStub, wrong: dict[str, Any]
) -> None:
    vendor.routes["GET /usage"] = {"data": [bucket(D2, use(BEN, 1)), wrong], **LAST_PAGE}
    source = small_source(buckets())
    with pytest.raises(AnswerError, match="Nothing was replaced"):
        loaded_rows(source, small_run(source, vendor.url))


# Events


def events(**more: Any) -> EventPages:
    fields: dict[str, Any] = {
        "name": "requests",
        "scope": "requests.read",
        "listing": Listing(
            path="/requests",
            data_key="items",
            paginator=partial(cursor_pages, "nextPageToken", "pageToken"),
            may_lack_data=True,
        ),
        "bounds": unix_milliseconds("startDate", "endDate", is_end_inclusive=True),
        "record": Event,
        "tables": (Table(EVENTS),),
        "day_of": lambda event: event.day,
    }
    return EventPages(**(fields | more))


def test_events_are_merged_and_every_day_asked_for_is_recorded(vendor: VendorStub) -> None:
    pages = {
        None: {"items": [use(ADA, 1, timestamp=millis(D3))], "nextPageToken": "two"},
        "two": {"items": [use(BEN, 2, timestamp=millis(D1)), use(BEN, 9, timestamp=millis(TODAY))]},
    }
    vendor.routes["GET /requests"] = lambda asked: pages[asked.query.get("pageToken")]
    source = small_source(events())
    run = small_run(source, vendor.url)
    assert sorted(row["tokens"] for row in loaded_rows(source, run)["requests"]) == [1, 2]
    recorded = {(record.day, record.status) for record in run.fetched if record.rows}
    assert recorded == {(D3, "ok"), (D1, "ok")}
    assert {record.day for record in run.fetched} == {D3, D2, D1}  # the event of today made no record of today
    assert int(vendor.asked[0].query["endDate"]) % 1000 == 999


def test_a_vendor_may_leave_the_list_out_of_an_answer_without_events(vendor: VendorStub) -> None:
    vendor.routes["GET /requests"] = {"kind": "activities"}
    source = small_source(events())
    run = small_run(source, vendor.url)
    assert loaded_rows(source, run)["requests"] == []
    assert set(statuses(run).values()) == {"empty"}


def test_equal_events_on_two_pages_can_be_told_apart(vendor: VendorStub) -> None:
    twin = use(ADA, 1, timestamp=millis(D1))
    pages = {None: {"items": [twin], "nextPageToken": "two"}, "two": {"items": [twin]}}
    vendor.routes["GET /requests"] = lambda asked: pages[asked.query.get("pageToken")]
    seen: list[int] = []

    def clean(answer: Any) -> list[Any]:
        seen.append(len(answer.records))
        return list(answer.records)

    source = small_source(events(clean=clean, has_whole_range=True))
    loaded_rows(source, small_run(source, vendor.url, days=(D1, D1)))
    assert seen == [2]


# Log files


def test_log_files_are_listed_checked_and_read(vendor: VendorStub) -> None:
    body = json.dumps(use(ADA, 4, timestamp=millis(D1))).encode()
    window = FetchWindow("log_files/REQUESTS", HORIZON, tables=("requests",))
    with vendor_stub() as files:
        files.routes["GET /one"] = Reply(body)
        vendor.routes["GET /logs/f1"] = Reply(b"", 302, {"Location": f"{files.url}/one"})
        file = {"id": "f1", "end_time": f"{D1}T06:00:00Z", "file_sha256": hashlib.sha256(body).hexdigest()}
        vendor.routes["GET /logs"] = {"data": [file], **LAST_PAGE}
        stream = LogFiles(
            name="logs",
            scope="logs.read",
            listing=Listing(path="/logs", data_key="data", paginator=CURSOR, page_size=("limit", 100)),
            file_path="/logs/{id}",
            bounds=iso_instants("after", "before", before_start=dt.timedelta(microseconds=1)),
            window=window,
            record=Event,
            tables=(Table(EVENTS),),
        )
        source = small_source(stream)
        run = small_run(source, vendor.url)
        assert [row["tokens"] for row in loaded_rows(source, run)["requests"]] == [4]
        assert statuses(run)["log_files/REQUESTS", D1] == "ok"
        assert statuses(run)["requests", D1] == "ok"
        vendor.routes["GET /logs"] = {"data": [file | {"file_sha256": "0" * 64}], **LAST_PAGE}
        with pytest.raises(SourceError, match="checksum"):
            loaded_rows(source, small_run(source, vendor.url))


# What follows from the tuple


def test_doctor_names_the_scope_of_each_stream_that_is_refused(vendor: VendorStub) -> None:
    streams = (people(), report(), buckets(), events())
    for path in ("GET /teams/asterlane/people", "GET /use", "GET /usage", "GET /requests"):
        vendor.routes[path] = Reply({}, 403)
    source = small_source(*streams)
    found = {finding.subject: finding for finding in source.check(small_run(source, vendor.url))}
    assert found.keys() == {stream.name for stream in streams}
    for stream in streams:
        assert not found[stream.name].ok
        assert f"`{stream.scope}`" in found[stream.name].remedy


def test_an_unwanted_stream_is_neither_read_nor_probed_and_says_why(vendor: VendorStub) -> None:
    why = Finding("usage", False, "costs is off", "Set costs.")
    source = small_source(buckets(wanted=lambda settings: settings.costs, unwanted=why))
    run = small_run(source, vendor.url, costs=False)
    assert loaded_rows(source, run) == {}
    assert list(source.check(run)) == [why]
    assert vendor.asked == []


def test_what_exists_only_today_is_loaded_alone_or_with_what_it_needs(vendor: VendorStub) -> None:
    order: list[str] = []

    def own(name: str, **more: Any) -> Own:
        def read(_: Any) -> list[Any]:
            order.append(name)
            return []

        return Own(name=name, scope="", read=read, probe=lambda _: (), **more)

    plans = own("plans", is_current=True)
    source = small_source(plans, own("history"), own("holders", is_current=True, needs=(plans,)))
    assert source.snapshots is not None
    apart = [list(resource) for resource in source.snapshots(small_run(source, vendor.url))]
    assert len(apart) == 1
    assert order == ["plans", "holders"]


def test_a_failed_sign_in_is_all_that_the_doctor_says(vendor: VendorStub) -> None:
    def refused(_: Any) -> None:
        raise ConfigurationError("the secret is old", "Make another.")

    source = small_source(people(), sign_in=refused)
    found = list(source.check(small_run(source, vendor.url)))
    assert found == [Finding("sign-in", False, "the secret is old", "Make another.")]
    assert vendor.asked == []


# Days and instants


def test_days_are_asked_for_in_runs_of_consecutive_days() -> None:
    days = [dt.date(2026, 1, day) for day in (1, 2, 3, 4, 5, 9)]
    found = [(first.day, last.day) for first, last in ranges(days, 2)]
    assert found == [(1, 2), (3, 4), (5, 5), (9, 9)]
    assert [(first.day, last.day) for first, last in ranges(days)] == [(1, 5), (9, 9)]


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026-11-10T00:00:00Z", dt.date(2026, 11, 10)),
        ("2026-11-10", dt.date(2026, 11, 10)),
        ("2026-11-10T23:30:00-05:00", dt.date(2026, 11, 11)),
        (1794873600, dt.date(2026, 11, 17)),
        ("1794268800000", dt.date(2026, 11, 10)),
        (1794268800000, dt.date(2026, 11, 10)),
        (None, None),
        ("soon", None),
        (float("inf"), None),
    ],
)
def test_the_day_of_an_instant_as_vendors_write_it(written: Any, day: dt.date | None) -> None:
    assert utc_day(written) == day
