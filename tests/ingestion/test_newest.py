"""When somebody was seen last is not set back by reading an old day again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from ingestion.identity import Link, link_contract
from ingestion.pipeline import open_context, run_source
from ingestion.privacy.pseudonym import ENTRA_OBJECT, PERSON_EMAIL, Pseudonymiser
from ingestion.source import SourceDefinition, SourceRun
from ingestion.source_types import Batch
from runtime.clock import RunClock
from runtime.environment import Environment
from runtime.settings import SourceSettings

LINKS = link_contract(ENTRA_OBJECT, PERSON_EMAIL, "directory")
NOW = dt.datetime(2026, 10, 28, 2, tzinfo=dt.UTC)
MAYA, NOAH = "maya.lind@asterlane.example", "noah.brandt@asterlane.example"


def observed(env: Environment, *links: Link, since: dt.date | None = None) -> list[dt.date]:
    """Load the links; every day that the warehouse then holds."""

    def extract(run: SourceRun) -> Iterator[Batch]:
        yield from run.events(LINKS, links)

    definition = SourceDefinition("fake", SourceSettings, (LINKS,), lambda _: True, extract, lambda _: ())
    context = open_context(env, Pseudonymiser(bytes(range(32))), RunClock(NOW, since), "run", [definition])
    result = run_source(definition, context)
    assert result.status == "ok", result.error
    with env.session() as session:
        rows = session.rows("select observed_on from raw_fake.identity_links order by observed_on")
    return [day for (day,) in rows]


@pytest.mark.parametrize("env", ["dev", "postgres"], indirect=True)
def test_an_older_observation_never_replaces_a_newer_one_of_its_month(env: Environment) -> None:
    def day(number: int, month: int = 10) -> dt.date:
        return dt.date(2026, month, number)

    assert observed(env, Link("o1", MAYA, day(20))) == [day(20)]
    assert observed(env, Link("o1", MAYA, day(27))) == [day(27)], "the ordinary night moves it on"
    again = (
        Link("o1", MAYA, day(5)),  # an old day of the same month
        Link("o1", MAYA, day(30, 9)),  # another month is another row
        Link("o2", NOAH, day(5)),  # nobody had seen this one
    )
    assert observed(env, *again, since=day(30, 9)) == [day(30, 9), day(5), day(27)]
    assert observed(env, Link("o1", MAYA, day(28)), Link("o2", NOAH, day(4))) == [day(30, 9), day(5), day(28)]
