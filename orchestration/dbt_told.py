"""What is kept of dbt's words: which node, how it ended, what kind of error, where. Never an engine's own text.

Engines quote the row that they refused, and dbt passes that on. So its messages are put together anew, from the
fields of its events, from a fixed vocabulary of error kinds, and from paths of files that this project has.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runtime.counting import counted

PROJECT_DIR = Path(__file__).resolve().parents[1]
RESULTS = "run_results.json"

# Events of dbt that speak of the project and the machine, and of nothing that was read.
_HARMLESS = re.compile(
    r"MainReportVersion|AdapterRegistered|FoundStats|ConcurrencyLine|NodeCount|StatsLine|FinishedRunningStats"
    r"|LogStartLine|LogHookStartLine|SQLCompiledPath|UnableToPartialParse|StateCheckVarsHash|InputFileDiffError"
)
_KINDS = re.compile(r"\b(Compilation|Database|Dependency|Internal|Parsing|Runtime|Validation|Dbt\w+) ?Error\b")
_COUNTED = re.compile(r"\bGot \d+ results?, configured to (?:fail|warn) if [!<>= ]{1,4}\d+")
_NAMED = re.compile(r"\b(?:in|of) (\w+) ([\w.]+) \(([\w./-]+)\)")
_MACRO = re.compile(r"\bmacro (\w+) \(([\w./-]+)\)")
_LINE = re.compile(r"\bline (\d{1,6})\b", re.IGNORECASE)
_CLASS = re.compile(r"(?m)^[\s\S]{0,40}?\[([A-Z][A-Z_]+(?:\.[A-Z_]+)?)\]")
# What `macros/testing/` says of a failed `table_rules`: names out of our YAML, and a count.
_BROKEN = re.compile(r"Rule broken: [\w.]+: [a-z_]+ \(\w+(?:, \w+)*\): \d+ rows?")
_ASKED = re.compile(r"Table rules: (test\.\w+\.\w+(?:\.\w+)?): (pass|warn|fail): (\d+)")
_FRAME = re.compile(r'^\s*File "([^"]+)", line (\d+), in (\w+)$')
# What engines say before they quote anything; the first that occurs is told.
_PHRASES = (
    "Out of Memory",
    "No space left on device",
    "disk quota exceeded",
    "Binder Error",
    "Catalog Error",
    "Parser Error",
    "Conversion Error",
    "Constraint Error",
    "Out of Range Error",
    "Invalid Input Error",
    "Invalid Error",
    "Mismatch Type Error",
    "Not implemented Error",
    "Transaction Error",
    "Permission Error",
    "Dependency Error",
    "IO Error",
    "INTERNAL Error",
    "invalid input syntax for type",
    "duplicate key value violates unique constraint",
    "null value in column",
    "value too long for type",
    "numeric field overflow",
    "out of range",
    "division by zero",
    "permission denied",
    "deadlock detected",
    "syntax error at or near",
    "cannot be matched",
    "must appear in the GROUP BY clause",
    "server closed the connection unexpectedly",
    "could not connect to server",
    "password authentication failed",
    "canceling statement due to",
    "depends on a node named",
    "contract",
    "is undefined",
    "does not exist",
    "already exists",
)


def log_line(event: dict[str, Any]) -> str:
    """An event of dbt as one line of the log."""
    info = event["info"]
    name, message = str(info.get("name", "")), str(info.get("msg", ""))
    if name == "Text":
        frame = _FRAME.match(message)
        return f"  {Path(frame.group(1)).name}:{frame.group(2)} {frame.group(3)}" if frame else ""
    if _HARMLESS.fullmatch(name) or broken_rule(event) or asked_rules(event):
        return message
    parts = [name, _node(event.get("data", {})), _ended(event.get("data", {}))]
    if info.get("level") in ("error", "warn"):
        parts.append(error_text(message))
    return " ".join(part for part in parts if part)


def broken_rule(event: dict[str, Any]) -> str:
    """A rule of a table that a failed test found broken, with the number of rows; empty for any other event."""
    message = str(event["info"].get("msg", ""))
    is_ours = event["info"].get("name") == "JinjaLogInfo" and _BROKEN.fullmatch(message)
    return message if is_ours else ""


@dataclass(frozen=True, slots=True)
class AskedRules:
    """How a `table_rules` test ended that was asked in the node of its model: pass, warn or fail."""

    test: str
    status: str
    failing_rows: int


def asked_rules(event: dict[str, Any]) -> AskedRules | None:
    """How such a test ended; None for any other event."""
    is_ours = event["info"].get("name") == "JinjaLogInfo"
    found = _ASKED.fullmatch(str(event["info"].get("msg", ""))) if is_ours else None
    return AskedRules(found.group(1), found.group(2), int(found.group(3))) if found else None


def failure(event: dict[str, Any]) -> str:
    """What is told of an event of level `error`: the node, and what kind of error it was."""
    node = _node(event.get("data", {}))
    text = error_text(str(event["info"].get("msg", "")))
    kind = text or str(event["info"].get("name", ""))
    return f"{node}: {kind}" if node and node.split(" ")[-1] not in kind else kind


def error_text(message: str) -> str:
    """The parts of an error's text that can only be dbt's or ours: kind, count, node, file, line."""
    parts = [f"{match.group(1)} Error" for match in (_KINDS.search(message),) if match]
    for named in (_NAMED.search(message), _MACRO.search(message)):
        if named and (path := _known(named.groups()[-1])):
            parts.append(f"in {named.groups()[-2]} ({path})")
    lowered = message.lower()
    phrase = next((phrase for phrase in _PHRASES if phrase.lower() in lowered), "")
    parts += [phrase] if phrase else []
    parts += [match.group(1) for match in (_CLASS.search(message),) if match and "Spark" in message]
    parts += [f"line {match.group(1)}" for match in (_LINE.search(message),) if match]
    parts += [match.group(0) for match in (_COUNTED.search(message),) if match]
    return ", ".join(parts)


def forget_messages(target_dir: Path) -> None:
    """Leave no engine's text in `run_results.json`, which dbt has just written."""
    path = target_dir / RESULTS
    try:
        results = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return
    for result in results.get("results", []):
        if result.get("status") in ("error", "fail", "runtime error", "partial success"):
            result["message"] = error_text(str(result.get("message") or ""))
            result["adapter_response"] = {}
    path.write_text(json.dumps(results), encoding="utf-8")


def _node(data: dict[str, Any]) -> str:
    node = data.get("node_info") or {}
    kind = str(node.get("resource_type") or data.get("resource_type") or "")
    name = str(node.get("node_name") or data.get("node_name") or "")
    return f"{kind} {name}".strip() if re.fullmatch(r"[\w.-]*", name) else ""


def _ended(data: dict[str, Any]) -> str:
    node = data.get("node_info") or {}
    status = str(data.get("status") or node.get("node_status") or "").lower().split(" ")[0]
    parts = [status] if re.fullmatch(r"[a-z]+", status) else []
    parts += [counted(int(data["num_failures"]), "row")] if data.get("num_failures") else []
    parts += [f"{float(data['execution_time']):.2f} s"] if data.get("execution_time") else []
    return " ".join(parts)


def _known(path: str) -> str:
    """The path, when the project has such a file."""
    return path if ".." not in path and (PROJECT_DIR / path).is_file() else ""
