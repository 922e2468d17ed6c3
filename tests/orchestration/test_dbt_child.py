"""dbt's process on a project of three nodes: several requests, one reading, and an end that is told."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration import dbt_child
from orchestration.dbt_child import DbtChild
from orchestration.dbt_process import Request

FILES = {
    "dbt_project.yml": """
name: toy
version: "1.0.0"
profile: toy
models: {+materialized: table}
vars: {factor: 1}
""",
    "profiles.yml": """
toy:
  target: dev
  outputs:
    dev: {type: duckdb, path: "{{ env_var('TOY_FOLDER') }}/toy.duckdb", threads: 1}
""",
    "models/part.sql": """
{{ config(materialized='ephemeral') }} select n * {{ var('factor') }} as n from main.given""",
    "models/whole.sql": """
select sum(n) as n, '{{ env_var('TOY_WORD', 'none') }}' as word from {{ ref('part') }}""",
}


class Toy:
    """The project, the file that its models read, and a process that builds it."""

    def __init__(self, folder: Path, child: DbtChild) -> None:
        self.folder, self.child, self.environment = folder, child, dict(os.environ)
        self.parsed = "parsed"
        for name, text in FILES.items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(text)
        self.sql("create table main.given as select 20 as n")

    def sql(self, statement: str) -> list[tuple[Any, ...]]:
        """Opens the file for writing, as no process can while another has it open."""
        with duckdb.connect(str(self.folder / "toy.duckdb")) as connection:
            rows: list[tuple[Any, ...]] = connection.execute(statement).fetchall()
            return rows

    def request(self, **variables: str) -> Request:
        """Build everything; the project is read with another path than it is built with."""
        common = [
            "--project-dir",
            str(self.folder),
            "--profiles-dir",
            str(self.folder),
            "--vars",
            "{factor: 2}",
        ]
        common += ["--log-format", "json", "--log-level-file", "none", "--no-send-anonymous-usage-stats"]
        environment = self.environment | {"DBT_LOG_PATH": str(self.folder / "logs")} | variables
        return Request(
            [["build", *common, "--target-path", str(self.folder / "target")]],
            environment | {"TOY_FOLDER": str(self.folder)},
            ["parse", *common, "--no-write-json"],
            environment | {"TOY_FOLDER": "."},
            ["--target-path", str(self.folder / self.parsed)],
        )

    def build(self, child: DbtChild | None = None, **variables: str) -> list[str]:
        """The names of dbt's events."""
        asked = child or self.child
        events = [event["info"]["name"] for event in asked.events(self.request(**variables))]
        assert asked.exit_code == 0, events
        return events

    @property
    def built(self) -> tuple[Any, ...]:
        return self.sql("select * from main.whole")[0]


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Toy]:
    with DbtChild() as child:
        yield Toy(tmp_path_factory.mktemp("toy"), child)


def test_one_process_builds_twice_and_lets_go_of_the_file_each_time(toy: Toy) -> None:
    toy.build()
    assert toy.built == (40, "none")
    process = _process(toy.child).pid
    toy.sql("insert into main.given values (1)")
    assert "MainReportVersion" in toy.build()
    assert toy.built == (42, "none"), "a model that another one contains is compiled again"
    assert _process(toy.child).pid == process


def test_what_was_read_serves_another_folder(toy: Toy) -> None:
    toy.build()
    toy.parsed = "parsed_elsewhere"
    toy.build()
    assert not (toy.folder / toy.parsed).exists()


def test_a_variable_of_the_environment_is_read_again(toy: Toy) -> None:
    toy.build(TOY_WORD="first")
    toy.build(TOY_WORD="second")
    assert toy.built[1] == "second"


def test_a_changed_variable_takes_effect_at_once(toy: Toy) -> None:
    changed = toy.request()
    for arguments in (changed.parse, changed.invocations[0]):
        arguments[arguments.index("{factor: 2}")] = "{factor: 3}"
    assert "error" not in [event["info"]["level"] for event in toy.child.events(changed)]
    assert toy.built[0] == 3 * toy.sql("select sum(n) from main.given")[0][0]


def test_a_changed_model_takes_effect_in_the_next_process(toy: Toy) -> None:
    """It begins with what the last one read. A project that cannot be read is an error of dbt itself."""
    model = toy.folder / "models" / "whole.sql"
    model.write_text("select -sum(n) as n from {{ ref('part') }}")
    with DbtChild() as child:
        toy.build(child)
        assert toy.built[0] == -2 * toy.sql("select sum(n) from main.given")[0][0]
        model.write_text("select {{ ref(")
        unreadable = toy.request(TOY_WORD="read again")
        assert "error" in [event["info"]["level"] for event in child.events(unreadable)]
        assert child.exit_code == 2
    model.write_text(FILES["models/whole.sql"])


def test_what_is_read_ahead_is_not_read_again(toy: Toy, tmp_path: Path) -> None:
    """The build finds the project as it was when it was begun, and none of the events of that."""
    with DbtChild() as child:
        begun = toy.request(TOY_WORD="ahead")
        begun.invocations.clear()
        begun.parse_into[1] = str(tmp_path)
        child.begin(begun)
        child.finish_begun()
        assert (tmp_path / "partial_parse.msgpack").exists()
        toy.parsed = "parsed_for_the_build"
        assert toy.build(child, TOY_WORD="ahead")[0] == "MainReportVersion"
        assert not (toy.folder / toy.parsed).exists()
        assert toy.built[1] == "ahead"


def test_a_request_waits_for_what_was_begun(toy: Toy) -> None:
    with DbtChild() as child:
        child.begin(toy.request(TOY_WORD="begun"))
        toy.build(child, TOY_WORD="asked")
        assert toy.built[1] == "asked"


def test_a_process_that_dies_ahead_is_replaced(toy: Toy) -> None:
    with DbtChild() as child:
        child.begin(toy.request())
        first = _process(child)
        first.kill()
        toy.build(child)
        assert _process(child) is not first


@pytest.fixture
def endless(monkeypatch: pytest.MonkeyPatch) -> Iterator[DbtChild]:
    """A process that says one thing about its first request and no more."""
    says = 'import time; input(); print(\'{"info": {"name": "Begun"}}\', flush=True); time.sleep(600)'
    monkeypatch.setattr(dbt_child, "_COMMAND", (sys.executable, "-c", says))
    with DbtChild() as child:
        yield child


def test_a_killed_process_is_told(endless: DbtChild) -> None:
    for _ in endless.events(Request([], dict(os.environ))):
        os.kill(_process(endless).pid, signal.SIGKILL)
    assert endless.exit_code == -signal.SIGKILL
    assert endless._process is None, "the next request starts another"


def test_who_stops_reading_stops_it(endless: DbtChild) -> None:
    events = endless.events(Request([], dict(os.environ)))
    next(events)
    process = _process(endless)
    events.close()
    assert process.returncode == -signal.SIGKILL


@pytest.mark.timeout(60)
def test_it_ends_where_the_signal_to_end_is_ignored(endless: DbtChild) -> None:
    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        events = endless.events(Request([], dict(os.environ)))
        next(events)
        process = _process(endless)
        endless.close()
    finally:
        signal.signal(signal.SIGTERM, before)
    assert process.returncode == -signal.SIGKILL


def test_it_ends_with_who_started_it() -> None:
    process = dbt_child._start(dict(os.environ))
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.close()
    assert process.wait(60) == 2
    process.stdout.close()


def test_tests_share_a_process_that_has_answered(toy: Toy) -> None:
    with DbtChild() as child:
        toy.build(child)
        first = _process(child)
    with DbtChild() as child:
        toy.build(child)
        assert _process(child) is first
        events = child.events(toy.request())
        next(events)
        events.close()
    with DbtChild() as child:
        toy.build(child)
        assert _process(child) is not first, "it was stopped in the middle of a request"


def _process(child: DbtChild) -> subprocess.Popen[str]:
    assert child._process is not None
    return child._process
