"""A sentence is stated once, as a template, and becomes an expression over the figures of a row."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from metrics.rules import areas
from metrics.wording import SENTENCES, Wording, languages, sentences
from orchestration.metrics.sentences import GENERAL, expression, figures, files, shown
from tests.docs.markdown import ROOT


def test_a_template_becomes_an_expression() -> None:
    template = (
        "{{ department }}'s {{ value | percent }}{% if cost is not none %}, {{ cost | money }}{% endif %}"
    )
    written = " ".join(expression(template, "Everybody").split())
    assert written == (
        "case when {{ row }}.department_key = 'all' then 'Everybody' else {{ row }}.department_name end "
        '|| {{ dbt.string_literal(dbt.escape_single_quotes("\'s ")) }} '
        "|| {{ percent_text(row ~ '.metric_value') }} "
        "|| case when {{ row }}.cost is not null then ', ' || {{ money_text(row ~ '.cost') }} else '' end"
    )


def test_alternatives_follow_one_another() -> None:
    template = "{% if stage == 'use' %}a{% elif seats > 0 %}b{% else %}c{% endif %}"
    assert " ".join(expression(template).split()) == (
        "case when {{ row }}.stage = 'use' then 'a' when {{ row }}.seats > 0 then 'b' else 'c' end"
    )


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("{{ value | round }}", r"No filter round\(\)"),
        ("{% for x in y %}{% endfor %}", "For cannot be written in SQL"),
        ("{% if a and b %}c{% endif %}", "And cannot be written in SQL"),
        ("{{ value", "unexpected end of template"),
    ],
)
def test_what_sql_cannot_write_is_refused(template: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        expression(template)


def test_a_reader_of_rules_sees_names_in_braces() -> None:
    template = (
        "{{ tool }}: {% if n > 0 %}move {{ n | number }}{% else %}none{% endif %}{% if a > 0 %}!{% endif %}"
    )
    assert shown(template) == "{tool}: move {n}"


def test_a_figure_of_two_types_is_refused() -> None:
    english = sentences()
    odd = Wording(title="{{ stage | number }}", reason="", proposal="")
    with pytest.raises(ValueError, match="idle_seats: stage is a number here and a text elsewhere"):
        figures(english.rules | {"idle_seats": odd})


def test_a_second_language_asks_for_the_same_figures() -> None:
    english = sentences()
    poor = english.rules["idle_seats"].model_copy(update={"reason": "Nothing."})
    german = english.model_copy(update={"rules": english.rules | {"idle_seats": poor}})
    with pytest.raises(ValueError, match="licenses: de and en ask for different figures"):
        list(files(areas(), {"en": english, "de": german}))
    assert [path.name for path, _ in files(areas(), {"en": english, "de": english})] == [
        *("sentence_figures.sql", "sentences_en.sql", "sentences_de.sql")
    ]


def test_a_rule_without_sentences_is_refused(tmp_path: Path) -> None:
    stated = yaml.safe_load((SENTENCES / "en.yml").read_text(encoding="utf-8"))
    del stated["rules"]["idle_seats"]
    (tmp_path / "en.yml").write_text(yaml.safe_dump(stated), encoding="utf-8")
    with pytest.raises(ValueError, match=r"en\.yml: rules without sentences.*: idle_seats"):
        sentences("en", tmp_path)


@pytest.mark.parametrize("language", languages())
def test_rules_give_the_figures_that_their_sentences_name(language: str) -> None:
    """A figure that a rule leaves out would be NULL, and so would be the sentence."""
    for rule_id, wording in sentences(language).rules.items():
        query = (ROOT / f"models/actions/{areas()[rule_id]}_actions.sql").read_text(encoding="utf-8")
        for name in figures({rule_id: wording}):
            assert f"'{name}': " in query, (rule_id, name)


def test_models_of_actions_hold_no_words_of_their_own() -> None:
    """Texts in SQL are keys: a blank within one would be a sentence."""
    for path in sorted((ROOT / "models/actions").glob("*.sql")):
        text = re.sub(r"--.*", "", path.read_text(encoding="utf-8"))
        calls = re.sub(r"\{\{.*?\}\}", "", text, flags=re.DOTALL)
        assert {found for found in re.findall(r"'([^']*)'", calls) if " " in found} <= {
            *("more than people", "All departments")
        }, path.name


def test_general_names_are_columns_of_every_rule() -> None:
    shape = (ROOT / "macros/actions/action_shape.sql").read_text(encoding="utf-8")
    assert {column for column in GENERAL.values() if f"'{column}'" not in shape} == {"open_since"}
