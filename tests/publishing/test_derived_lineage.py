"""Tables with the tag `derived` are those that publishing makes again, and they read published tables alone."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from publishing.derived import DERIVED_TABLES

ROOT = Path(__file__).parents[2]
MARTS = ROOT / "models/marts"
_REF = re.compile(r"ref\('(\w+)'\)")


@cache
def _sql() -> dict[str, Path]:
    return {path.stem: path for path in (ROOT / "models").rglob("*.sql")}


def _is_derived(path: Path) -> bool:
    return "tags=['derived']" in path.read_text(encoding="utf-8")


def _read_by(model: str) -> set[str]:
    """Models that a model reads; of rules of actions, which are parts of one query, those that they read."""
    text = _sql()[model].read_text(encoding="utf-8")
    direct = set(_REF.findall(text))
    if "ref(area ~ '_actions')" in text:
        direct |= {path.stem for path in (ROOT / "models/actions").glob("*.sql")}
    parts = {name for name in direct if name in _sql() and _sql()[name].parent == ROOT / "models/actions"}
    return (direct - parts).union(*(_read_by(part) for part in parts))


def test_the_models_with_the_tag_are_those_that_publishing_makes_again() -> None:
    tagged = [path.stem for path in MARTS.rglob("*.sql") if _is_derived(path)]
    assert sorted(tagged) == sorted(DERIVED_TABLES)


def test_they_read_published_tables_alone() -> None:
    marts = {path.stem for path in MARTS.rglob("*.sql")}
    for table in DERIVED_TABLES:
        read = _read_by(table)
        assert read, f"{table} reads nothing"
        assert read <= marts, f"{table} reads {sorted(read - marts)}"


def test_a_table_is_made_after_those_that_it_reads() -> None:
    for place, table in enumerate(DERIVED_TABLES):
        assert _read_by(table) & set(DERIVED_TABLES) <= set(DERIVED_TABLES[:place])
