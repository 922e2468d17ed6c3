"""Readers see the old site or the new one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dashboards.errors import SiteError
from dashboards.switch import KEEP_VERSIONS, new_version


def write(site: Path, text: str) -> None:
    with new_version(site, "v") as building:
        (building / "index.html").write_text(text)


def test_the_folder_is_switched_at_once_and_old_versions_go(tmp_path: Path) -> None:
    site = tmp_path / "site"
    for number in range(5):
        write(site, f"site {number}")
        assert (site / "index.html").read_text() == f"site {number}"
    assert len(list((tmp_path / "site-versions").iterdir())) == KEEP_VERSIONS


def test_a_site_that_breaks_off_changes_nothing_and_leaves_nothing(tmp_path: Path) -> None:
    site = tmp_path / "site"
    write(site, "good")
    before = sorted((tmp_path / "site-versions").iterdir())

    def break_off() -> None:
        with new_version(site, "v") as building:
            (building / "index.html").write_text("half")
            assert (site / "index.html").read_text() == "good", "not seen while it is written"
            raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        break_off()
    assert (site / "index.html").read_text() == "good"
    assert sorted((tmp_path / "site-versions").iterdir()) == before


def test_what_a_killed_build_left_goes_with_the_next(tmp_path: Path) -> None:
    site = tmp_path / "site"
    left = tmp_path / "site-versions" / "v-killed.building"
    left.mkdir(parents=True)
    write(site, "good")
    assert not left.exists()


def test_a_folder_of_somebody_else_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "mine.txt").write_text("mine")
    with pytest.raises(SiteError, match="in the way"):
        write(tmp_path / "site", "good")
    assert (tmp_path / "site" / "mine.txt").read_text() == "mine"


def test_a_site_has_the_mode_and_the_group_of_the_folder_that_holds_it(tmp_path: Path) -> None:
    """The night runs with umask 077, and rights given by hand were gone with the next site."""
    site, versions = tmp_path / "site", tmp_path / "site-versions"
    before = os.umask(0o077)
    try:
        write(site, "for all")
        assert (site / "index.html").stat().st_mode & 0o777 == 0o644
        group = next(
            (group for group in os.getgroups() if group != os.getegid()), 4242 if os.geteuid() == 0 else None
        )
        if group is not None:
            os.chown(versions, -1, group)
        versions.chmod(0o750)
        write(site, "for a group")
    finally:
        os.umask(before)
    assert site.resolve().stat().st_mode & 0o777 == 0o750
    page = (site / "index.html").stat()
    assert page.st_mode & 0o777 == 0o640
    assert page.st_gid == versions.stat().st_gid
