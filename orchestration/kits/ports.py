"""Models and macros that join what all vendors hand on, from `ingestion/ports.yml` and the kits.

A port is a view over the vendors' models of `models/vendors`. A unit test of a model that reads it names the
view alone, so it stays as it is when a vendor is added.
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from ingestion.kit import Kit
from ingestion.port import Port, every_measure, every_port
from ingestion.source import SourceDefinition
from orchestration.kits import owners, properties

MODELS = Path("models/ports")
MACROS = Path("macros/ports/port_facts.sql")
_WRITTEN = "Written from ingestion/ports.yml and the kits by `python -m orchestration.kits`."
_LINE = 100
_CONTRACT_TYPES = {"money": "decimal(28,9)"}


def files(sources: Sequence[SourceDefinition], kits: Mapping[str, Kit]) -> Iterator[tuple[Path, str]]:
    """Each generated file, by its path in the project, and its text.

    Raises:
        ValueError: a kit names a port or a raw table that does not exist.
    """
    ports = every_port()
    _refuse_unknown(sources, kits, ports)
    for name, port in ports.items():
        yield MODELS / f"port_{name}.sql", _model(name, port)
        yield MODELS / f"port_{name}.yml", _documentation(name, port)
    yield MACROS, _macros(ports, sources, kits)


def _refuse_unknown(
    sources: Sequence[SourceDefinition], kits: Mapping[str, Kit], ports: Mapping[str, Port]
) -> None:
    for source in sources:
        tables = {contract.name for contract in source.contracts}
        for port, resources in kits[source.name].ports.items():
            if port not in ports or ports[port].staging:
                raise ValueError(f"{source.name}/kit.yml: there is no port {port} to fill")
            if unknown := set(resources) - tables:
                raise ValueError(f"{source.name}/kit.yml: {port}: no raw table {', '.join(sorted(unknown))}")


def _fillers(name: str, port: Port, sources: Sequence[SourceDefinition], kits: Mapping[str, Kit]) -> list[str]:
    """Sources that fill the port."""
    if port.staging:
        return [s.name for s in sources if any(table.name == port.staging for table in s.contracts)]
    return [source.name for source in sources if name in kits[source.name].ports]


def _model(name: str, port: Port) -> str:
    """The view: rows of every source that fills the port and was ever connected, or no row."""
    names = ",\n    ".join(port.columns)
    model = f"'stg_' ~ source ~ '__{port.staging}'" if port.staging else f"source ~ '__{name}'"
    typed = "".join(
        f",\n    cast(null as {{{{ port_type('{column.type}') }}}}) as {column_name}"
        for column_name, column in port.columns.items()
    )
    grain = textwrap.wrap(f"grain: {port.description}", _LINE, initial_indent="-- ", subsequent_indent="-- ")
    return "\n".join(
        [
            *grain,
            f"-- {_WRITTEN}",
            f"{{%- set sources = used_sources('{name}') %}}",
            "{%- for source in sources %}",
            f"select\n    '{{{{ source }}}}' as source,\n    {names}",
            f"from {{{{ ref({model}) }}}}",
            "{{- '\\n\\nunion all\\n' if not loop.last }}",
            "{%- endfor %}",
            "{%- if not sources %}",
            f"select\n    cast(null as {{{{ port_type('string') }}}}) as source{typed}",
            "from (select 1 as n) as nothing",
            "where 1 = 0",
            "{%- endif %}",
            "",
        ]
    )


def _documentation(name: str, port: Port) -> str:
    model = f"port_{name}"
    lines = properties.model(f"# {_WRITTEN}", model, port.description)
    lines += properties.key_rules(model, port.key or port.unique, has_nulls=not port.key)
    lines += ["    columns:", *_column("source", "string", "Source that hands the row on.")]
    for column, stated in port.columns.items():
        lines += _column(column, _CONTRACT_TYPES.get(stated.type, stated.type), stated.description)
    return "\n".join([*lines, ""])


def _column(name: str, type_: str, description: str) -> list[str]:
    return [
        f"      - name: {name}",
        f"        data_type: {type_}",
        f"        description: {properties.quoted(description)}",
    ]


def _macros(ports: Mapping[str, Port], sources: Sequence[SourceDefinition], kits: Mapping[str, Kit]) -> str:
    contracts = {
        name: {
            "types": {column: stated.type for column, stated in port.columns.items()},
            "required": list(port.required),
            "measures": {name: column.measure for name, column in port.columns.items() if column.measure},
        }
        for name, port in ports.items()
    }
    resources = {
        name: [
            f"{source.name}.{table}" for source in sources for table in kits[source.name].ports.get(name, ())
        ]
        for name in ports
    }
    fillers = {name: _fillers(name, port, sources, kits) for name, port in ports.items()}
    macros = (
        _macro(
            "port_contract(port)",
            f"{_jinja(contracts)}[port]",
            "Columns of a port with their types, the required ones, and what they are figures of.",
        ),
        _macro(
            "port_resources(port)",
            f"{_jinja(resources)}[port]",
            "Raw tables of which a port is made, as `source.resource`.",
        ),
        _macro(
            "owned_measures()",
            _jinja(list(every_measure())),
            "Measures of a tool that one source owns, see `int_measure_owners`.",
        ),
        _macro(
            "tools_with_owners(measure)",
            f"{_jinja(_contested(kits))}[measure]",
            "Tools of which several sources can tell a measure.",
        ),
        _macro(
            "guest_sources()",
            _jinja(_guests(kits)),
            "Sources that can tell of a tool whose home is another one.",
        ),
        _macro("port_sources(port)", f"{_jinja(fillers)}[port]", "Sources that fill a port."),
        _macro(
            "account_id_namespaces()",
            _jinja(_namespaces(kits, "account_namespaces")),
            "Kinds of identifiers that name an account of a vendor for ever.",
        ),
        _macro(
            "directory_id_namespaces()",
            _jinja(_namespaces(kits, "directory_namespaces")),
            "Kinds of identifiers of the company's directory.",
        ),
    )
    return "\n\n".join((f"{{#- {_WRITTEN} -#}}", *macros)) + "\n"


def _contested(kits: Mapping[str, Kit]) -> dict[str, list[object]]:
    tools: dict[str, dict[object, None]] = {measure: {} for measure in every_measure()}
    for row in owners.rows(kits):
        if row["position"]:
            tools[str(row["measure"])][row["tool"]] = None
    return {measure: list(named) for measure, named in tools.items()}


def _guests(kits: Mapping[str, Kit]) -> list[str]:
    return [
        source
        for source, kit in kits.items()
        if any(kit.gives(tool) for tool in kit.capabilities.keys() - kit.tools)
    ]


def _namespaces(kits: Mapping[str, Kit], kind: str) -> list[str]:
    return [namespace for kit in kits.values() for namespace in getattr(kit, kind)]


def _macro(signature: str, value: str, meaning: str) -> str:
    return f"{{#- {meaning} -#}}\n{{% macro {signature} -%}}\n    {{{{ return({value}) }}}}\n{{%- endmacro %}}"


def _jinja(value: object) -> str:
    """The value as Jinja writes it."""
    return textwrap.indent(json.dumps(value, indent=4).replace('"', "'"), "    ").lstrip()
