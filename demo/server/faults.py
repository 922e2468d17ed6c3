"""The fault script: makes the vendors misbehave, exactly where a test says so.

A script is a list of rules ``{"match": …, "nth": …, "do": …, <arguments>}``.

``match``  regular expression, searched in the request's label ``GET chatgpt/v1/compliance/…?limit=100``:
           method, site (as the vendor names it; files for signed links), decoded path and query.
           A rule that starts with ``FILE`` matches files while the vendor writes them, before their
           checksum is taken: ``FILE chatgpt/CONVERSATION_MESSAGE_2026-11-18T02:00:00.jsonl``,
           ``FILE github/users-1-day/2026-11-16/part-1.ndjson``.
``nth``    which of the matching requests (or distinct files), counted from 1: a number, a list of numbers,
           "2+" (the second and all later ones) or "all" (the default).
``do``     the name of a fault. Several rules may apply to one answer, in the order of the script.

Whole answers
    too_many_requests     429; retry_after: seconds | "date" (seconds, skew_minutes) | None | 86400
    unauthorized          401 in the middle of a run
    forbidden             403
    secondary_rate_limit  GitHub's 403 that means 429; retry_after: seconds | None
    server_error          status 503 (500, 502, 504 …)
    client_error          status 400 (404, 410 …): an expired cursor, a file that is gone
    no_content            204
    empty_body            200 without a byte
    html_page             200 with a sign-in page; content_type may lie
    error_object          200 with {"error": …}
    null_data             200 with null instead of rows
    graphql_errors        200 with errors[] and no data
    expired_link          403 with the XML of a storage host
    redirect_elsewhere    redirect to a foreign host, which records what it is sent
    wrong_type            right body, wrong content_type
    deep_json             depth 100000
Bytes
    truncated_body        full Content-Length, share 0.5 of the body
    shortened_body        share 0.5 of the body with a fitting Content-Length
    cut_chunks            chunked transfer without its closing chunk
    reset                 connection reset after share 0.5
    cut_gzip              gzip stream cut at share 0.5
    false_gzip            plain body that claims to be gzip
    hang                  no answer for seconds 30, then the connection closes
    drip                  one byte every 0.5 seconds
Pages
    repeat_forever        the same page for ever (use nth "1+" or "2+")
    repeat_once           the page before comes again, cursor too
    overlap_page          the rows of the page before stand again at the head of this page
    shuffle_rows          rows in another order; seed
    empty_page            no rows, has_more / next link all the same
    lost_rows             share 0.5 of the rows missing
Rows (row: 0, -1 … or "all"; field: dotted path)
    bad_line              a broken NDJSON line before row; text
    cut_last_line         the last NDJSON line ends in the middle
    bad_bytes             bytes that are no UTF-8
    byte_order_mark       the body starts with a BOM
    missing_field         field absent
    null_field            field null
    change_field          field = value: type changes, odd numbers
    raw_field             field = json, as it stands: NaN, 1e400, "\\ud800", "\\u0000", 1,"id":2 (a doubled key)
    new_field             an unknown field (person.display_name) holding a name, in all rows
    future_timestamp      field (timestamp) = 2999-01-01
    unknown_model         field (model) = zeta-9-unheard-of, in all rows that have it
    duplicate_row         the row twice, the second with set = {field: value}
    long_text             field with length 10 million characters
CSV
    csv_missing_column    column
    csv_duplicate_column  column
    csv_value             column, row, value: formula, quoted line break, bad date
    csv_ragged_row        row with one cell too many
    csv_few_rows          share 0.5 of the rows left
    csv_delimiter         delimiter ;
    csv_encoding          encoding cp1252 | utf-16 | utf-8-sig
"""

from __future__ import annotations

import copy
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from demo.server import fault_answers, fault_pages, fault_rows, fault_tables
from demo.server.fault_context import Fault, FaultContext
from demo.server.wire import NDJSON, Answer, Request

REGISTRY: dict[str, Fault] = {
    **fault_answers.FAULTS,
    **fault_pages.FAULTS,
    **fault_rows.FAULTS,
    **fault_tables.FAULTS,
}
Nth = int | str | Sequence[int]


@dataclass(slots=True)
class Rule:
    """One line of the script with its count of matches."""

    match: re.Pattern[str]
    nth: Nth
    do: str
    arguments: Mapping[str, Any]
    count: int = 0
    numbers: dict[str, int] = field(default_factory=dict)
    """The number given to each distinct file, so that a file written again gets the same fault."""
    memory: dict[str, Any] = field(default_factory=dict)

    def number_of(self, label: str) -> int:
        """Count a match; a file keeps the number it was given first."""
        if label in self.numbers:
            return self.numbers[label]
        self.count += 1
        if label.startswith("FILE "):
            self.numbers[label] = self.count
        return self.count

    def applies(self, number: int) -> bool:
        """Whether the rule is for the match of that number."""
        if isinstance(self.nth, str):
            return self.nth == "all" or number >= int(self.nth.rstrip("+"))
        return number == self.nth if isinstance(self.nth, int) else number in self.nth


class Faults:
    """A script in force. Errors: ValueError for an unknown fault, a rule without match or a bad nth."""

    def __init__(self, script: Sequence[Mapping[str, Any]] = ()) -> None:
        self._lock = threading.RLock()
        self._rules: list[Rule] = []
        self._changed: Callable[[], None] = lambda: None
        self.replace(script)

    def replace(self, script: Sequence[Mapping[str, Any]] = ()) -> None:
        """Put another script in force; all counts start again. Files are written again."""
        rules = [_rule(line) for line in script]
        with self._lock:
            self._rules = rules
        self._changed()

    def on_change(self, changed: Callable[[], None]) -> None:
        """Have this function called whenever the script changes (it forgets written files)."""
        self._changed = changed

    def on_request(self, request: Request, answer: Answer, stranger_url: str) -> Answer:
        """The answer as the script wants it."""
        with self._lock:
            for rule in self._rules:
                if rule.match.search(request.label):
                    answer = _apply(rule, request.label, answer, request, stranger_url)
        return answer

    def on_file(self, label: str, body: bytes) -> bytes:
        """The content of a file as the script wants it; ``label`` without its leading FILE."""
        with self._lock:
            for rule in self._rules:
                full = f"FILE {label}"
                if rule.match.search(full):
                    answer = _apply(rule, full, Answer(body=body, content_type=NDJSON), None, "")
                    body = answer.content()
        return body


def _rule(line: Mapping[str, Any]) -> Rule:
    known = {"match", "nth", "do"}
    if not line.get("match") or line.get("do") not in REGISTRY:
        raise ValueError(f"a rule needs a match and a known fault: {dict(line)}")
    nth = line.get("nth", "all")
    if isinstance(nth, str) and nth != "all" and not re.fullmatch(r"[1-9]\d*\+", nth):
        raise ValueError(f'nth is a number, a list of numbers, "2+" or "all": {nth}')
    arguments = {key: value for key, value in line.items() if key not in known}
    return Rule(re.compile(line["match"]), nth, line["do"], arguments)


def _apply(rule: Rule, label: str, answer: Answer, request: Request | None, stranger_url: str) -> Answer:
    number = rule.number_of(label)
    if not rule.applies(number):
        rule.memory[fault_pages.PREVIOUS] = copy.deepcopy(answer)
        return answer
    names = [*answer.faults, rule.do]
    changed = REGISTRY[rule.do](FaultContext(answer, request, rule.arguments, rule.memory, stranger_url))
    changed.faults = names
    return changed
