"""Every page in Chromium: what a reader sees, and that nothing leaves the machine."""

from __future__ import annotations

import functools
import http.server
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from dashboards.assets import BUNDLES
from dashboards.chart_types import Chart, TableChart, TilesChart
from dashboards.navigation import DEFINITIONS
from tests.dashboards.browser import DESKTOP, FILES, FIRST, PAGES, PHONE, Scheme, reader
from tests.http_server import in_background

VIEWS: dict[str, tuple[dict[str, int], Scheme]] = {
    "desktop, light": (DESKTOP, "light"),
    "desktop, dark": (DESKTOP, "dark"),
    "phone, light": (PHONE, "light"),
    "phone, dark": (PHONE, "dark"),
}


# The smallest width or height of a chart on the page.
SIZES = "Math.min(1e6, ...[...aiUsage.instances.values()].flatMap((one) => [one.getWidth(), one.getHeight()]))"
FOCUSED = "(({className, id, tagName}) => className || id || tagName)(document.activeElement)"


def drawn(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.dataset.drawn") == "yes")


@pytest.mark.parametrize("view", VIEWS)
def test_every_page_is_drawn_without_a_complaint_and_asks_for_nothing_elsewhere(
    browser: Browser, folder: Path, view: str
) -> None:
    screen, scheme = VIEWS[view]
    with reader(browser, screen, scheme) as looking:
        for name, file in FILES.items():
            page = looking.open(folder / file)
            assert name == DEFINITIONS or drawn(page), name
            assert page.evaluate("document.documentElement.scrollWidth") <= screen["width"], (
                f"{name} is too wide"
            )
            assert name == DEFINITIONS or page.evaluate(SIZES) > 0, name
        assert looking.complaints == []
        assert all(
            url.startswith((folder.resolve().as_uri(), folder.as_uri(), "about:")) for url in looking.requests
        )


@pytest.mark.parametrize(("screen", "scheme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["light", "dark"])
def test_axe_finds_nothing_serious(
    browser: Browser, folder: Path, screen: dict[str, int], scheme: Scheme
) -> None:
    axe = (BUNDLES / "axe.min.js").read_text(encoding="utf-8")
    with reader(browser, screen, scheme) as looking:
        for name, file in FILES.items():
            page = looking.open(folder / file)
            page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
            page.evaluate(axe)
            found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
            serious = [
                f"{one['id']}: {one['nodes'][0]['html'][:120]}"
                for one in found["violations"]
                if one["impact"] in {"serious", "critical"}
            ]
            assert serious == [], name


def test_another_week_changes_titles_and_charts_and_stays_in_the_address(
    browser: Browser, folder: Path
) -> None:
    with reader(browser, DESKTOP) as looking:
        page = looking.open(folder / FILES["departments"])
        titles = page.locator(".chart h2").all_inner_texts()
        before = [looking.chart(chart.id)["series"][0]["data"] for chart in _drawn_charts("departments")]
        page.get_by_role("button", name="Earlier week").click()
        chosen = page.locator("#period").input_value()
        assert page.url.endswith(f"#week={chosen}")
        assert page.locator(".chart h2").all_inner_texts() != titles
        after = [looking.chart(chart.id)["series"][0]["data"] for chart in _drawn_charts("departments")]
        assert after != before
        page.reload()
        assert page.locator("#period").input_value() == chosen
        last = page.locator("#period option").last.get_attribute("value")
        page.locator("#period").select_option(last)
        assert page.get_by_role("button", name="Earlier week").is_disabled()
        assert looking.complaints == []


def _drawn_charts(name: str) -> list[Chart]:
    return [chart for chart in PAGES[name].charts if not isinstance(chart, TableChart | TilesChart)]


def test_everything_can_be_reached_by_keyboard(browser: Browser, folder: Path) -> None:
    with reader(browser, DESKTOP) as looking:
        page = looking.open(folder / FILES["adoption"])
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to content"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"
        reached = set()
        for _ in range(60):
            page.keyboard.press("Tab")
            reached.add(page.evaluate(FOCUSED))
        assert {"period", "plot", "SUMMARY"} <= reached
        chart = _drawn_charts("adoption")[0].id
        page.locator(f"#{chart} .plot").focus()
        page.keyboard.press("End")
        spoken = page.locator(f"#{chart} .spoken").inner_text()
        assert spoken
        page.keyboard.press("ArrowLeft")
        assert page.locator(f"#{chart} .spoken").inner_text() != spoken
        page.locator(f"#{chart} details.definition summary").focus()
        page.keyboard.press("Enter")
        assert page.locator(f"#{chart} details.definition dd").first.is_visible()


def test_the_theme_can_be_chosen_and_is_kept(browser: Browser, folder: Path) -> None:
    with reader(browser, DESKTOP, "light") as looking:
        page = looking.open(folder / FILES["adoption"])
        ground = "getComputedStyle(document.body).backgroundColor"
        light = page.evaluate(ground)
        button = page.get_by_role("button", name="Theme")
        button.click()
        assert page.evaluate(ground) == light, "light, chosen"
        button.click()
        dark = page.evaluate(ground)
        assert dark != light
        page = looking.open(folder / FILES["depth"])
        assert page.evaluate(ground) == dark


def test_paper_is_white_also_for_a_dark_screen(browser: Browser, folder: Path) -> None:
    with reader(browser, DESKTOP, "dark") as looking:
        page = looking.open(folder / FILES["adoption"])
        page.evaluate(
            "window.addEventListener('beforeprint', () => { window.printed = [...aiUsage.instances.values()]"
            ".map((one) => [one.getOption().tooltip[0].backgroundColor, one.getWidth()]); })"
        )
        assert page.pdf().startswith(b"%PDF")
        printed = page.evaluate("window.printed")
        assert printed
        assert all(ground == "#ffffff" and width <= 660 for ground, width in printed)
        assert page.evaluate("document.documentElement.dataset.theme || null") is None
        page.emulate_media(media="print")
        assert not page.locator("nav").first.is_visible()


def test_figures_and_days_are_in_the_readers_locale(browser: Browser, folder: Path) -> None:
    with (
        reader(browser, DESKTOP, locale="de-DE") as german,
        reader(browser, DESKTOP, locale="en-US") as american,
    ):
        for looking, words in ((german, "16. November 2026"), (american, "November 16, 2026")):
            page = looking.open(folder / FILES["cost"])
            assert words in page.locator("footer").inner_text()
            assert words in page.locator(".meta").first.inner_text()
        assert german.page.evaluate("aiUsage.figure(1234.5, {unit: 'money'}, 'EUR')") == "1.235\u00a0€"
        assert american.page.evaluate("aiUsage.figure(0.256, {unit: 'ratio', decimals: 1})") == "25.6%"


def test_the_content_security_policy_holds(browser: Browser, folder: Path) -> None:
    with reader(browser, DESKTOP) as looking:
        page = looking.open(folder / FILES[FIRST])
        tried: Any = page.evaluate(
            """async () => {
              const inline = document.createElement("script");
              inline.textContent = "window.wasRun = true";
              document.body.append(inline);
              const made = document.createElement("script");
              made.src = "data:text/javascript,window.wasEvaluated = true";
              document.body.append(made);
              const asked = await fetch("http://127.0.0.1:9/").then(() => "answered", () => "refused");
              await new Promise((done) => setTimeout(done, 100));
              return [window.wasRun, window.wasEvaluated, asked];
            }"""
        )
        assert tried == [None, None, "refused"]
        assert sum("Content Security Policy" in text for text in looking.complaints) >= 3


def test_it_works_from_a_web_server_too(browser: Browser, folder: Path) -> None:
    class Silent(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Nothing on the tests' output."""

    handler = functools.partial(Silent, directory=str(folder))
    with (
        http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server,
        in_background(server),
        reader(browser, DESKTOP) as looking,
    ):
        looking.page.goto(f"http://127.0.0.1:{server.server_port}/")
        looking.page.get_by_role("link", name="Adoption").click()
        looking.page.wait_for_function("document.documentElement.dataset.drawn === 'yes'")
        assert looking.complaints == []


def test_every_link_within_the_site_leads_somewhere(browser: Browser, folder: Path) -> None:
    with reader(browser, DESKTOP) as looking:
        for file in FILES.values():
            page = looking.open(folder / file)
            for href in page.locator("a[href]").evaluate_all("all => all.map(one => one.getAttribute('href'))"):
                name, _, _fragment = href.partition("#")
                assert not name or (folder / name).is_file(), f"{file}: {href}"
