"""The pictures of the README, from the demo's site: `make screenshots` writes them to docs/images/."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from tests.dashboards.browser import DESKTOP, PHONE, Scheme, chromium, reader

ROOT = Path(__file__).resolve().parents[2]
SITE = ROOT / ".data" / "demo" / "site"
IMAGES = ROOT / "docs" / "images"


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture: its name, the page, and how much of it."""

    name: str
    page: str
    height: int
    screen: dict[str, int]
    scheme: Scheme = "light"


SHOTS = [
    Shot("overview", "index.html", 1135, DESKTOP),
    Shot("departments", "departments.html", 1000, DESKTOP),
    Shot("licenses", "licenses.html", 1000, DESKTOP),
    Shot("adoption-dark", "adoption.html", 1000, DESKTOP, "dark"),
    Shot("department-phone", "department-marketing.html", 1000, PHONE),
]


def main(site: Path = SITE) -> None:
    """Take every picture.

    Raises:
        FileNotFoundError: the demo has not been run.
    """
    IMAGES.mkdir(exist_ok=True)
    with chromium() as browser:
        for shot in SHOTS:
            if not (site / shot.page).is_file():
                raise FileNotFoundError(f"{site / shot.page} is missing: make demo builds it.")
            with reader(browser, {**shot.screen, "height": shot.height}, shot.scheme) as looking:
                looking.open(site / shot.page).screenshot(path=IMAGES / f"{shot.name}.png")


if __name__ == "__main__":
    main(*(Path(argument) for argument in sys.argv[1:]))
