"""What follows from `metrics/rules.yml`: a seed, the company's example file, a macro and a table of a page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from metrics.rules import Limit, Rule, Rules
from metrics.wording import Wording
from orchestration.kits.seeds import Row, as_csv
from orchestration.metrics.sentences import shown

SEED = Path("seeds/reference/action_rules.csv")
EXAMPLE = Path("company.example/thresholds.csv")
MACRO = Path("macros/metrics/limits.sql")
_EXAMPLE_HEAD = (
    "# Limits that the definitions in docs/metrics.md use. A name that is not listed keeps its default.\n"
)


def files(found: Rules, wordings: Mapping[str, Wording]) -> Iterator[tuple[Path, str]]:
    """Each generated file, by its path in the project, and its text. `wordings`: what each rule says."""
    by_importance = sorted(found.rules.items(), key=lambda entry: entry[1].importance)
    yield SEED, as_csv(_row(rule_id, rule, wordings[rule_id]) for rule_id, rule in by_importance)
    yield EXAMPLE, _EXAMPLE_HEAD + as_csv(_limits(found))
    listed = "".join(f"        '{name}': '{entry.default}',\n" for name, entry in found.definitions.items())
    yield (
        MACRO,
        "{#- Limits of definitions and their defaults. Written from metrics/rules.yml by "
        "`python -m orchestration.kits`. -#}\n"
        f"{{% macro definition_limits() -%}}\n    {{{{ return({{\n{listed}    }}) }}}}\n{{%- endmacro %}}\n",
    )


def table(found: Rules) -> list[str]:
    """The table of docs/metrics.md."""
    return [
        "| rule | fires when | limits, as shipped |",
        "|---|---|---|",
        *(
            f"| `{rule_id}` ({rule.area}) | {rule.fires_when} | "
            + ", ".join(f"`{limit.name}` {limit.default}" for limit in rule.limits)
            + " |"
            for rule_id, rule in found.rules.items()
        ),
    ]


def _limits(found: Rules) -> Iterator[Row]:
    for name, default, note in found.limits():
        yield {"name": name, "value": default, "note": note}


def _row(rule_id: str, rule: Rule, wording: Wording) -> Row:
    return {
        "rule_id": rule_id,
        "version": rule.version,
        "area": rule.area,
        "page": rule.page or rule.area,
        "cause": rule.cause or rule_id,
        "audience": rule.audience,
        "importance": rule.importance,
        "title": shown(wording.title),
        "recommendation": wording.proposal,
        "metric": rule.metric,
        "unit": rule.unit,
        **_limit("threshold", rule.threshold),
        **_limit("second_threshold", rule.second_threshold),
        **_limit("minimum", rule.minimum),
        "medium_from": rule.medium_from,
        "high_from": rule.high_from,
    }


def _limit(column: str, limit: Limit | None) -> Row:
    return {f"{column}_name": limit.name if limit else None, column: limit.default if limit else None}
