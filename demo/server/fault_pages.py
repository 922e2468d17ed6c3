"""Faults of paging: pages that come again, come empty, or come in another order."""

from __future__ import annotations

import copy
import random

from demo.server.documents import Document
from demo.server.fault_context import FaultContext, named
from demo.server.wire import Answer

PREVIOUS = "previous answer"
"""Key in the rule's memory: the last undisturbed answer that the rule saw."""


def repeat_forever(fault: FaultContext) -> Answer:
    """Every request from the chosen one on gets the answer of the first of them: the cursor never moves."""
    first: Answer = fault.memory.setdefault("first", fault.answer)
    return copy.deepcopy(first)


def repeat_once(fault: FaultContext) -> Answer:
    """The answer before this one comes again, rows and cursor; asking again goes on normally."""
    previous: Answer = fault.memory.get(PREVIOUS, fault.answer)
    return copy.deepcopy(previous)


def overlap_page(fault: FaultContext) -> Answer:
    """The rows of the page before stand once more at the head of this page; its cursor is right."""
    previous = fault.memory.get(PREVIOUS)
    if previous is None:
        return fault.answer
    document = Document.of(fault.answer)
    document.rows = Document.of(copy.deepcopy(previous)).rows + document.rows
    return document.write(fault.answer)


def shuffle_rows(fault: FaultContext) -> Answer:
    """The rows in another order; ``seed`` (1)."""
    document = Document.of(fault.answer)
    random.Random(fault.number("seed", 1)).shuffle(document.rows)
    return document.write(fault.answer)


def empty_page(fault: FaultContext) -> Answer:
    """No rows, and yet more to come: the cursor leads to the same place, where the rows then are."""
    page = fault.answer.page
    if page is None:
        raise ValueError("empty_page needs an answer that is a page")
    document = Document.of(fault.answer)
    document.rows = []
    document.envelope.update(page.again)
    fault.answer.headers.update(page.again_headers)
    return document.write(fault.answer)


def lost_rows(fault: FaultContext) -> Answer:
    """A ``share`` (0.5) of the rows is missing; nothing says so."""
    document = Document.of(fault.answer)
    document.rows = document.rows[: int(len(document.rows) * (1 - fault.share("share", 0.5)))]
    return document.write(fault.answer)


FAULTS = named(
    repeat_forever, repeat_once, overlap_page, shuffle_rows, empty_page, lost_rows,
)  # fmt: skip
