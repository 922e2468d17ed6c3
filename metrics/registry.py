"""The registry of measures and ratios, as `metrics/families/*.yml` state them."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, model_validator

FAMILIES = Path(__file__).parent / "families"
# Always shown beside the figures of a unit, and no measure.
HEADCOUNT = "headcount"


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Measure(_Entry):
    """A figure that adds up over people: what one person, account, seat or day contributes, and its mask.

    gives: capability column `gives_<…>` of tool_periods; without it the figure is NULL
    kind: `people`, a count of persons (each contributes 0 or 1), or `total`, to which dominance applies
    is_additive: whether the figure of `all` tools is the sum over tools; by default, totals are
    tie: measures that are the same number or nearly so; hidden together, see hide_ties()
    part_of, total_of: a name that the parts of a sum and their total share; a cell stands in one such line
    group: what is hidden as a whole when a line cannot be resolved
    """

    gives: str
    kind: Literal["people", "total"] = "total"
    is_additive: bool | None = None
    tie: str | None = None
    part_of: str | None = None
    total_of: str | None = None
    group: str | None = None
    unit: Literal["count", "tokens", "money"] = "count"

    @model_validator(mode="after")
    def _is_in_one_line(self) -> Measure:
        if self.part_of and self.total_of:
            raise ValueError("a measure is a part or a total of parts, not both")
        return self

    @property
    def adds_up(self) -> bool:
        """Whether `all` tools are the sum over tools."""
        return self.kind == "total" if self.is_additive is None else self.is_additive


class Column(_Entry):
    """A published column of a family: a measure of the same name, or a ratio of two measures.

    ratio: numerator and denominator; the denominator may be the headcount
    unit, definition, null_when: as docs/metrics.md says them; `{period}` is `week` or `month`
    is_compared: whether the column comes also as it was 14 weeks ago, with the change since then
    is_shown: False for figures that only other marts read
    follows: the capability that the column has where a kit states none of its own
    at_most_one: whether its values end at 1; by default, those of unit `ratio` do
    """

    ratio: tuple[str, str] | None = None
    unit: str
    definition: str
    null_when: str = ""
    is_compared: bool = False
    is_shown: bool = True
    follows: str | None = None
    at_most_one: bool | None = None


class Published(_Entry):
    """Where readers see measures as they are.

    period: `week` or `month`
    tool: expression of the tool; `'all'` of a table about all tools together
    item: expression of the item's column; an empty string in SQL where there is none
    columns: expression over published columns → measure; by default every shown measure of the family
    """

    period: Literal["week", "month"]
    tool: str = "tool"
    item: str = "''"
    columns: dict[str, str] | None = None


class Family(_Entry):
    """Measures that one model counts.

    relation: the model, one row per period, unit, tool and item, with the columns of unit_figures()
    period: the only kind of period that the model has, in a column `week_start` or `month_start`; by default it
        has `period_type` and `period_start`
    item: column that tells rows of a tool apart, such as the product of seats
    where: rows of the model that are cells
    is_never_shown: whether no table shows the measures, and the audit asks about them all the same
    same_as, without: another family whose totals this one has as well, and which of them it has not
    """

    relation: str
    measures: dict[str, Measure]
    period: Literal["week", "month"] | None = None
    item: str | None = None
    where: str | None = None
    is_never_shown: bool = False
    same_as: str | None = None
    without: tuple[str, ...] = ()
    columns: dict[str, Column] = {}
    published: dict[str, Published] = {}

    @property
    def ratios(self) -> dict[str, Column]:
        """Columns that are ratios."""
        return {name: column for name, column in self.columns.items() if column.ratio}

    def published_as(self, table: str) -> dict[str, str]:
        """Expression over published columns of `table` → measure."""
        stated = self.published[table].columns
        if stated is not None:
            return stated
        return {
            name: name for name, column in self.columns.items() if column.is_shown and name in self.measures
        }


Registry = Mapping[str, Family]


@functools.cache
def registry(folder: Path = FAMILIES) -> Registry:
    """Every family by its name, measures of `same_as` included.

    Raises:
        ValueError: a family that is not as described here, with its file.
    """
    families: dict[str, Family] = {}
    for path in sorted(folder.glob("*.yml")):
        try:
            families[path.stem] = Family.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
        except ValueError as error:
            raise ValueError(f"{path.name}: {error}") from error
    complete = {name: _with_shared(name, family, families) for name, family in families.items()}
    _refuse_unknown(complete)
    return complete


def _with_shared(name: str, family: Family, families: Registry) -> Family:
    if family.same_as is None:
        return family
    if family.same_as not in families:
        raise ValueError(f"{name}.yml: same_as: no family {family.same_as}")
    others = families[family.same_as].measures
    if unknown := sorted(set(family.without) - others.keys()):
        raise ValueError(f"{name}.yml: without: {family.same_as} has no {', '.join(unknown)}")
    shared = {
        other: measure
        for other, measure in others.items()
        if measure.kind == "total" and other not in family.without
    }
    return family.model_copy(update={"measures": family.measures | shared})


def _refuse_unknown(families: Registry) -> None:
    known = {name for family in families.values() for name in family.measures} | {HEADCOUNT}
    for name, family in families.items():
        used = {part for column in family.ratios.values() for part in column.ratio or ()}
        used |= {column for column in family.columns if column not in family.ratios}
        used |= {measure for entry in family.published.values() for measure in (entry.columns or {}).values()}
        if unknown := sorted(used - known):
            raise ValueError(f"{name}.yml: no such measure: {', '.join(unknown)}")


def ratios() -> dict[str, Column]:
    """Every ratio of the registry, by name."""
    return {name: column for family in registry().values() for name, column in family.ratios.items()}
