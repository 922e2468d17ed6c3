"""Every chart, its table and its CSV say the same, and no spreadsheet runs what they say."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from dashboards.chart_types import Chart, TableChart, TilesChart
from tests.dashboards.browser import DESKTOP, FILES, FIRST, PAGES, reader
from tests.dashboards.conftest import FORMULA
from tests.dashboards.drawn import of_chart, of_table

PERIODS = "([query, where]) => aiUsage.periodsOf(aiUsage.rowsOf(query, where), aiUsage.answers[query].period)"


def starts_of(page: Page, chart: Chart) -> list[str]:
    return list(page.evaluate(PERIODS, [chart.query, dict(chart.where)]))


def downloaded(page: Page, chart: str) -> str:
    section = page.locator(f"#{chart}")
    section.locator("details.data").evaluate("one => { one.open = true; }")
    with page.expect_download() as waiting:
        section.get_by_role("button", name="Download as CSV").click()
    return Path(waiting.value.path()).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PAGES)
def test_every_chart_draws_the_figures_of_its_table(browser: Browser, folder: Path, name: str) -> None:
    figures = 0
    with reader(browser, DESKTOP) as looking:
        page = looking.open(folder / FILES[name])
        for chart in PAGES[name].charts:
            text = downloaded(page, chart.id)
            assert text.startswith("\ufeff"), chart.id
            if isinstance(chart, TableChart | TilesChart):
                continue
            expected = of_table(chart, text, PAGES[name].queries[chart.query].columns)
            shown = page.evaluate("id => aiUsage.instances.has(id)", chart.id)
            found = of_chart(chart, looking.chart(chart.id), starts_of(page, chart)) if shown else {}
            assert found == expected, chart.id
            figures += len(found)
    assert figures or all(isinstance(chart, TableChart | TilesChart) for chart in PAGES[name].charts)


def test_tiles_show_the_figures_of_their_table(browser: Browser, folder: Path) -> None:
    with reader(browser, DESKTOP) as looking:
        page = looking.open(folder / FILES[FIRST])
        chart = next(chart for chart in PAGES[FIRST].charts if isinstance(chart, TilesChart))
        shown = page.locator(f"#{chart.id} .tile .figure").all_inner_texts()
        values = page.locator(f"#{chart.id} .data tbody tr td:nth-child(3)").all_text_contents()
        assert [text.split(" ")[0] for text in shown] == [value.split(" ")[0] for value in values]
        trails = page.locator(f"#{chart.id} .spark").evaluate_all(
            "all => all.map(one => JSON.parse(one.dataset.values))"
        )
        assert trails
        assert all(sum(value is not None for value in trail) > 1 for trail in trails)


def test_a_name_like_a_formula_reaches_no_spreadsheet(browser: Browser, folder: Path) -> None:
    with reader(browser, DESKTOP) as looking:
        page = looking.open(folder / FILES["departments"])
        charts = [chart for chart in PAGES["departments"].charts if "department_name" in chart.shown()]
        assert charts
        for chart in charts:
            text = downloaded(page, chart.id)
            assert "'=HYPERLINK(" in text
            assert FORMULA in page.locator(f"#{chart.id} .data table").inner_text(), (
                "the page shows it as it is"
            )


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1+1", "'-1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\tx", "'\tx"),
        ("\r=x", "\"'\r'=x\""),  # a carriage return may end a line, and what follows then begins a cell
        (" =1+1", "' =1+1"),
        ("\uff1d1+1", "'\uff1d1+1"),
        ("x;=1+1", '"x;\'=1+1"'),
        ("x; @SUM(A1)", '"x; \'@SUM(A1)"'),
        ("x,-1", '"x,\'-1"'),
        ("Sales; North", '"Sales; North"'),
        ('=x,"y"', '"\'=x,""y"""'),
        ("Sales, North", '"Sales, North"'),
        ("R&D - labs", "R&D - labs"),
        (-1.5, "-1.5"),
        (None, ""),
    ],
)
def test_cells_of_the_csv(browser: Browser, folder: Path, value: object, cell: str) -> None:
    with reader(browser, DESKTOP) as looking:
        page = looking.open(folder / FILES[FIRST])
        text = page.evaluate("value => aiUsage.table.csv({head: ['a'], rows: [[{raw: value}]]})", value)
    assert text == f"\ufeffa\r\n{cell}\r\n"
