"""Macros that write the sentences of recommended actions, from the templates of `metrics/sentences/`.

A template is read once, here, and becomes an expression over the columns of a row, which dbt compiles for each
engine. So the sentences are part of the query that publishing asks again (docs/decisions/0059).
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

import jinja2
from jinja2 import nodes

from metrics.wording import Sentences, Wording

FOLDER = Path("macros/actions")
FIGURES = FOLDER / "sentence_figures.sql"
_WRITTEN = "Written from metrics/sentences/{} by `python -m orchestration.kits`."
_READER = jinja2.Environment()
_WIDTH: Final = 90

# Names that every sentence may use, with the column of each. `department` and `tool` are written out.
GENERAL: Final = {
    "value": "metric_value",
    "comparison": "comparison_value",
    "money": "money_a_year",
    "week": "period_start",
    "month": "period_start",
    "period_type": "period_type",
    "since": "open_since",
    "item": "item",
}
_WRITTEN_OUT: Final = ("department", "tool")
# Filters of the pages, with the macro that does the same and the type of figure that each takes.
_FILTERS: Final = {
    ("number", ""): ("whole_text", "number"),
    ("number", "1"): ("decimal_text", "number"),
    ("percent", ""): ("percent_text", "number"),
    ("money", ""): ("money_text", "number"),
    ("date", ""): ("day_text", "date"),
    ("month", ""): ("month_text", "date"),
    ("name", "tool"): ("tool_text", "text"),
}
_COMPARISONS: Final = {"eq": "=", "gt": ">", "gteq": ">=", "lt": "<", "lteq": "<="}


def files(areas: Mapping[str, str], found: Mapping[str, Sentences]) -> Iterator[tuple[Path, str]]:
    """Each generated file, by its path in the project, and its text.

    areas: of each rule
    found: what rules say, by language

    Raises:
        ValueError: a template holds what SQL cannot write, or languages ask for different figures.
    """
    yield FIGURES, _figures(areas, found)
    for language, sentences in found.items():
        yield FOLDER / f"sentences_{language}.sql", _macros(language, sentences)


def figures(wordings: Mapping[str, Wording]) -> dict[str, str]:
    """The figures that titles and reasons ask for beside the general ones, in order: name to type.

    Raises:
        ValueError: a template cannot be read, or a figure is used as two types.
    """
    found: dict[str, str] = {}
    for rule_id, wording in wordings.items():
        for template in (wording.title, wording.reason):
            for name, kind in _used(_read(template, rule_id).body):
                if name in GENERAL or name in _WRITTEN_OUT:
                    continue
                if found.setdefault(name, kind) != kind:
                    raise ValueError(f"{rule_id}: {name} is a {kind} here and a {found[name]} elsewhere.")
    return dict(sorted(found.items()))


def shown(template: str) -> str:
    """A template as a reader of `action_rules` sees it: names in braces, the first of alternatives."""
    return "".join(_shown(_read(template, template).body))


def expression(template: str, company: str = "", general: Mapping[str, str] = GENERAL) -> str:
    """The expression that writes a template's sentence, over the columns of `row`.

    general: names of the template that stand for a column of another name

    Raises:
        ValueError: the template holds what SQL cannot write.
    """
    writer = _Writer(template, company, general)
    return "\n|| ".join(writer.parts(_read(template, template).body)) or "''"


def _figures(areas: Mapping[str, str], found: Mapping[str, Sentences]) -> str:
    lines = []
    for area in dict.fromkeys(areas.values()):
        by_language = {
            language: figures({name: said for name, said in spoken.rules.items() if areas[name] == area})
            for language, spoken in found.items()
        }
        (first, expected), *others = by_language.items()
        for language, other in others:
            if other != expected:
                raise ValueError(f"{area}: {language} and {first} ask for different figures.")
        listed = "".join(f"            '{name}': '{kind}',\n" for name, kind in expected.items())
        lines.append(f"        '{area}': {{\n{listed}        }},\n")
    return (
        f"{{#- Figures that sentences of actions name, by area and with type.\n"
        f"    {_WRITTEN.format('*.yml')} -#}}\n"
        f"{{% macro sentence_figures(area) -%}}\n    {{{{ return({{\n{''.join(lines)}    }}[area]) }}}}\n"
        "{%- endmacro %}\n"
    )


def _macros(language: str, sentences: Sentences) -> str:
    company = sentences.company
    parts = [f"{{#- {_WRITTEN.format(f'{language}.yml')} `rules`: of these alone. -#}}"]
    of_rules: tuple[tuple[str, Callable[[Wording], str | None]], ...] = (
        ("title", lambda wording: wording.title),
        ("title_money", lambda wording: wording.title_money),
        ("reason", lambda wording: wording.reason),
        ("proposal", lambda wording: wording.proposal),
        ("comparison", lambda wording: wording.comparison),
    )
    for part, chosen in of_rules:
        cases = [
            f"{{%- if not rules or '{rule_id}' in rules %}}\n"
            f"when '{rule_id}'\n    then {_indented(expression(template, company), 8)}\n{{%- endif %}}\n"
            for rule_id, wording in sentences.rules.items()
            if (template := chosen(wording))
        ]
        body = "case {{ row }}.rule_id\n    " + "".join(_indented(case, 4) for case in cases).rstrip() + "\n"
        lines = "\n".join(line.rstrip() for line in f"{body}end".splitlines())
        parts.append(_macro(f"action_{part}_{language}", lines, "row, rules=none"))
    parts.append(_macro(f"action_since_{language}", expression(sentences.since, company)))
    for rule_id, wording in sentences.rules.items():
        if wording.item:
            parts.append(_macro(f"{rule_id}_item_{language}", expression(wording.item, general={})))
    return "\n\n\n".join(parts) + "\n"


def _macro(name: str, body: str, parameters: str = "row") -> str:
    return f"{{% macro {name}({parameters}) -%}}\n    {_indented(body, 4)}\n{{%- endmacro %}}"


def _indented(text: str, by: int) -> str:
    return text.replace("\n", "\n" + " " * by)


def _read(template: str, place: str) -> nodes.Template:
    try:
        return _READER.parse(template)
    except jinja2.TemplateSyntaxError as error:
        raise ValueError(f"{place}: {error.message}") from error


def _filter(node: nodes.Filter) -> tuple[str, str]:
    """The macro of a filter and the type that it takes."""
    argument = ", ".join(str(value.as_const()) for value in node.args)
    try:
        return _FILTERS[node.name, argument]
    except KeyError:
        raise ValueError(f"No filter {node.name}({argument}) in sentences of actions.") from None


def _used(body: list[nodes.Node]) -> Iterator[tuple[str, str]]:
    """Names of a template, each with the type that its place asks for."""
    for node in body:
        if isinstance(node, nodes.Output):
            for part in node.nodes:
                if isinstance(part, nodes.Filter) and isinstance(part.node, nodes.Name):
                    yield part.node.name, _filter(part)[1]
                elif isinstance(part, nodes.Name):
                    yield part.name, "text"
        elif isinstance(node, nodes.If):
            if isinstance(node.test, nodes.Compare) and isinstance(node.test.expr, nodes.Name):
                other = node.test.ops[0].expr
                if isinstance(other, nodes.Const):
                    yield node.test.expr.name, "text" if isinstance(other.value, str) else "number"
            yield from _used([*node.body, *node.elif_, *node.else_])


def _shown(body: list[nodes.Node]) -> Iterator[str]:
    for node in body:
        if isinstance(node, nodes.Output):
            for part in node.nodes:
                if isinstance(part, nodes.TemplateData):
                    yield part.data
                elif (name := part.find(nodes.Name) if not isinstance(part, nodes.Name) else part) is not None:
                    yield f"{{{name.name}}}"
        elif isinstance(node, nodes.If) and node.else_:
            yield from _shown(node.body)


class _Writer:
    """Writes the nodes of one template as SQL for dbt."""

    def __init__(self, template: str, company: str, general: Mapping[str, str]) -> None:
        self._template = template
        self._company = company
        self._general = general

    def parts(self, body: list[nodes.Node]) -> Iterator[str]:
        """What is put together, one after the other."""
        for node in body:
            if isinstance(node, nodes.Output):
                for part in node.nodes:
                    yield from self._output(part)
            elif isinstance(node, nodes.If):
                yield self._choice(node)
            else:
                raise self._refused(node)

    def _output(self, node: nodes.Node) -> Iterator[str]:
        if isinstance(node, nodes.TemplateData):
            yield from _literals(node.data)
        elif isinstance(node, nodes.Filter) and isinstance(node.node, nodes.Name):
            yield f"{{{{ {_filter(node)[0]}(row ~ '.{self._column(node.node.name)}') }}}}"
        elif isinstance(node, nodes.Name) and self._general and node.name in _WRITTEN_OUT:
            yield self._written_out(node.name)
        elif isinstance(node, nodes.Name):
            yield f"{{{{ row }}}}.{self._column(node.name)}"
        else:
            raise self._refused(node)

    def _written_out(self, name: str) -> str:
        if name == "tool":
            return "{{ tool_text(row ~ '.tool') }}"
        company = " || ".join(_literals(self._company))
        return (
            f"case when {{{{ row }}}}.department_key = 'all' then {company}\n"
            "    else {{ row }}.department_name end"
        )

    def _choice(self, node: nodes.If) -> str:
        lines = ["case"]
        for branch in (node, *node.elif_):
            lines.append(f"    when {self._condition(branch.test)} then {self._inner(branch.body)}")
        lines.append(f"    else {self._inner(node.else_)}")
        return "\n".join([*lines, "end"])

    def _inner(self, body: list[nodes.Node]) -> str:
        return _indented("\n|| ".join(self.parts(body)) or "''", 8)

    def _condition(self, test: nodes.Node) -> str:
        if isinstance(test, nodes.Not) and isinstance(test.node, nodes.Test) and test.node.name == "none":
            return f"{self._operand(test.node.node)} is not null"
        if isinstance(test, nodes.Compare) and len(test.ops) == 1 and test.ops[0].op in _COMPARISONS:
            operator, right = _COMPARISONS[test.ops[0].op], self._operand(test.ops[0].expr)
            return f"{self._operand(test.expr)} {operator} {right}"
        raise self._refused(test)

    def _operand(self, node: nodes.Node) -> str:
        if isinstance(node, nodes.Name):
            return f"{{{{ row }}}}.{self._column(node.name)}"
        if isinstance(node, nodes.Const) and isinstance(node.value, str):
            return " || ".join(_literals(node.value))
        if isinstance(node, nodes.Const) and isinstance(node.value, int):
            return str(node.value)
        raise self._refused(node)

    def _column(self, name: str) -> str:
        return self._general.get(name, name)

    def _refused(self, node: nodes.Node) -> ValueError:
        return ValueError(f"{type(node).__name__} cannot be written in SQL: {self._template}")


def _literals(text: str) -> Iterator[str]:
    """A text as SQL literals, in lines that are not too long."""
    lines = textwrap.wrap(text, _WIDTH, drop_whitespace=False, break_on_hyphens=False)
    for line in lines:
        # Engines write an apostrophe within a literal in different ways.
        quoted = json.dumps(line, ensure_ascii=False)
        escaped = f"{{{{ dbt.string_literal(dbt.escape_single_quotes({quoted})) }}}}"
        yield escaped if "'" in line else f"'{line}'"
