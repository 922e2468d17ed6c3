"""Debian's own Chromium without a head, driven by playwright: what a reader sees, and what a page asks for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from dashboards.declaration import load_pages
from dashboards.navigation import DEFINITIONS
from tests.tools import tool

PAGES = load_pages()
FIRST = next(iter(PAGES))
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
Scheme = Literal["light", "dark"]


def file_of(name: str) -> str:
    """The file of a page; of the departments' one of them."""
    if name == FIRST:
        return "index.html"
    return "department-sales.html" if PAGES[name].per else f"{name}.html"


FILES = {**{name: file_of(name) for name in PAGES}, DEFINITIONS: f"{DEFINITIONS}.html"}


@contextmanager
def chromium() -> Iterator[Browser]:
    """The system's Chromium; playwright's own is never downloaded."""
    path = tool("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@dataclass
class Reader:
    """One reader with a screen: what the browser complained about, and every address it asked for."""

    context: BrowserContext
    page: Page
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def open(self, path: Path, fragment: str = "") -> Page:
        """Open a page of the site from the disk; drawn when this returns."""
        self.page.goto("about:blank")
        self.page.goto(path.as_uri() + fragment)
        return self.page

    def chart(self, chart: str) -> dict[str, Any]:
        """The option that ECharts draws `chart` from."""
        return dict(self.page.evaluate("id => window.aiUsage.instances.get(id).getOption()", chart))


@contextmanager
def reader(
    browser: Browser, screen: dict[str, int], scheme: Scheme = "light", locale: str = "en-GB"
) -> Iterator[Reader]:
    """A reader with an empty memory."""
    context = browser.new_context(
        viewport={"width": screen["width"], "height": screen["height"]},
        color_scheme=scheme,
        locale=locale,
        accept_downloads=True,
    )
    made = Reader(context, context.new_page())
    made.page.on("console", lambda message: made.complaints.append(f"{message.type}: {message.text}"))
    made.page.on("pageerror", lambda error: made.complaints.append(f"error: {error}"))
    made.page.on("requestfailed", lambda request: made.complaints.append(f"not loaded: {request.url}"))
    context.on("request", lambda request: made.requests.append(request.url))
    yield made
    context.close()
