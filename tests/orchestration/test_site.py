"""The site within a night: built after the publish, and no reason to undo it."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from orchestration import night as nights
from orchestration.alerts.problems import examine_night
from orchestration.night import Night
from orchestration.result import ExitCode
from orchestration.site import build_site, site_page
from orchestration.watch import Watched
from runtime.environment import environment
from runtime.errors import AiUsageError
from tests.dashboards.published_schema import filled_schema
from tests.docs.published import contracts
from tests.orchestration.test_alerts import night as good_night
from tests.orchestration.test_commands import ai_usage
from tests.postgres import PostgresServer

NIGHT = dt.datetime(2026, 11, 16, 2, tzinfo=dt.UTC)


def publish(data_dir: Path) -> None:
    """A published file with every table, and figures invented."""
    database = data_dir / "published" / "marts.duckdb"
    database.parent.mkdir(parents=True)
    with filled_schema(weeks=3, missing=0.3) as connection:
        connection.execute(
            "create or replace table published.publication as select 'run' as run_id, "
            "timestamp '2026-11-16 03:00:00' as published_at, timestamp '2026-11-16 02:00:00' as as_of"
        )
        connection.execute(f"attach '{database}' as file")
        connection.execute("copy from database memory to file")


def test_the_command_builds_what_is_published(tmp_path: Path) -> None:
    publish(tmp_path)
    done = ai_usage("site", "--json", data_dir=tmp_path)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["site"] == str(tmp_path / "site" / "index.html")
    assert told["pages"] > 10
    assert site_page(environment(tmp_path, "dev")) == Path(told["site"])


def test_without_a_publish_it_says_what_to_do(tmp_path: Path) -> None:
    done = ai_usage("site", data_dir=tmp_path)
    assert done.returncode == ExitCode.ERROR
    assert "Nothing has been published yet" in done.stderr
    assert "ai-usage run" in done.stderr


def test_a_server_s_tables_are_copied_with_their_types(
    tmp_path: Path, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in postgres.new_database().items():
        monkeypatch.setenv(name, value)
    env = environment(tmp_path, "postgres")
    with env.session() as session:
        session.execute(f"create schema {session.name(env.schema('published'))}")
        for table, columns in contracts().items():
            kinds = (f'"{column}" {_in_postgres(kind)}' for column, kind in columns.items())
            session.execute(f"create table {session.name(env.schema('published'), table)} ({', '.join(kinds)})")
        money = session.name(env.schema("published"), "department_cost_monthly")
        session.execute(
            f"insert into {money} (department_key, department_name, tool, month_start, cost_basis, cost, "
            "projected_month_end, currency, is_complete_month, is_suppressed) values "
            "('all', 'All', 'codex', '2026-10-01', 'credits', 12.34, 12.34, 'EUR', true, false), "
            "('all', 'All', 'codex', '2026-09-01', 'credits', null, null, 'EUR', true, true)"
        )
        publication = session.name(env.schema("published"), "publication")
        session.execute(
            f"create table {publication} as select 'run' as run_id, "
            "timestamp '2026-11-16 03:00:00' as published_at, timestamp '2026-11-16 02:00:00' as as_of"
        )
    built = build_site(env)
    assert built.pages > 10
    cost = (built.index.parent / "cost.html").read_text(encoding="utf-8")
    assert '"EUR"' in cost
    assert "12.34" in cost


def _in_postgres(kind: str) -> str:
    return {"double": "double precision", "varchar": "text"}.get(kind, kind)


def test_a_damaged_file_is_told(tmp_path: Path) -> None:
    publish(tmp_path)
    (tmp_path / "published" / "marts.duckdb").write_bytes(b"no database" * 1000)
    with pytest.raises(AiUsageError, match="cannot be read"):
        build_site(environment(tmp_path, "dev"))


def test_a_site_that_fails_undoes_no_publish(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: object) -> None:
        raise AiUsageError("dashboards/pages/x.yml is no YAML.", "Mend the file.")

    monkeypatch.setattr(nights, "build_site", fail)
    night = Night(environment(tmp_path, "dev"))
    night.result = good_night()
    night.build_site()
    assert night.result.publication is not None
    assert night.result.site_error == "dashboards/pages/x.yml is no YAML. Mend the file."
    assert night.result.exit_code is ExitCode.SITE_FAILED


def test_nothing_is_drawn_when_nothing_was_published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nights, "build_site", lambda _: pytest.fail("the site was built"))
    night = Night(environment(tmp_path, "dev"))
    night.result = good_night(published=False)
    night.build_site()
    assert night.result.exit_code is ExitCode.NOT_PUBLISHED


def test_a_site_that_fails_is_a_problem_of_its_own() -> None:
    result = good_night()
    result.site_error = "dashboards/bundles/echarts.min.js is missing. Run `make assets`."
    problems = examine_night(result, Watched(), NIGHT).problems
    assert set(problems) == {"site:failed"}
    assert "make assets" in problems["site:failed"].what
    assert examine_night(good_night(), Watched(), NIGHT).covers("site:failed")
