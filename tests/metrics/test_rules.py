"""A rule is stated once: its definition and the limits that a company may change."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from ingestion.sources.company.rows import THRESHOLDS
from metrics.rules import RULES, rules
from metrics.wording import Wording, sentences
from orchestration.metrics import rules as written
from tests.docs.markdown import ROOT

NEW_RULE = """rules:
  nobody_at_work:
    version: 1
    area: adoption
    audience: leaders
    importance: 99
    fires_when: "nobody comes"
    metric: active_ratio
    unit: ratio
    threshold: {name: nobody_least, default: 5}
    medium_from: 2
"""


def stated(tmp_path: Path, before: str, instead: str) -> Path:
    """A copy of the rules in which `before` is replaced once."""
    text = RULES.read_text(encoding="utf-8")
    assert before in text
    path = tmp_path / "rules.yml"
    path.write_text(text.replace(before, instead, 1), encoding="utf-8")
    return path


def test_one_entry_makes_a_rule(tmp_path: Path) -> None:
    found = rules(stated(tmp_path, "rules:\n", NEW_RULE))
    said = {
        **sentences().rules,
        "nobody_at_work": Wording(title="{{ tool }}: nobody", reason="", proposal="Ask."),
    }
    files = {path.name: text for path, text in written.files(found, said)}
    [row] = [row for row in csv.DictReader(files["action_rules.csv"].splitlines()) if row["importance"] == "99"]
    # page and cause are the rule's own where it names none, and no severity is high
    expected = {"rule_id": "nobody_at_work", "page": "adoption", "cause": "nobody_at_work", "high_from": ""}
    expected |= {"title": "{tool}: nobody", "recommendation": "Ask."}
    assert {name: row[name] for name in expected} == expected
    assert "\nnobody_least,5,rule nobody_at_work\n" in files["thresholds.csv"]
    assert "| `nobody_at_work` (adoption) | nobody comes | `nobody_least` 5 |" in written.table(found)


def test_a_limit_of_two_rules_is_refused(tmp_path: Path) -> None:
    path = stated(tmp_path, "rules:\n", NEW_RULE.replace("nobody_least", "idle_seats_least"))
    with pytest.raises(ValueError, match=r"rules\.yml: limit used twice: idle_seats_least"):
        rules(path)


def test_two_rules_of_one_importance_are_refused(tmp_path: Path) -> None:
    path = stated(tmp_path, "rules:\n", NEW_RULE.replace("99", "3"))
    with pytest.raises(ValueError, match=r"rules\.yml: importance used twice: 3"):
        rules(path)


def test_a_misspelt_setting_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="audiense"):
        rules(stated(tmp_path, "audience:", "audiense:"))


def test_a_company_may_set_every_limit() -> None:
    assert {"dormant_days", "idle_seats_least"} <= THRESHOLDS
    assert len(THRESHOLDS) == len(list(rules().limits()))


@pytest.mark.parametrize("rule_id", rules().rules)
def test_every_rule_has_its_part_of_a_model(rule_id: str) -> None:
    area = rules().rules[rule_id].area
    query = (ROOT / f"models/actions/{area}_actions.sql").read_text(encoding="utf-8")
    assert f"'{rule_id}'" in query
