"""Pictures in the documentation show the pages of today.

One was older than its page and drew counts of single people that the page had come to hide.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.dashboards.pictures import IMAGES, ROOT, SHOTS, Shot, of_image, outdated, recorded, sources

LICENSES = next(shot for shot in SHOTS if shot.name == "licenses")


@pytest.mark.parametrize("shot", SHOTS, ids=lambda shot: shot.name)
def test_no_picture_is_older_than_what_it_shows(shot: Shot) -> None:
    changed = outdated(shot, recorded())
    assert changed == [], (
        f"{shot.image.name} is older than {', '.join(changed)}: run `make screenshots`, look at it."
    )


@pytest.mark.parametrize("shot", SHOTS, ids=lambda shot: shot.name)
def test_the_record_belongs_to_the_picture(shot: Shot) -> None:
    assert recorded()[shot.name]["image"] == of_image(shot.image), "run `make screenshots`"


def test_every_picture_of_the_documentation_is_taken_by_the_command() -> None:
    assert set(IMAGES.glob("*.png")) == {shot.image for shot in SHOTS}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of what decides the pictures, to be changed."""
    for folder in ("dashboards", "macros/privacy", "models/marts", "models/disclosure", "publishing"):
        shutil.copytree(
            ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("bundles", "__pycache__")
        )
    return tmp_path


def change(path: Path, pattern: str, instead: str) -> None:
    text = path.read_text(encoding="utf-8")
    changed = re.sub(pattern, instead, text, count=1, flags=re.MULTILINE)
    assert changed != text
    path.write_text(changed, encoding="utf-8")


@pytest.mark.parametrize(
    ("file", "pattern", "instead", "part"),
    [
        ("dashboards/pages/licenses.yml", r"title: ", "title: Now ", "the page's declaration"),
        ("dashboards/static/site.css", r"\{", "{ color: red;", "templates, styles and scripts"),
        ("dashboards/wording.py", r"^def ", "X = 1\n\n\ndef ", "how sentences are made"),
        ("models/marts/licenses/license_utilization_monthly.sql", "select", "select 1 as x,",
         "the tables that it reads"),
        ("macros/privacy/suppression_rules.sql", r"\Z", "{{ more }}", "the rules of hiding"),
    ],
)  # fmt: skip
def test_a_change_of_what_it_shows_is_noticed(
    project: Path, file: str, pattern: str, instead: str, part: str
) -> None:
    before = {LICENSES.name: sources(LICENSES, project)}
    assert outdated(LICENSES, before, project) == []
    change(project / file, pattern, instead)
    assert outdated(LICENSES, before, project) == [part]


@pytest.mark.parametrize(
    ("file", "pattern", "instead"),
    [
        ("dashboards/pages/licenses.yml", r"\A", "# a remark\n"),
        ("dashboards/pages/adoption.yml", r"title: ", "title: Now "),
        ("dashboards/static/site.css", r"\A", "/* a remark */\n"),
        ("dashboards/static/chart_funnel.js", r"\Z", "\nlet unused = 1;"),
        ("dashboards/wording.py", r'^"""', '"""Otherwise: '),
        ("models/marts/licenses/license_utilization_monthly.sql", r"\A", "-- a remark\n"),
        ("models/marts/adoption/adoption_funnel_weekly.sql", "select", "select 1 as x,"),
    ],
)
def test_what_it_does_not_show_is_no_reason(project: Path, file: str, pattern: str, instead: str) -> None:
    before = {LICENSES.name: sources(LICENSES, project)}
    change(project / file, pattern, instead)
    assert outdated(LICENSES, before, project) == []
