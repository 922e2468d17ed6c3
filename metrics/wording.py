"""What recommended actions say, one file a language: `metrics/sentences/en.yml`.

Sentences are templates in the language of the pages (Jinja): figures with the pages' filters (`number`,
`percent`, `money`, `date`, `month`), and `{% if %}` where a part depends on a figure. SQL gives the figures by
name.
"""

from __future__ import annotations

import functools
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

from metrics.rules import rules

SENTENCES = Path(__file__).parent / "sentences"


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Wording(_Entry):
    """What a rule says.

    title: the finding in one sentence
    title_money: what follows it where the action has an amount of money a year
    reason: the figures behind it
    proposal: what the reader can do
    comparison: what the figure is compared with, in words
    item: one part of a list within the reason; SQL joins the parts
    """

    title: str
    title_money: str | None = None
    reason: str
    proposal: str
    comparison: str | None = None
    item: str | None = None


class Sentences(_Entry):
    """All words of one language.

    company: what stands in place of a department when the company is meant
    since: what is added when earlier periods gave the same result
    """

    company: str
    since: str
    rules: dict[str, Wording]


def languages(folder: Path = SENTENCES) -> tuple[str, ...]:
    """The languages that there is a file for."""
    return tuple(sorted(path.stem for path in folder.glob("*.yml")))


@functools.cache
def sentences(language: str = "en", folder: Path = SENTENCES) -> Sentences:
    """The words of a language.

    Raises:
        ValueError: an entry that is not as described here, or another set of rules than `rules.yml` has.
    """
    path = folder / f"{language}.yml"
    found = Sentences.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    if odd := sorted(found.rules.keys() ^ rules().rules.keys()):
        raise ValueError(f"{path.name}: rules without sentences, or sentences without a rule: {', '.join(odd)}")
    return found
