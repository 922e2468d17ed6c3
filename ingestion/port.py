"""Ports: what a vendor's models hand to the models that every tool shares (`ingestion/ports.yml`)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, model_validator

_PORTS = Path(__file__).with_name("ports.yml")
_MEASURES = Path(__file__).with_name("measures.yml")

PortType = Literal["string", "integer", "bigint", "boolean", "timestamp", "date", "money"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PortColumn(_Strict):
    """One column of a port.

    Attributes:
        measure: what it is a figure of, of those that one source owns (`ingestion/measures.yml`).
    """

    type: PortType
    description: str
    measure: str | None = None


class Port(_Strict):
    """One port.

    Attributes:
        description: its grain.
        columns: in order.
        required: columns that each vendor must give; the others are NULL where a vendor has nothing.
        key: columns that identify a row; `unique` the same where parts may be NULL; without both, rows are
            added up.
        staging: the raw table of that name of every source that has one is the port; no vendor model is needed.
    """

    description: str
    columns: dict[str, PortColumn]
    required: tuple[str, ...] = ()
    key: tuple[str, ...] = ()
    unique: tuple[str, ...] = ()
    staging: str | None = None

    @model_validator(mode="after")
    def _names_its_columns(self) -> Port:
        if unknown := {*self.required, *self.key, *self.unique} - self.columns.keys():
            raise ValueError(f"no such column: {', '.join(sorted(unknown))}")
        if unknown := self.measures - every_measure().keys():
            raise ValueError(f"no such measure: {', '.join(sorted(unknown))}")
        return self

    @property
    def measures(self) -> set[str]:
        """Measures that it has columns of."""
        return {column.measure for column in self.columns.values() if column.measure}


@cache
def every_measure() -> Mapping[str, tuple[str, ...]]:
    """By measure that one source of a tool owns, the figures of capabilities by which a source takes part."""
    stated: Mapping[str, list[str]] = yaml.safe_load(_MEASURES.read_text(encoding="utf-8"))
    return {measure: tuple(metrics) for measure, metrics in stated.items()}


@cache
def every_port() -> Mapping[str, Port]:
    """All ports by name, in the order of the file."""
    stated = yaml.safe_load(_PORTS.read_text(encoding="utf-8"))
    return {name: Port.model_validate(port) for name, port in stated.items()}
