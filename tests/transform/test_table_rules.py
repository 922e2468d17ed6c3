"""`table_rules` on each engine: which rule is broken, and on how many rows; worked out by hand."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from orchestration.dbt import BUILD
from orchestration.parsed import INSTALLED, MANIFEST
from tests.postgres import PostgresServer
from tests.transform.toy import ToyProject

COLUMNS = {
    "id": "integer",
    "part": "varchar(9)",
    "second": "integer",
    "must": "varchar(9)",
    "word": "varchar(9)",
    "share": "decimal(9, 2)",
    "used": "integer",
    "held": "integer",
}
BROKEN = [
    # id, part: the key of the first two rows; NULL in the third and in the fifth
    # second: NULL three times, and NULLs count as equal; must: NULL twice
    # word: NULL passes; share: 0 and 1 and NULL pass; used <= held: false once, unknown once
    "(1, 'x', 10, 'm', 'yes', 1, 1, 3)",
    "(1, 'x', 11, 'm', 'yes', 0.5, 1, 3)",
    "(null, 'y', null, null, 'perhaps', -0.1, 3, 1)",
    "(2, 'z', null, null, null, 1.5, 1, null)",
    "(3, null, 12, 'm', 'it''s', null, 2, 2)",
    "(4, 'w', null, 'm', 'never', 0, 2, 2)",
]
KEPT = ["(1, 'x', 10, 'm', 'yes', 1, 1, 3)", "(1, 'y', null, 'm', null, null, 0, 0)"]
SPANS = [
    "('gap', '1900-01-01', '2026-01-01')",
    "('gap', '2026-02-01', '2199-12-31')",
    "('overlap', '1900-01-01', '2026-03-01')",
    "('overlap', '2026-02-01', '2199-12-31')",
    "('empty', '1900-01-01', '2026-01-01')",
    "('empty', '2026-01-01', '2026-01-01')",
    "('empty', '2026-01-01', '2199-12-31')",
    "('starts late', '2026-01-01', '2199-12-31')",
    "('ends early', '1900-01-01', '2026-01-01')",
    "('right', '1900-01-01', '2199-12-31')",
]
RULES = """
            primary_key: [id, part]
            unique: [[second]]
            not_null: [must]
            accepted_values: {word: ["yes", "it's"]}
            accepted_range: {share: {min: 0, max: 1}}
            conditions: {used_at_most_held: used <= held}"""
HISTORY = "\n            gapless_validity: {key: [name], %s: true}"
TESTED = {
    "broken": RULES,
    "kept": RULES,
    "nothing": RULES + "\n          config: {where: id > 1}",
    "always": HISTORY % "covers_always",
    "with_gaps": HISTORY % "allow_gaps",
}
EXPECTED = [
    "always: gapless_validity (name): 5 rows",  # of each name but the last the one row that is wrong
    "broken: accepted_range (share): 2 rows",
    "broken: accepted_values (word): 2 rows",
    "broken: condition (used_at_most_held): 2 rows",
    "broken: not_null (id): 1 row",
    "broken: not_null (must): 2 rows",
    "broken: not_null (part): 1 row",
    "broken: unique (id, part): 2 rows",
    "broken: unique (second): 3 rows",
    "with_gaps: gapless_validity (name): 2 rows",  # the overlap and the empty one
]


def table(columns: dict[str, str], rows: Sequence[str]) -> str:
    typed = ", ".join(f"cast({name} as {kind}) as {name}" for name, kind in columns.items())
    return f"select {typed} from (values {', '.join(rows)}) as given ({', '.join(columns)})"


ENDED = {"always": 5, "broken": 15, "kept": 0, "nothing": 0, "with_gaps": 2}


@pytest.fixture(params=["duckdb", "postgres"])
def project(tmp_path: Path, request: pytest.FixtureRequest) -> ToyProject:
    server: PostgresServer | None = request.getfixturevalue("postgres") if request.param == "postgres" else None
    spans = table({"name": "varchar(20)", "valid_from": "date", "valid_to": "date"}, SPANS)
    models = {
        "broken": table(COLUMNS, BROKEN),
        "kept": table(COLUMNS, KEPT),
        "nothing": table(COLUMNS, KEPT),
        "always": spans,
        "with_gaps": spans,
        "after_broken": "select * from {{ ref('broken') }}",
    }
    made = ToyProject(tmp_path, models, server)
    stated = "".join(
        f"\n  - name: {name}\n    data_tests:\n      - table_rules:"
        f"\n          name: {name}_rules\n          arguments:{rules}"
        for name, rules in TESTED.items()
    )
    (tmp_path / "models" / "toy.yml").write_text(f"models:{stated}\n")
    return made


def test_a_broken_rule_is_named_with_its_rows(project: ToyProject) -> None:
    _, said = project.dbt("build")

    assert sorted(re.findall(r"Rule broken: (.*)", said)) == EXPECTED
    # dbt's own word for each test: the sum of what its rules count, and nothing of a row.
    ended = dict(re.findall(r"(?:PASS|FAIL \d+) (\w+)_rules .*\[(PASS|FAIL \d+) in", said))
    assert ended == {name: f"FAIL {rows}" if rows else "PASS" for name, rows in ENDED.items()}
    assert "perhaps" not in said


def test_rules_asked_with_the_model_say_the_same_and_keep_a_broken_table_out(project: ToyProject) -> None:
    """As a night asks them: the same lines, the same counts, and nothing is built from a broken table."""
    code, said = project.dbt(*BUILD, variables={"AI_USAGE_RULES_WITH_MODELS": "1"})

    assert code == 1
    assert sorted(re.findall(r"Rule broken: (.*)", said)) == EXPECTED
    ended = dict(re.findall(r"Table rules: test\.ai_usage\.(\w+)_rules[.\w]*: (\w+: \d+)", said))
    assert ended == {name: f"fail: {rows}" if rows else "pass: 0" for name, rows in ENDED.items()}
    assert "perhaps" not in said
    # Where a build is a transaction, as on both engines, the broken table itself is not there either.
    built = project.sql("select table_name from information_schema.tables where table_schema = 'main'")
    assert sorted(name for (name,) in built) == ["kept", "nothing"]


def test_a_rule_that_only_warns_stops_nothing(project: ToyProject) -> None:
    file = project.folder / "models" / "toy.yml"
    file.write_text(
        file.read_text().replace("name: broken_rules", "name: broken_rules\n          config: {severity: warn}")
    )
    asked = [*BUILD, "--select", "broken+"]
    _, said = project.dbt(*asked, variables={"AI_USAGE_RULES_WITH_MODELS": "1"})
    assert "broken_rules" in said
    assert re.findall(r"Table rules: test\.ai_usage\.broken_rules[.\w]*: (.*)", said) == ["warn: 15"]
    assert len(project.sql("select * from main.after_broken")) == len(BROKEN)


def test_only_what_has_a_node_has_rules() -> None:
    """They are asked in the node that builds the table, and an ephemeral model has none."""
    nodes = json.loads((INSTALLED / MANIFEST).read_text(encoding="utf-8"))["nodes"]
    tested = [
        nodes[node["attached_node"]]
        for node in nodes.values()
        if (node.get("test_metadata") or {}).get("name") == "table_rules"
    ]
    assert len(tested) > 200
    assert not [node["name"] for node in tested if node["config"]["materialized"] == "ephemeral"]
