"""What a night that is taken back had shown and closed."""

from __future__ import annotations

import datetime as dt

from publishing.closed import ClosedStore
from publishing.publish import publish
from publishing.void import Unpublished, unpublish
from tests.publishing.closed_world import WEEK
from tests.publishing.deployment import Deployment


def closed(made: Deployment) -> dict[str, bool]:
    """Closed periods, and whether a correction is asked for."""
    with made.environment.session() as session:
        periods = ClosedStore(session, made.environment).periods()
    return {str(period): entry.is_reopened for period, entry in periods.items()}


def night(made: Deployment, run_id: str) -> dt.datetime:
    """Publish; gives the moment at which the night began."""
    began = dt.datetime.now(dt.UTC)
    publish(made.environment, run_id)
    return began


def test_readers_go_back_and_what_the_night_closed_is_closed_again(duckdb_closing: Deployment) -> None:
    made, week = duckdb_closing, dt.date.fromisoformat(str(WEEK))
    made.run("create table closable as select * from restricted.closable_periods")
    made.run("update restricted.closable_periods set is_closable = false")
    night(made, "good")
    made.run("drop table restricted.closable_periods")
    made.run("create table restricted.closable_periods as select * from closable")
    began = night(made, "wrong")
    assert closed(made) == {f"week:{week}": False}

    done = unpublish(made.environment, began, None, week + dt.timedelta(days=20))
    assert (done.readers_see, [str(period) for period in done.reopened]) == ("good", [f"week:{week}"])
    assert closed(made) == {f"week:{week}": True}
    assert made.published("select run_id from published.publication") == [("good",)]
    assert [folder.name for folder in (made.environment.published_dir / "versions").iterdir()] == ["good"]


def test_a_period_that_had_not_begun_is_closed_no_more(duckdb_closing: Deployment) -> None:
    """Closed by a night that lived 400 days ahead; it would be shown for ever."""
    made, week = duckdb_closing, dt.date.fromisoformat(str(WEEK))
    began = night(made, "wrong")
    done = unpublish(made.environment, began, None, week - dt.timedelta(days=1))
    assert ([str(period) for period in done.removed], done.readers_see) == ([f"week:{week}"], None)
    assert closed(made) == {}
    assert made.rows("select count(*) from closed.department_usage_weekly") == [(0,)]
    assert made.rows("select count(*) from closed.cells") == [(0,)]


def test_an_earlier_night_corrects_only_what_it_closed_itself(duckdb_closing: Deployment) -> None:
    made = duckdb_closing
    began = dt.datetime.now(dt.UTC)
    night(made, "later")
    assert unpublish(made.environment, began - dt.timedelta(days=1), began, began.date()) == Unpublished(
        None, (), ()
    )
