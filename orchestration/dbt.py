"""What dbt is asked to do, and what came of it. It runs in a process of its own (`orchestration.dbt_process`).

Its log is read line by line as JSON; what is kept of it stands in `logs/dbt.log` (`orchestration.dbt_told`).
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from orchestration.choices import REBUILT_FROM, chosen, project_var
from orchestration.dbt_child import DbtChild
from orchestration.dbt_environment import child_environment
from orchestration.dbt_process import Request
from orchestration.dbt_told import AskedRules, asked_rules, broken_rule, failure, forget_messages, log_line
from orchestration.freshness import FILE, SourceFreshness, read_freshness
from orchestration.parsed import parsed_folder, reading_into
from orchestration.project import PROJECT_DIR
from orchestration.sql_definitions import VARIABLE as DEFINITIONS
from orchestration.sql_definitions import definitions
from orchestration.unused import VARIABLE as UNUSED_SOURCES
from orchestration.unused import unused_sources, without
from runtime.environment import Environment
from runtime.private_file import append_private

# Unit tests prove the SQL, not tonight's data: they run in the tests, not every night.
_NO_UNIT_TESTS = ("--exclude-resource-type", "unit_test")
# The rules of a table are asked in the node that builds it (`macros/testing/check_rules.sql`): nodes that ask
# nothing else would cost a tenth of dbt's time more.
_RULES = "test_name:table_rules"
_RULES_WITH_MODELS = "AI_USAGE_RULES_WITH_MODELS"
BUILD = ("build", *_NO_UNIT_TESTS, "--exclude", _RULES)
_FINISHED = frozenset({"LogModelResult", "LogTestResult", "LogSeedResult", "LogNodeResult"})
# Any other word is an adapter's own for success (`ok`, `create view`).
_NOT_OK = frozenset({"error", "fail", "runtime", "partial", "skipped"})
# A node that was not run because one before it failed is told by an event of its own.
_SKIPPED = frozenset({"SkippingDetails", "LogSkipBecauseError"})
# Reading the project needs no connection; a server's database is a part of every table's name.
_NOT_READ = (
    *("AI_USAGE_MEMORY_LIMIT", "AI_USAGE_COMPANY_DIR", REBUILT_FROM, DEFINITIONS),
    *("DBT_TARGET_PATH", "DBT_LOG_PATH"),
    *("PGHOST", "PGPORT", "PGUSER", "PGPASSWORD", "PGSSLMODE"),
)


def suppression_k() -> int:
    """The smallest number of people that a published cell may show, as the models use it; never below 5."""
    return max(5, int(project_var("suppression_k")))


@dataclass(slots=True)
class DbtResult:
    """How an invocation went: exit code, nodes by status, and what failed, in our words.

    `broken` are the rules of a table that a test found broken, by the test's id. `freshness` is empty when it
    was not asked for, or when dbt could not judge it.
    """

    exit_code: int
    statuses: dict[str, int] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    broken: dict[str, list[str]] = field(default_factory=dict)
    freshness: list[SourceFreshness] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether every model and test passed."""
        return self.exit_code == 0


@dataclass(frozen=True, slots=True)
class NodeResult:
    """How one model, seed or test of an invocation ended.

    Attributes:
        status: dbt's word (pass, warn, error, fail, skipped) or the adapter's for success (ok, insert).
        seconds: wall time of the node.
        failures: failing rows of a test; None for anything else.
        place: how far the invocation is with it, as `12 of 547`; empty when dbt does not say.
    """

    unique_id: str
    name: str
    status: str
    seconds: float
    message: str = ""
    failures: int | None = None
    place: str = ""

    @property
    def ok(self) -> bool:
        """Whether it was built, or passed (a warning passes)."""
        return self.status not in _NOT_OK


class NodeStream:
    """The nodes of one invocation as they end; `result` is complete when the stream has ended."""

    def __init__(self, nodes: Callable[[DbtResult], Iterator[NodeResult]]) -> None:
        self.result = DbtResult(exit_code=0)
        self._nodes = nodes(self.result)

    def __iter__(self) -> Iterator[NodeResult]:
        return self._nodes


def run_dbt(
    arguments: list[str],
    environment: Environment,
    progress: Callable[[str], None] = lambda _: None,
) -> DbtResult:
    """Run dbt with `arguments` (`["build"]`) against the environment's warehouse."""
    nodes = run_nodes(arguments, environment)
    for node in nodes:
        progress(node.name)
    return nodes.result


def run_nodes(
    arguments: list[str],
    environment: Environment,
    *,
    fresh_at: dt.datetime | None = None,
    rebuilt_from: dt.date | None = None,
    child: DbtChild | None = None,
) -> NodeStream:
    """The same, giving each node as it ends. dbt is stopped when the caller stops reading.

    With `fresh_at` (aware) it is first judged which sources are behind at that moment; that never fails a run.
    With `rebuilt_from` every period that ends after that day is built, closed or not.
    `child`: dbt's process, for another request after this one; else one is started that ends with this request.
    """
    settings = _settings(environment, fresh_at, rebuilt_from)
    if _RULES in arguments:
        if environment.target == "spark":
            arguments = rules_as_tests(arguments)
        else:
            settings[_RULES_WITH_MODELS] = "1"
    if "build" in arguments and (unused := unused_sources(environment)):
        settings[UNUSED_SOURCES] = " ".join(unused)
        arguments = [*arguments, *without(unused)]
    return NodeStream(
        lambda result: _run(arguments, environment, settings, fresh_at is not None, child, result)
    )


def rules_as_tests(arguments: list[str]) -> list[str]:
    """The same build with the rules as tests of their own. On Spark a query takes longer than dbt's node does,
    and tests run side by side with models.
    """
    place = arguments.index(_RULES)
    return [*arguments[: place - 1], *arguments[place + 1 :]]


def judge_freshness(environment: Environment, fresh_at: dt.datetime) -> list[SourceFreshness]:
    """Only judge which sources are behind."""
    nodes = run_nodes([], environment, fresh_at=fresh_at)
    for _ in nodes:
        pass
    return nodes.result.freshness


def begin_reading(environment: Environment, child: DbtChild) -> None:
    """Have `child` start and read the project meanwhile, so that the first build does not wait for it.

    Where that fails, the build reads it again and tells what is wrong.
    """
    child.begin(_request([], _settings(environment), environment))


def parse_project(environment: Environment, folder: Path) -> DbtResult:
    """Read the project and write its `manifest.json` into `folder`, beside what spares the next reading."""
    arguments = [*_invocation(["parse"], environment), *_reading_into(environment, folder), "--write-json"]
    result = DbtResult(exit_code=0)
    with DbtChild() as child:
        for _ in _told_nodes(child, Request([arguments], _reading_settings(environment)), environment, result):
            pass
    return result


def _run(
    arguments: list[str],
    environment: Environment,
    settings: dict[str, str],
    judges_freshness: bool,
    child: DbtChild | None,
    result: DbtResult,
) -> Iterator[NodeResult]:
    target_dir = environment.data_dir / "target"
    (target_dir / FILE).unlink(missing_ok=True)  # an older judgement is none
    invocations = [["source", "freshness"]] if judges_freshness else []
    invocations += [arguments] if arguments else []
    request = _request(invocations, settings, environment)
    with contextlib.nullcontext(child) if child else DbtChild() as used:
        yield from _told_nodes(used, request, environment, result)
    if result.exit_code:
        forget_messages(target_dir)
    result.freshness = read_freshness(target_dir)


def _request(invocations: list[list[str]], settings: dict[str, str], environment: Environment) -> Request:
    return Request(
        [_invocation(invocation, environment) for invocation in invocations],
        settings,
        [*_invocation(["parse"], environment), "--no-write-json"],
        _reading_settings(environment),
        _reading_into(environment, parsed_folder(environment)),
    )


def _told_nodes(
    child: DbtChild, request: Request, environment: Environment, result: DbtResult
) -> Iterator[NodeResult]:
    """The request's nodes as they end; everything else goes to the log and the result."""
    append_private(environment.logs_dir / "dbt.log", "")
    held: dict[str, list[NodeResult]] = {}
    with (
        (environment.logs_dir / "dbt.log").open("a", encoding="utf-8") as log,
        contextlib.closing(child.events(request)) as events,
    ):
        for event in events:
            node = take(event, result)
            if said := log_line(event):
                log.write(f"{event['info'].get('ts', '')} {said}\n")
            if node is not None:
                yield from in_order(node, event, held)
    result.exit_code = child.exit_code


def in_order(
    node: NodeResult, event: dict[str, Any], held: dict[str, list[NodeResult]]
) -> Iterator[NodeResult]:
    """A model and then its tests, which were asked before it ended. Dagster takes a check to be about the rows
    that were written last before it.

    held: tests by the model that has not ended
    """
    ended = str(event.get("data", {}).get("node_info", {}).get("unique_id", ""))
    if node.unique_id != ended:
        held.setdefault(ended, []).append(node)
        return
    yield node
    yield from held.pop(ended, [])


def _invocation(arguments: list[str], environment: Environment) -> list[str]:
    variables = chosen()
    return [
        *("--log-format", "json", "--log-level-file", "none"),
        *arguments,
        *("--project-dir", str(PROJECT_DIR), "--profiles-dir", str(PROJECT_DIR)),
        *(("--vars", json.dumps(variables, sort_keys=True)) if variables else ()),
        *("--target", environment.target),
    ]


def _reading_into(environment: Environment, folder: Path) -> list[str]:
    """Where dbt keeps what it reads, and its log."""
    return [*reading_into(folder), "--log-path", str(environment.logs_dir)]


def _reading_settings(environment: Environment) -> dict[str, str]:
    """The variables that the project is read with: no path, limit or server of this deployment, on which no
    model depends, and no day from which periods are built, which a model asks for when it runs.
    """
    settings = _settings(environment)
    for name in _NOT_READ:
        settings.pop(name, None)
    return settings | {"AI_USAGE_DATA_DIR": "."}


def _settings(
    environment: Environment, fresh_at: dt.datetime | None = None, rebuilt_from: dt.date | None = None
) -> dict[str, str]:
    settings = {
        "AI_USAGE_DATA_DIR": str(environment.data_dir),
        "PGTZ": "UTC",  # libpq's: the time zone of every session, whatever server and role prefer
        "AI_USAGE_SCHEMA_PREFIX": environment.schema_prefix,
        "AI_USAGE_RAW_SCHEMA_PREFIX": environment.raw_schema_prefix,
        "DBT_TARGET_PATH": str(environment.data_dir / "target"),
        "DBT_LOG_PATH": str(environment.logs_dir),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        DEFINITIONS: definitions(),
    }
    if fresh_at is not None:
        settings["AI_USAGE_AS_OF"] = f"{fresh_at.astimezone(dt.UTC):%Y-%m-%d %H:%M:%S}"
    if rebuilt_from is not None:
        settings[REBUILT_FROM] = rebuilt_from.isoformat()
    return child_environment(settings)


def take(event: dict[str, Any], result: DbtResult) -> NodeResult | None:
    """Add an event to the result; the node that it ends, if it ends one."""
    info, data = event["info"], event.get("data", {})
    if info.get("name") in _FINISHED | _SKIPPED:
        node = data.get("node_info", {})
        is_skipped = info["name"] in _SKIPPED
        status = "skipped" if is_skipped else _status(data.get("status") or node.get("node_status", ""))
        result.statuses[status] = result.statuses.get(status, 0) + 1
        unique_id = str(node.get("unique_id", ""))
        broken = result.broken.get(unique_id, [])
        result.failures += broken if status == "fail" else []
        return NodeResult(
            unique_id=unique_id,
            name=str(node.get("node_name", "")),
            status=status,
            seconds=float(data.get("execution_time") or 0.0),
            message="\n".join([log_line(event), *broken]),
            failures=data.get("num_failures"),
            place=f"{data['index']} of {data['total']}" if data.get("total") else "",
        )
    if rule := broken_rule(event):
        unique_id = str(data.get("node_info", {}).get("unique_id", ""))
        result.broken.setdefault(unique_id, []).append(rule)
    if asked := asked_rules(event):
        return _asked_with_model(asked, str(data.get("node_info", {}).get("unique_id", "")), result)
    if info.get("level") == "error":
        result.failures.append(failure(event))
    return None


def _asked_with_model(asked: AskedRules, model: str, result: DbtResult) -> NodeResult:
    """A test that was asked in the node of its model, as if it had been a node."""
    result.statuses[asked.status] = result.statuses.get(asked.status, 0) + 1
    broken = result.broken.pop(model, [])
    if broken:
        result.broken[asked.test] = broken
    result.failures += broken if asked.status == "fail" else []
    name = asked.test.split(".")[2]
    return NodeResult(asked.test, name, asked.status, 0.0, "\n".join(broken), asked.failing_rows)


def _status(word: object) -> str:
    """dbt's word without what some adapters append (`success 12 rows`)."""
    return str(word).lower().split(" ")[0]
