"""The README's queries run against a published file and give the columns that stand below them."""

from __future__ import annotations

import re

import duckdb
import pytest

from tests.docs.markdown import ROOT
from tests.end_to_end.harness import World

pytestmark = pytest.mark.end_to_end

_ANSWERED = re.compile(r"^```sql\n(.*?)^```\n\n```text\n(.*?)^```$", re.MULTILINE | re.DOTALL)
README = (ROOT / "README.md").read_text(encoding="utf-8")
ANSWERED = _ANSWERED.findall(README)


def test_every_query_has_its_result() -> None:
    assert len(ANSWERED) == README.count("```sql") > 0


@pytest.mark.parametrize(("query", "result"), ANSWERED, ids=[f"query {n + 1}" for n in range(len(ANSWERED))])
def test_queries_give_the_columns_shown(first_night: World, query: str, result: str) -> None:
    """Columns, not figures: the README shows the company of 600, this file holds one of 60."""
    path = first_night.environment.published_dir / "marts.duckdb"
    with duckdb.connect(str(path), read_only=True) as connection:
        columns = [description[0] for description in connection.execute(query).description]
    assert columns == result.splitlines()[0].split()
