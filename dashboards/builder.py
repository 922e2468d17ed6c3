"""Builds the site: reads the published tables, renders every page apart, then switches the folder at once."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import duckdb

from dashboards.assets import write_assets
from dashboards.declaration import PAGES, load_pages
from dashboards.errors import SiteError
from dashboards.queries import published_tables
from dashboards.rendering import Renderer
from dashboards.switch import new_version


@dataclass(frozen=True, slots=True)
class Site:
    """A finished site: the page to open, how many pages and bytes there are, and how long it took."""

    index: Path
    pages: int
    size: int
    seconds: float


def build(published: Path | duckdb.DuckDBPyConnection, site: Path, *, pages: Path = PAGES) -> Site:
    """Write the whole site and let `site` lead to it. `published` is the file, or a connection with its schema.

    Raises:
        SiteError: a page is refused, a bundle is missing, or nothing is published; the last site stays.
    """
    if isinstance(published, Path):
        with published_tables(published) as connection:
            return _build(connection, site, pages)
    return _build(published, site, pages)


def _build(connection: duckdb.DuckDBPyConnection, site: Path, folder: Path) -> Site:
    started = time.monotonic()
    declared = load_pages(folder)
    if not any(page.per is None for page in declared.values()):
        raise SiteError("No page is declared.", "Put one into dashboards/pages/.")
    renderer = Renderer(connection, declared)
    try:
        with new_version(site, renderer.publication.published_at.strftime("%Y%m%dT%H%M%S")) as building:
            write_assets(building / "assets")
            for name, text in renderer.files():
                (building / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise SiteError(f"The site cannot be written: {error.strerror}.", "Look at the disk.") from error
    written = [path for path in site.rglob("*") if path.is_file()]
    pages = sum(path.suffix == ".html" for path in written)
    size = sum(path.stat().st_size for path in written)
    return Site(site / "index.html", pages, size, time.monotonic() - started)
