"""What every source that asks a vendor has to keep, whatever the vendor answers."""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Iterator
from typing import Any

import pytest

from demo.company.canaries import canaries
from demo.company.company import Company
from demo.company.generate import generate_company
from demo.server import VendorServer
from demo.server.fault_rows import CANARY
from ingestion.pipeline import SourceResult, open_context, run_source
from ingestion.privacy.pseudonym import Pseudonymiser
from ingestion.source import SourceDefinition
from runtime.clock import RunClock
from runtime.environment import Environment, environment
from runtime.errors import AccessError, AnswerError, LinkError, MissingError, RateLimitedError, SourceError
from tests.end_to_end.leaks import Sought, leaks
from tests.vendors.kits import KEY, Kit, Loaded, vendors

# What is answered, and what a load may fail with.
FAULTS: dict[str, tuple[dict[str, Any], type[SourceError]]] = {
    "401": ({"do": "unauthorized"}, AccessError),
    "403": ({"do": "forbidden"}, AccessError),
    "404": ({"do": "client_error", "status": 404}, MissingError),
    "204": ({"do": "no_content"}, SourceError),
    "429": ({"do": "too_many_requests", "retry_after": 86_400}, RateLimitedError),
    "503": ({"do": "server_error"}, SourceError),
    "html": ({"do": "html_page"}, AnswerError),
    "cut": ({"do": "truncated_body"}, SourceError),
    "short": ({"do": "shortened_body"}, SourceError),
    "no rows": ({"do": "null_data"}, SourceError),
}
# Storage hosts refuse an old link so, and a sign-in refuses the app, whatever the status.
OTHERWISE: dict[str, type[SourceError]] = {" files/": LinkError, " login/": AccessError}


@pytest.fixture(scope="module")
def company() -> Company:
    """Forty people, two weeks."""
    return generate_company(people=40, weeks=2)


@pytest.fixture(scope="module")
def server(company: Company) -> Iterator[VendorServer]:
    """The vendors; every load sets their faults anew."""
    with VendorServer(company) as running:
        yield running


@pytest.fixture(scope="module", params=vendors(), ids=lambda source: source.name)
def kit(request: pytest.FixtureRequest, server: VendorServer) -> Kit:
    """Each source in turn."""
    return Kit(request.param, server)


@pytest.fixture(scope="module")
def plain(kit: Kit) -> Loaded:
    """A load on which nothing goes wrong."""
    loaded = kit.load()
    assert loaded.failure is None
    return loaded


@pytest.fixture(scope="module")
def routes(kit: Kit) -> list[str]:
    """What the source asks for."""
    return kit.routes()


class TestEveryKit:
    """The rules of docs/reliability.md and docs/privacy.md, asked of each source alike."""

    def test_every_table_and_day_gets_rows(self, kit: Kit, plain: Loaded) -> None:
        """Without it the rules below would hold of nothing."""
        assert {contract.name for contract in kit.source.contracts} <= plain.rows.keys() | {"identity_links"}
        assert sum(plain.days.values()) > 20

    @pytest.mark.parametrize("fault", FAULTS)
    def test_a_fault_is_an_error_or_is_said_and_takes_no_row_away(
        self, kit: Kit, plain: Loaded, routes: list[str], company: Company, fault: str
    ) -> None:
        rule, error = FAULTS[fault]
        had = {day for day, rows in plain.days.items() if rows}
        private = Sought(canaries(company))
        for route in routes:
            found = kit.load([{"match": route, **rule}], before=plain.run.fetched)
            other = [other for site, other in OTHERWISE.items() if site in route]
            assert found.failure is None or isinstance(found.failure, (error, *other)), (route, found.failure)
            is_told = found.failure or found.pending or found.reports - plain.reports
            assert is_told or found.rows == plain.rows, route
            # What a failed load has read is not written. Of a file without a checksum that ends early nobody
            # can say what is missing: its last line is refused, which is told.
            if found.failure is None and fault != "short":
                assert {day for day, rows in found.days.items() if not rows} & had == set(), route
            assert not private.is_in("\n".join([*found.said, str(found.failure)]).encode()), route

    def test_a_refused_credential_is_an_error_of_access(self, kit: Kit) -> None:
        wrong = dict.fromkeys(kit.without_scope(), "nobody's")
        assert isinstance(kit.load(**wrong).failure, AccessError)
        assert isinstance(kit.load(**kit.without_scope()).failure, AccessError)

    def test_an_unknown_field_is_reported_by_name_and_does_not_land(self, kit: Kit) -> None:
        found = kit.load([{"match": route, "do": "new_field"} for route in kit.row_routes()])
        assert found.failure is None
        if kit.knows_every_field:
            assert {path for _, path in found.unknown_fields} == {"person"}
            assert kit.read_tables() <= {table for table, _ in found.unknown_fields}
        assert not Sought([CANARY]).is_in(str(dict(found.rows)).encode())

    def test_the_doctor_is_content_with_what_is_needed(self, kit: Kit) -> None:
        assert [finding for finding in kit.check() if not finding.ok] == []

    def test_the_doctor_names_each_missing_scope(self, kit: Kit) -> None:
        missing = [finding for finding in kit.check(**kit.without_scope()) if not finding.ok]
        assert {stream.name for stream in kit.source.streams} <= {finding.subject for finding in missing}
        settings: Any = kit.source.settings()
        for name, value in kit.configured.items():
            setattr(settings, name, value)
        told = {finding.subject: finding.remedy for finding in missing}
        for stream in kit.source.streams:
            (scope, *_) = re.split(r"[ ,]", stream.scope_for(settings))
            assert scope in told[stream.name], stream.name

    def test_a_day_is_replaced_by_what_the_vendor_says_now(
        self, kit: Kit, plain: Loaded, server: VendorServer, company: Company
    ) -> None:
        other = generate_company(people=30, weeks=2)
        server.replace_company(other)
        try:
            again = kit.load(before=plain.run.fetched)
        finally:
            server.replace_company(company)
        assert again.failure is None
        changed = {day for day in again.days.keys() & plain.days.keys() if again.days[day] != plain.days[day]}
        assert changed
        assert all(again.days[day] for day in changed)


class TestEveryKitInAWarehouse:
    """The same, written to a file."""

    def test_tables_are_there_then_filled_then_quiet(
        self, kit: Kit, company: Company, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        env = environment(tmp_path / "data", "dev")
        settings = {
            f"SOURCES__{kit.source.name.upper()}__{name.upper()}": value
            for name, value in kit.configured.items()
        }
        for name in [name for name in os.environ if name.startswith("SOURCES__")]:
            monkeypatch.delenv(name)

        assert self._night(kit, env, 0).status == "not_connected"
        assert {table: len(rows) for table, rows in self._contents(kit.source, env).items()} == dict.fromkeys(
            (contract.name for contract in kit.source.contracts), 0
        )

        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        kit.server.faults.replace([{"match": route, "do": "new_field"} for route in kit.row_routes()])
        try:
            first = self._night(kit, env, 1)
            filled = self._contents(kit.source, env)
            second = self._night(kit, env, 2)
        finally:
            kit.server.faults.replace()
        assert (first.status, second.status) == ("ok", "ok")
        assert all(rows for rows in filled.values())
        assert set(first.new_fields) == ({"person"} if kit.knows_every_field else set())
        assert second.new_fields == ()
        assert second.rejected == first.rejected
        assert self._contents(kit.source, env) == filled
        assert leaks(env.data_dir, [*canaries(company), CANARY]) == []

    def _night(self, kit: Kit, env: Environment, number: int) -> SourceResult:
        clock = kit.clock
        later = RunClock(clock.as_of + dt.timedelta(minutes=number), since=clock.since)
        context = open_context(env, Pseudonymiser(KEY), later, f"run-{number}", [kit.source])
        return run_source(kit.source, context)

    def _contents(self, source: SourceDefinition, env: Environment) -> dict[str, list[str]]:
        """Rows of each raw table without dlt's own columns, sorted."""
        schema = env.raw_schema(f"raw_{source.name}")
        found = {}
        with env.session() as session:
            for table in {contract.name for contract in source.contracts}:
                names = [column.name for column in session.columns(schema, table)]
                kept = ", ".join(name for name in names if not name.startswith("_dlt"))
                rows = session.rows(f"select {kept} from {session.name(schema, table)}")
                found[table] = sorted(map(repr, rows))
        return found
