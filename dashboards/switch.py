"""The site folder is switched at once: readers see the old site or the new one, never a mixture on the disk.

`site` is a symlink to a folder in `site-versions/`, as the published tables are (decision 0011).
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from dashboards.errors import SiteError
from dashboards.readers import give_to_readers

KEEP_VERSIONS = 2


@contextlib.contextmanager
def new_version(site: Path, name: str) -> Iterator[Path]:
    """An empty folder to write the next site into; when the block ends well, `site` leads to it.

    When it does not, the folder goes and `site` stays as it was.

    Raises:
        SiteError: `site` is something that was not made here.
    """
    if site.exists() and not site.is_symlink():
        raise SiteError(f"{site} is in the way of the site.", "Move it away.")
    versions = site.with_name(f"{site.name}-versions")
    if not versions.exists():
        versions.mkdir(parents=True)
        versions.chmod(0o755)
    building = Path(tempfile.mkdtemp(prefix=f"{name}-", suffix=".building", dir=versions))
    try:
        yield building
        give_to_readers(versions, building)  # whatever the umask of the night
        version = building.rename(building.with_name(building.name.removesuffix(".building")))
    except BaseException:
        shutil.rmtree(building, ignore_errors=True)
        raise
    _point(site, f"{versions.name}/{version.name}")
    _prune(versions, keep=version)


def _point(link: Path, target: str) -> None:
    temporary = link.with_name(f".{link.name}.new")
    temporary.unlink(missing_ok=True)
    os.symlink(target, temporary, target_is_directory=True)
    temporary.replace(link)


def _prune(versions: Path, keep: Path) -> None:
    """Leave the newest versions; what an interrupted build left goes too."""
    ordered = sorted(versions.iterdir(), key=lambda path: path.stat().st_mtime_ns, reverse=True)
    finished = [path for path in ordered if not path.name.endswith(".building") and path != keep]
    for path in [*finished[KEEP_VERSIONS - 1 :], *(p for p in ordered if p.name.endswith(".building"))]:
        shutil.rmtree(path)
