"""Definitions come from docs/metrics.md."""

from __future__ import annotations

from pathlib import Path

import pytest

from dashboards.definitions import definition, definitions, definitions_page
from dashboards.errors import SiteError

METRICS = """# Metrics

## Terms

| term | meaning |
|---|---|
| seat-day | one person, see [seats](x.md) |

## Tables

### Columns that many tables have

| column | unit | definition |
|---|---|---|
| `tool` | | the `tool` |

### seats_monthly
Who holds **seats**.

| column | unit | definition | NULL when |
|---|---|---|---|
| `held`, `used` | people | holders; see [seats_monthly](#seats_monthly) | hidden |
"""


@pytest.fixture
def metrics(tmp_path: Path) -> Path:
    path = tmp_path / "metrics.md"
    path.write_text(METRICS, encoding="utf-8")
    return path


def test_tables_columns_and_terms_are_found(metrics: Path) -> None:
    assert definition("seats_monthly", "x", metrics).text == "Who holds seats."
    used = definition("seats_monthly.used", "x", metrics)
    assert (used.text, used.unit, used.null_when) == ("holders; see seats_monthly", "people", "hidden")
    assert definition("seats_monthly.used_change", "x", metrics) == used
    assert definition("seats_monthly.tool", "x", metrics).text == "the `tool`"
    assert definition("shared.tool", "x", metrics).anchor == "columns-that-many-tables-have"
    assert definition("terms.seat-day", "x", metrics).text == "one person, see seats"


@pytest.mark.parametrize("reference", ["seats_monthly.absent", "absent.tool", "terms.absent"])
def test_an_unknown_definition_is_refused(metrics: Path, reference: str) -> None:
    with pytest.raises(SiteError, match="page x"):
        definition(reference, "page x", metrics)


def test_the_page_of_definitions_keeps_links_within_itself(metrics: Path) -> None:
    html = definitions_page(metrics)
    assert '<h3 id="seats_monthly">' in html
    assert 'href="#seats_monthly"' in html
    assert "x.md" not in html


def test_every_column_of_the_documentation_has_a_text() -> None:
    found = definitions()
    assert found["department_usage_weekly.active_ratio"].text == "`active_people` / `headcount`"
    assert all(entry.text for entry in found.values())
