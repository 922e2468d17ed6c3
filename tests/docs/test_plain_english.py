"""Pages are in plain English: wordings that read as translated are reported, each with a better one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.docs.markdown import ROOT, pages, prose

FOLDERS = ("company.example", "dashboards", "benchmarks", "demo/vendors")
HISTORY = ROOT / "CHANGELOG.md"
"""Not covered: it is history, and entries of earlier releases stay as they were published."""
PAGES = [
    *(page for page in pages() if page != HISTORY),
    *(ROOT / name / "README.md" for name in FOLDERS),
    *sorted(ROOT.glob("ingestion/sources/*/README.md")),
]


@dataclass(frozen=True, slots=True)
class Turn:
    """A wording to avoid: what is wrong with it, what to write instead, an example, and a similar good text."""

    pattern: str
    why: str
    better: str
    bad: str
    good: str

    def found(self, text: str) -> list[str]:
        """Every occurrence, even across a line break."""
        return re.findall(self.pattern, " ".join(text.split()))


TURNS = {
    "one a": Turn(
        r"\b[Oo]ne (?:row|file|line|query|column|table|step|process|dot|page|rule) an? \w+",
        why="`a` in the sense of `per` is hard to read",
        better="one row per person",
        bad="One row\na department and week.",
        good="One row per department; one row is a department.",
    ),
    "measures a": Turn(
        r"\b(?:sessions|messages|prompts|tokens) an? (?:session|message|active person|person and day)\b",
        why="`a` in the sense of `per` is hard to read",
        better="messages per session",
        bad="messages a session fell",
        good="messages per session; the messages a person sent",
    ),
    "shortly": Turn(
        r"\b[Ss]hortly\b(?! (?:after|before))",
        why="`shortly` means soon",
        better="briefly, for a short time",
        bad="people come often and stay shortly",
        good="shortly after midnight",
    ),
    "dear": Turn(
        r"\bdear(?:er|est)?\b",
        why="for money it is dated",
        better="expensive",
        bad="seats that are dear and idle",
        good="seats that are expensive; dearth",
    ),
    "the own": Turn(
        r"\b(?:[Tt]he|[Aa]n) own\b",
        why="`own` needs a possessive before it",
        better="its own, your own",
        bad="the own marts; an own folder",
        good="the owner's own marts",
    ),
    "for ever": Turn(
        r"\bfor ever\b",
        why="it is poetic",
        better="permanently, always",
        bad="the gap stays for ever",
        good="a row for every gap",
    ),
    "anew": Turn(
        r"\banew\b",
        why="it is poetic",
        better="again, from the start",
        bad="the table is built anew",
        good="a new table is built again",
    ),
    "whoever": Turn(
        r"\b[Ww]hoever\b",
        why="it is stilted",
        better="anyone who, the person who",
        bad="Whoever holds the key",
        good="Anyone who has the key",
    ),
    "gives way": Turn(
        r"\b(?:gives?|gave) way\b",
        why="it does not say what happens",
        better="say which one is hidden, or which one wins",
        bad="the number of licences gives way",
        good="this gives a way to check it",
    ),
    "stands in": Turn(
        r"\b(?:stands?|lies) (?:in|on|at|under|there|here|beside|alone)\b",
        why="it is a translated verb of place",
        better="is in",
        bad="Findings stand in the table; the day lies in the month",
        good="Findings are in the table; `k` stands for 5; a stand-in",
    ),
    "lie idle": Turn(
        r"\blies? (?:idle|back|before|after|beyond)\b",
        why="it is a translated verb of place",
        better="is idle, is before",
        bad="the day lies before the hire",
        good="the day is before the hire",
    ),
    "tables tell": Turn(
        r"\b(?:tables?|columns?|figures?|rows?|vendors?|tools?|reports?|names?|files?) tells?\b",
        why="it makes a person of a thing",
        better="shows, reports, contains",
        bad="the vendor tells no tokens",
        good="the vendor reports no tokens; the table shows it",
    ),
    "is no person": Turn(
        r"(?<!here )\b(?:is|are) no (?:person|people|department|accounts?|address|seats?|sessions?|loss)\b",
        why="it is a translated negation",
        better="is not a person",
        bad="an account that is no person",
        good="an account that is not a person; there is no person",
    ),
    "reckoned": Turn(
        r"\breckon(?:ed|s|ing)?\b",
        why="it is dated",
        better="estimated, calculated",
        bad="70 min (reckoned)",
        good="70 min (estimated)",
    ),
    "mend": Turn(
        r"\b[Mm]end(?:s|ed|ing)?\b",
        why="software is fixed",
        better="fix, repair",
        bad="the next night mends it",
        good="we recommend to amend it",
    ),
    "a hand": Turn(
        r"\b(?:needs?|needed) (?:a|no) hand\b|\bwithout a hand\b",
        why="it does not say what somebody has to do",
        better="recovers by itself, needs manual repair",
        bad="the next run needs no hand",
        good="SQL written by hand",
    ),
    "comes of it": Turn(
        r"\bcomes? of (?:it|this|them)\b",
        why="it does not say what it is",
        better="the result",
        bad="the site shows what comes of it",
        good="the site shows the result; it comes out of it",
    ),
    "the running week": Turn(
        r"\b[Rr]unning (?:week|month|period)s?\b",
        why="a week does not run",
        better="the current week",
        bad="the running month has no figures",
        good="the current month; running figures",
    ),
}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_pages_are_in_plain_english(page: Path) -> None:
    text = prose(page.read_text(encoding="utf-8"))
    found = {f"{name} ({turn.why}): write {turn.better}": turn.found(text) for name, turn in TURNS.items()}
    assert {advice: places for advice, places in found.items() if places} == {}


@pytest.mark.parametrize("name", TURNS)
def test_a_turn_is_found_in_its_example_and_not_in_its_neighbour(name: str) -> None:
    turn = TURNS[name]
    assert turn.found(turn.bad)
    assert turn.found(turn.good) == []
    assert turn.found(turn.better) == []
