"""Which sources' models a night leaves out."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from ingestion.kit import every_kit
from ledger.ledger import Ledger
from orchestration.parsed import INSTALLED, MANIFEST
from orchestration.unused import unused_sources, without
from runtime.environment import Environment

NOW = dt.datetime(2026, 3, 2, 3)


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    return Environment(tmp_path, "dev")


def told(environment: Environment, run: str, **connected: bool) -> None:
    rows = [
        {
            "run_id": run,
            "source": source,
            "tenant": "main",
            "is_connected": is_connected,
            "status": "ok",
            "error": None,
            "row_count": 0,
            "erased_count": 0,
            "started_at": NOW,
            "finished_at": NOW,
        }
        for source, is_connected in connected.items()
    ]
    Ledger(environment).write({"source_runs": rows})


def test_before_the_first_run_every_model_is_built(environment: Environment) -> None:
    assert unused_sources(environment) == []


def test_a_tool_that_was_connected_once_is_built_for_ever(environment: Environment) -> None:
    """What it loaded is still told, and a failed first night may have loaded something."""
    told(environment, "first", chatgpt=True, codex=False, hris=True)
    told(environment, "second", chatgpt=False, codex=False, cursor=True)
    unused = unused_sources(environment)
    assert "codex" in unused
    assert not {"chatgpt", "cursor"} & set(unused)
    # Of other systems nothing is left out: models read their tables beside the ports.
    assert set(unused) <= {name for name, kit in every_kit().items() if kit.capabilities}


def test_both_folders_of_a_source_are_left_out() -> None:
    assert without(["codex"]) == ["--exclude", "path:models/staging/codex", "path:models/vendors/codex"]
    assert without([]) == []


@pytest.fixture(scope="module")
def nodes() -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = json.loads((INSTALLED / MANIFEST).read_text())["nodes"]
    return found


def test_shared_models_read_what_may_be_left_out_through_ports_alone(
    nodes: dict[str, dict[str, object]], environment: Environment
) -> None:
    """Otherwise they would read a table that is not there."""
    told(environment, "first", hris=True)
    folders = tuple(without(unused_sources(environment))[1:])
    left_out = {name for name, node in nodes.items() if _path(node).startswith(_paths(folders))}
    assert len(left_out) > len(folders)
    for name, node in nodes.items():
        if node["resource_type"] != "model" or name in left_out or _asks_used_sources(node):
            continue
        assert not left_out & set(node["depends_on"]["nodes"]), name  # type: ignore[index]


def _path(node: dict[str, object]) -> str:
    return str(node["original_file_path"])


def _paths(folders: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{folder.removeprefix('path:')}/" for folder in folders)


def _asks_used_sources(node: dict[str, object]) -> bool:
    return "macro.ai_usage.used_sources" in node["depends_on"]["macros"]  # type: ignore[index]
