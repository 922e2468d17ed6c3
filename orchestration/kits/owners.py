"""Which source owns a measure of a tool, where several tell of it: a seed, from the kits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ingestion.kit import Kit
from ingestion.port import every_measure, every_port

Row = dict[str, object]


def refuse_unknown(kits: Mapping[str, Kit]) -> None:
    """Refuse a tool without a home or with two, owners that cannot own, and figures that no port carries.

    Raises:
        ValueError: which kit says it, and what.
    """
    homes = [tool for kit in kits.values() for tool in kit.tools]
    if len(set(homes)) < len(homes):
        raise ValueError("two sources describe the same tool")
    for source, kit in kits.items():
        if unknown := (kit.products.keys() | kit.capabilities.keys()) - set(homes):
            raise ValueError(f"{source}/kit.yml: no such tool: {', '.join(sorted(unknown))}")
        for tool in kit.capabilities:
            if missing := sorted(kit.measures(tool) - _carried(kit).keys()):
                raise ValueError(
                    f"{source}/kit.yml: {tool}: a capability needs a port with {', '.join(missing)} "
                    "(ingestion/ports.yml)"
                )
        for tool, stated in kit.tools.items():
            for measure, sources in stated.owners.items():
                if unable := set(sources) - _candidates(tool, measure, kits):
                    raise ValueError(
                        f"{source}/kit.yml: {tool}: {measure} cannot be owned by {', '.join(sorted(unable))}"
                    )


def rows(kits: Mapping[str, Kit]) -> Iterator[Row]:
    """One row per tool, measure and raw table of a source that can own it; of tools with several sources."""
    for home, kit in kits.items():
        for tool, stated in kit.tools.items():
            if sum(bool(one.measures(tool)) for one in kits.values()) < 2:
                continue
            for measure in every_measure():
                able = _candidates(tool, measure, kits)
                first = [*stated.owners.get(measure, ()), home]
                order = sorted(
                    able, key=lambda source: (first.index(source) if source in first else len(first), source)
                )
                for position, source in enumerate(order):
                    for table in _carried(kits[source])[measure]:
                        yield {
                            "tool": tool,
                            "measure": measure,
                            "position": position,
                            "source": source,
                            "resource": table,
                        }


def _candidates(tool: str, measure: str, kits: Mapping[str, Kit]) -> set[str]:
    """Sources that can give the measure."""
    return {source for source, kit in kits.items() if measure in kit.measures(tool)}


def _carried(kit: Kit) -> dict[str, list[str]]:
    """By measure that the source's ports have columns of, the raw tables that these are made of."""
    tables: dict[str, dict[str, None]] = {}
    for port, made_of in kit.ports.items():
        for measure in every_port()[port].measures:
            tables.setdefault(measure, {}).update(dict.fromkeys(made_of))
    return {measure: list(names) for measure, names in tables.items()}
