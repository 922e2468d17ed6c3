"""`ai-usage demo` as a stranger types it, with the vendors in their own process."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from demo.company.canaries import canaries
from demo.company.generate import generate_company
from tests.end_to_end.leaks import files_with_tokens, leaks
from tests.orchestration.test_commands import ai_usage

pytestmark = pytest.mark.end_to_end
SIZE = ("--people", "40", "--weeks", "2")


def test_the_demo_tells_what_it_did_and_leaves_no_name(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    done = ai_usage("demo", *SIZE, "--data-dir", str(folder), data_dir=tmp_path, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    for expected in (
        "40 people, 9 departments",
        "2 weeks",
        "rows a second",
        "build and test",
        "What to do next",
        "Published:",
        f"Look at it: {folder}/site/index.html",
    ):
        assert expected in done.stdout
    for source in ("company", "hris", "model_prices", "chatgpt", "github_copilot", "m365_copilot"):
        assert f"{source}: " in done.stderr, "progress names every source"
    assert (folder / "published" / "marts.duckdb").exists()
    assert (folder / "site" / "index.html").exists()
    assert json.loads((folder / "truth.json").read_text())["seed"] == 7
    company = generate_company(people=40, weeks=2, seed=7)
    assert leaks(folder, canaries(company)) == []
    # not in dbt's files, logs or what is published: an erasure need not look there
    assert files_with_tokens(folder) == {"warehouse.duckdb"}
    other = ai_usage("demo", "--people", "50", "--weeks", "2", "--data-dir", str(folder), data_dir=tmp_path)
    assert other.returncode == 1
    assert "another company" in other.stderr
