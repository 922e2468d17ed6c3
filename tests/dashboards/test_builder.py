"""The whole site: all or nothing, small, and refused where a page goes too far."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import duckdb
import pytest

from dashboards.builder import Site, build
from dashboards.declaration import load_pages
from dashboards.errors import SiteError
from dashboards.navigation import Navigation
from dashboards.telling import Department
from tests.dashboards import published_schema
from tests.dashboards.conftest import publish
from tests.dashboards.tables import MONDAYS, published

PAGE = """
title: Use
question: Who uses it?
order: 10
queries:
  use:
    sql: |
      select department_key, department_name, tool, week_start, active_people, is_complete_week, is_suppressed
      from {table}
      order by week_start
    columns:
      department_name: {{label: Department}}
      active_people: {{label: Active people, unit: people, metric: department_usage_weekly.active_people}}
charts:
  - id: use
    type: bars
    query: use
    category: department_name
    values: [active_people]
    metric: department_usage_weekly.active_people
    title: "{{{{ now[0].department_name }}}} has {{{{ now.top('active_people').active_people | number }}}}"
"""
GOOD = "published.department_usage_weekly"


@pytest.fixture
def tables() -> duckdb.DuckDBPyConnection:
    return published(
        [("sales", "chatgpt", MONDAYS[0], 12, False), ("sales", "chatgpt", MONDAYS[1], None, True)],
        name="</script><b>Sales",
    )


def pages(folder: Path, **files: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, table in files.items():
        (folder / f"{name}.yml").write_text(PAGE.format(table=table), encoding="utf-8")
    return folder


def test_nothing_from_the_tables_becomes_markup(tables: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    made = build(tables, tmp_path / "site", pages=pages(tmp_path / "pages", use=GOOD))
    html = made.index.read_text(encoding="utf-8")
    assert "<b>Sales" not in html
    assert "\\u003c/script>\\u003cb>Sales" in html, "in the page's data"
    assert "Hidden: there are too few people" in html, "the newest week's title"


def test_a_refused_page_leaves_the_last_site(tables: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    folder = pages(tmp_path / "pages", use=GOOD)
    made = build(tables, tmp_path / "site", pages=folder)
    before = made.index.read_text(encoding="utf-8")
    pages(folder, people="restricted.people")
    with pytest.raises(SiteError, match="not published"):
        build(tables, tmp_path / "site", pages=folder)
    assert made.index.read_text(encoding="utf-8") == before
    assert len(list((tmp_path / "site-versions").iterdir())) == 1


def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SiteError, match="Nothing has been published"):
        build(tmp_path / "absent.duckdb", tmp_path / "site")
    with duckdb.connect() as empty, pytest.raises(SiteError, match="Nothing has been published"):
        build(empty, tmp_path / "site")
    assert not (tmp_path / "site").exists()


def test_a_published_file_can_reach_no_other_file(tmp_path: Path) -> None:
    database = tmp_path / "marts.duckdb"
    with duckdb.connect(str(database)) as connection:
        connection.execute("create schema published")
        connection.execute(
            "create table published.publication as select 'run' as run_id, now()::timestamp as published_at, "
            "now()::timestamp as as_of"
        )
        # A view is the one way past the check of names.
        connection.execute(f"create view published.outside as select * from read_text('{tmp_path}/secret.txt')")
    (tmp_path / "secret.txt").write_text("secret")
    with pytest.raises(SiteError, match="PermissionException"):
        build(database, tmp_path / "site", pages=pages(tmp_path / "pages", use="published.outside"))


def test_departments_whose_keys_look_alike_have_files_of_their_own() -> None:
    departments = [Department("R&D", "R&D"), Department("r-d", "R-D"), Department("研究", "Research")]
    files = Navigation(load_pages(), departments).department_files()
    assert list(files.values()) == ["department-r-d.html", "department-r-d-2.html", "department-unit.html"]


def test_a_site_of_sixty_departments_stays_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    departments = {"all": "All departments", "other": "Other departments"}
    departments |= {f"department_{number}": f"Department {number}" for number in range(60)}
    monkeypatch.setattr(published_schema, "DEPARTMENTS", departments)
    values = {**published_schema._VALUES, "department_key": tuple(departments)}
    monkeypatch.setattr(published_schema, "_VALUES", values)
    with published_schema.filled_schema(weeks=26, missing=0.1) as connection:
        publish(connection)
        made = build(connection, tmp_path / "site")
    assert made.pages > 70
    assert made.size < 3_300_000


def test_a_page_holds_a_year_however_long_the_history(tmp_path: Path) -> None:
    weeks = [MONDAYS[0] - dt.timedelta(weeks=number) for number in range(120)]
    rows: list[tuple[str, str, dt.date, int | None, bool]] = [
        ("s", "chatgpt", week, 9, False) for week in weeks
    ]
    made = build(published(rows), tmp_path / "site", pages=pages(tmp_path / "pages", use=GOOD))
    data = made.index.read_text(encoding="utf-8").split('id="page-data">')[1].split("</script>")[0]
    held = json.loads(data)
    assert held["queries"]["use"]["rows"] == 53
    assert len(held["choices"]) == 26
    assert held["default"] == MONDAYS[0].isoformat()


def test_the_site_is_small_and_plain(site: Site, folder: Path) -> None:
    assert site.size < 3_000_000
    assert site.pages == len(list(folder.glob("*.html")))
    for path in folder.glob("*.html"):
        html = path.read_text(encoding="utf-8")
        assert "default-src 'none'" in html
        assert "unsafe" not in html.split("</head>")[0]
        assert " style=" not in html
        assert "http://" not in html.split("page-data")[0]
        assert "https://" not in html.split("page-data")[0]


@pytest.mark.parametrize(
    ("rows", "is_told"),
    [
        ("('hris', null, true, timestamp '2026-11-16'), ('chatgpt', 'chatgpt', false, null)", True),
        ("('hris', null, true, null), ('chatgpt', 'chatgpt', true, null)", False),
        ("('chatgpt', 'chatgpt', false, timestamp '2026-10-01')", False),  # it was connected before
    ],
)
def test_pages_say_that_no_tool_is_connected(
    tables: duckdb.DuckDBPyConnection, tmp_path: Path, rows: str, is_told: bool
) -> None:
    """With an HRIS alone, pages were empty without a word."""
    tables.execute(
        "create table published.source_status "
        "(source varchar, tool varchar, is_connected boolean, last_success_at timestamp);"
        f"insert into published.source_status values {rows}"
    )
    made = build(tables, tmp_path / "site", pages=pages(tmp_path / "pages", use=GOOD))
    html = made.index.read_text(encoding="utf-8")
    assert ('data-prose="intro">No AI tool is connected yet' in html) == is_told
