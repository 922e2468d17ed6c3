"""What a picture of the documentation shows, as fingerprints; docs/images/pictures.json keeps those of then.

Comments, blanks, docstrings and help texts change no picture, so they change no fingerprint.
"""

from __future__ import annotations

import ast
import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from dashboards.value_names import value_names
from tests.dashboards.browser import DESKTOP, PHONE, Scheme

ROOT = Path(__file__).resolve().parents[2]
IMAGES = ROOT / "docs" / "images"
RECORD = IMAGES / "pictures.json"
DASHBOARDS = ROOT / "dashboards"
# Parts of the script that draw some types of charts alone; the others are on every page.
_DRAWS = {
    "chart_funnel.js": {"funnel"},
    "chart_periods.js": {"line", "stack", "heatmap"},
    "chart_rows.js": {"bars", "scatter"},
    "tiles.js": {"tiles"},
    "table.js": {"table"},
}
_WORDS = ("sentences.py", "telling.py", "wording.py")
_FOLDED = frozenset({"help"})
_DATA = re.compile(r'<script type="application/json" id="page-data">(.*?)</script>', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture: its name, the declaration and the file of its page, and how much of it on which screen."""

    name: str
    declaration: str
    page: str
    height: int
    screen: dict[str, int]
    scheme: Scheme = "light"

    @property
    def image(self) -> Path:
        """The file in the documentation."""
        return IMAGES / f"{self.name}.png"


SHOTS = [
    Shot("overview", "overview", "index.html", 1135, DESKTOP),
    Shot("departments", "departments", "departments.html", 1000, DESKTOP),
    Shot("licenses", "licenses", "licenses.html", 1000, DESKTOP),
    Shot("adoption-dark", "adoption", "adoption.html", 1000, DESKTOP, "dark"),
    Shot("department-phone", "department", "department-marketing.html", 1000, PHONE),
]


def recorded() -> dict[str, dict[str, str]]:
    """Fingerprints of the pictures as they were taken, by name."""
    found: dict[str, dict[str, str]] = json.loads(RECORD.read_text(encoding="utf-8"))
    return found


def sources(shot: Shot, root: Path = ROOT) -> dict[str, str]:
    """What decides a picture besides the company's data: each part by itself, so that a test can name it."""
    dashboards = root / "dashboards"
    declared = yaml.safe_load((dashboards / "pages" / f"{shot.declaration}.yml").read_text(encoding="utf-8"))
    types = {chart["type"] for chart in declared["charts"]}
    scripts = [p for p in dashboards.glob("static/*") if _DRAWS.get(p.name, types) & types]
    tables = sorted(set(re.findall(r"published\.([a-z_]+)", json.dumps(declared))))
    models = {p.stem: p for p in (root / "models" / "marts").rglob("*.sql")}
    read = [models[name] for table in tables for name in (table, f"mart_{table}") if name in models]
    masks = [*(root / "macros" / "privacy").glob("*.sql"), *(root / "models/disclosure").rglob("*.sql")]
    audit = sorted((root / "publishing" / "linear_audit").glob("*.py"))
    screen = {"page": shot.page, "height": shot.height, "scheme": shot.scheme, **shot.screen}
    return {
        "the page's declaration": _hash(_without(declared, _FOLDED), screen),
        "templates, styles and scripts": _hash(
            *map(_plain, sorted([*scripts, *(dashboards / "templates").glob("*.html")])),
            value_names(dashboards),
        ),
        "how sentences are made": _hash(*(_code(dashboards / name) for name in _WORDS)),
        "the tables that it reads": _hash(*map(_plain, read)),
        "the rules of hiding": _hash(*map(_plain, sorted(masks)), *map(_code, audit)),
    }


def figures(page: Path) -> str:
    """The data that a built page draws."""
    found = _DATA.search(page.read_text(encoding="utf-8"))
    if found is None:
        raise ValueError(f"{page.name} has no data.")
    return _hash(json.loads(found.group(1)))


def outdated(shot: Shot, record: dict[str, dict[str, str]], root: Path = ROOT) -> list[str]:
    """Parts of what a picture shows that are not what they were when it was taken."""
    taken = record.get(shot.name, {})
    return [part for part, now in sources(shot, root).items() if taken.get(part) != now]


def of_image(path: Path) -> str:
    """The picture itself: a record belongs to one."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]


def _without(value: Any, keys: Iterable[str]) -> Any:
    if isinstance(value, dict):
        return {key: _without(part, keys) for key, part in value.items() if key not in keys}
    return [_without(part, keys) for part in value] if isinstance(value, list) else value


def _plain(path: Path) -> str:
    """A text without comments and blanks."""
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"/\*.*?\*/|\{#.*?#\}|<!--.*?-->", "", text, flags=re.DOTALL)
    marks = r"^\s*--.*$" if path.suffix == ".sql" else r"^\s*//.*$"
    return " ".join(re.sub(marks, "", text, flags=re.MULTILINE).split())


def _code(path: Path) -> str:
    """Python without comments, docstrings and blanks; the same under every version of Python."""
    text = path.read_text(encoding="utf-8")
    left_out = {
        line
        for node in ast.walk(ast.parse(text))
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(node) is not None
        for line in range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1)
    }
    lines = [line for number, line in enumerate(text.splitlines(), 1) if number not in left_out]
    return " ".join(re.sub(r"^\s*#.*$", "", "\n".join(lines), flags=re.MULTILINE).split())


def _hash(*parts: object) -> str:
    written = json.dumps(parts, sort_keys=True, default=str)
    return hashlib.sha256(written.encode()).hexdigest()[:16]
