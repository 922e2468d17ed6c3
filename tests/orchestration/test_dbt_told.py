"""What is kept of dbt's words: the node, the kind and the place, and nothing that an engine quoted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from orchestration.dbt import BUILD, DbtResult, NodeResult, in_order, rules_as_tests, take
from orchestration.dbt_told import RESULTS, broken_rule, error_text, failure, forget_messages, log_line


def event(name: str, message: str, level: str = "error", **data: Any) -> dict[str, Any]:
    return {"info": {"name": name, "msg": message, "level": level}, "data": data}


@pytest.fixture
def model() -> str:
    """A model that this project has, as dbt writes it."""
    path = next(Path("models/core").rglob("dim_people.sql"))
    return f"model dim_people ({path})"


def test_an_engines_error_is_told_by_node_kind_and_line(model: str) -> None:
    message = (
        f"Database Error in {model}\n  Conversion Error: Could not convert string 'Zorvayne' to INT32\n"
        "  LINE 12: select cast(name as integer)"
    )
    told = failure(event("RunResultError", message, node_info={"node_name": "dim_people"}))
    assert told.startswith("Database Error, in dim_people (models/core/")
    assert told.endswith("Conversion Error, line 12")
    assert "Zorvayne" not in told + log_line(event("RunResultError", message))


@pytest.mark.parametrize(
    ("message", "phrase"),
    [
        ('invalid input syntax for type integer: "Zorvayne"', "invalid input syntax for type"),
        ("Failing row contains (Zorvayne)\nnull value in column", "null value in column"),
        ("could not read Zorvayne", ""),
        ("Got 3 results, configured to fail if != 0", "Got 3 results, configured to fail if != 0"),
        ("Got 3 results for Zorvayne", ""),
        ("Error in model zorvayne (models/zorvayne.sql)", ""),
        (
            "Error running query: [CAST_INVALID_INPUT] org.apache.spark.SparkNumberFormatException: 'Zorvayne'",
            "CAST_INVALID_INPUT",
        ),
    ],
)
def test_only_the_vocabulary_passes(message: str, phrase: str) -> None:
    assert error_text(message) == phrase


def test_a_nodes_end_is_a_line_of_the_log() -> None:
    ended = event(
        "LogTestResult",
        "3 of 9 FAIL 12 people_are_unique of Zorvayne",
        node_info={"node_name": "people_are_unique", "resource_type": "test"},
        status="fail",
        num_failures=12,
        execution_time=0.25,
    )
    assert log_line(ended) == "LogTestResult test people_are_unique fail 12 rows 0.25 s"


RULE = "Rule broken: dim_models: unique (model, tier): 3 rows"


def said(message: str) -> dict[str, Any]:
    return event("JinjaLogInfo", message, "info", node_info={"unique_id": "test.dim_models"})


def test_a_broken_rule_is_told_with_its_test() -> None:
    """In the log, among the failures, and in the message of the node, which Dagster shows with its check."""
    result = DbtResult(exit_code=1)
    node_info = {"unique_id": "test.dim_models", "node_name": "table_rules_dim_models", "resource_type": "test"}
    ended = event("LogTestResult", "", node_info=node_info, status="fail", num_failures=3)
    assert (take(said(RULE), result), log_line(said(RULE))) == (None, RULE)
    node = take(ended, result)
    assert node is not None
    assert node.message == f"LogTestResult test table_rules_dim_models fail 3 rows\n{RULE}"
    assert result.failures == [RULE]


ASKED = "Table rules: test.ai_usage.dim_models_rules.0a1b: {}"


@pytest.mark.parametrize(("status", "rows"), [("fail", 3), ("warn", 3)])
def test_rules_asked_with_the_model_end_as_a_test_of_their_own(status: str, rows: int) -> None:
    """The line comes in the model's node; Dagster gets the test's result by the test's id."""
    result = DbtResult(exit_code=1)
    assert take(said(RULE), result) is None
    node = take(said(ASKED.format(f"{status}: {rows}")), result)
    assert node is not None
    assert (node.unique_id, node.name) == ("test.ai_usage.dim_models_rules.0a1b", "dim_models_rules")
    assert (node.status, node.failures, node.message) == (status, rows, RULE)
    assert result.statuses == {status: 1}
    assert result.failures == ([RULE] if status == "fail" else [])
    assert result.broken == {"test.ai_usage.dim_models_rules.0a1b": [RULE]}


def test_kept_rules_asked_with_the_model_are_a_passed_test() -> None:
    result = DbtResult(exit_code=0)
    line = ASKED.format("pass: 0")
    node = take(said(line), result)
    assert node is not None
    assert (node.status, node.ok, node.failures) == ("pass", True, 0)
    assert (result.statuses, result.broken, log_line(said(line))) == ({"pass": 1}, {}, line)


def test_a_test_that_was_asked_with_its_model_is_told_after_it() -> None:
    """Two models end at once; Dagster judges the rows that were written last before a check."""
    result = DbtResult(exit_code=0)
    held: dict[str, list[NodeResult]] = {}
    model = {"unique_id": "test.dim_models", "node_name": "dim_models", "resource_type": "model"}
    other = {"unique_id": "model.dim_tools", "node_name": "dim_tools", "resource_type": "model"}
    events = [
        said(ASKED.format("pass: 0")),
        event("LogModelResult", "", node_info=other, status="success"),
        event("LogModelResult", "", node_info=model, status="success"),
    ]
    told = [
        node.name
        for told_event in events
        if (taken := take(told_event, result)) is not None
        for node in in_order(taken, told_event, held)
    ]
    assert told == ["dim_tools", "dim_models", "dim_models_rules"]
    assert held == {}


@pytest.mark.parametrize("ending", ["pass: Zorvayne", "Zorvayne: 0", "fail: 3 of Zorvayne"])
def test_only_a_status_and_a_count_are_kept_of_asked_rules(ending: str) -> None:
    result = DbtResult(exit_code=0)
    assert take(said(ASKED.format(ending)), result) is None
    assert result.statuses == {}
    assert log_line(said(ASKED.format(ending))) == "JinjaLogInfo"


def test_a_broken_rule_of_a_warning_is_no_failure() -> None:
    result = DbtResult(exit_code=0)
    take(said(RULE), result)
    node_info = {"unique_id": "test.dim_models", "resource_type": "test"}
    node = take(event("LogTestResult", "", "warn", node_info=node_info, status="warn", num_failures=3), result)
    assert node is not None
    assert RULE in node.message
    assert result.failures == []


@pytest.mark.parametrize(
    "message",
    [
        "Rule broken: dim_models: unique (model): Zorvayne",
        "Rule broken: dim_models: unique (model): 3 rows of Zorvayne",
        "Rule broken: dim_models: accepted_values (tier = 'Zorvayne'): 3 rows",
        "Rule broken: maya@asterlane.example: unique (model): 3 rows",
    ],
)
def test_a_rule_is_told_by_names_and_a_count_alone(message: str) -> None:
    assert log_line(said(message)) == "JinjaLogInfo"
    assert broken_rule(said(message)) == ""
    assert broken_rule(event("Text", RULE, "info")) == ""


def test_what_a_macro_or_a_crash_prints_is_not_kept() -> None:
    assert log_line(event("JinjaLogInfo", "Zorvayne", "info")) == "JinjaLogInfo"
    assert log_line(event("Text", "ValueError: Zorvayne", "info")) == ""
    frame = '  File "/x/dbt/cli/main.py", line 7, in invoke'
    assert log_line(event("Text", frame, "info")) == "  main.py:7 invoke"
    assert log_line(event("MainReportVersion", "Running with dbt=1.11", "info")) == "Running with dbt=1.11"


def test_dbts_own_results_file_holds_no_engines_text(tmp_path: Path) -> None:
    results = [
        {"status": "error", "message": "Conversion Error: 'Zorvayne'", "adapter_response": {"_": "Zorvayne"}},
        {"status": "success", "message": "OK", "adapter_response": {"rows_affected": 3}},
    ]
    (tmp_path / RESULTS).write_text(json.dumps({"results": results}), encoding="utf-8")
    forget_messages(tmp_path)
    kept = (tmp_path / RESULTS).read_text(encoding="utf-8")
    assert "Zorvayne" not in kept
    assert json.loads(kept)["results"][0]["message"] == "Conversion Error"
    assert json.loads(kept)["results"][1]["adapter_response"] == {"rows_affected": 3}


def test_on_spark_rules_are_tests_of_their_own() -> None:
    assert rules_as_tests([*BUILD, "--full-refresh"]) == [
        "build",
        "--exclude-resource-type",
        "unit_test",
        "--full-refresh",
    ]
