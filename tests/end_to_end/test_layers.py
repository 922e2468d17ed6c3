"""Which layer of models reads which, as dbt's own manifest has it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath
from typing import Any

import pytest

from publishing.derived import DERIVED_TABLES
from tests.end_to_end.harness import World

pytestmark = pytest.mark.end_to_end

# Each layer, and the others that it reads. A new edge is a decision, and so is one that nobody needs any more.
LAW = {
    "staging": set(),
    "vendors": {"seeds", "staging", "intermediate"},  # what an id means; accounts stay accounts
    "ports": {"staging", "vendors"},
    "intermediate": {"seeds", "staging", "ports", "core"},  # units are made of departments, headcounts of units
    "core": {"seeds", "staging", "vendors", "intermediate"},
    "disclosure": {"staging", "intermediate", "core"},
    "marts": {"seeds", "staging", "vendors", "intermediate", "core", "disclosure", "actions"},
    "actions": {"marts"},
}
# From figures of units to what may be shown of them: a room reads those before it.
ROOMS = ("figures", "cells", "masks", "shown")
OF_ONE = {"person_key", "account_key", "session_key", "manager_person_key", "id_token", "person_label"}


@pytest.fixture(scope="module")
def nodes(first_night: World) -> dict[str, Any]:
    """The project's models and seeds, by dbt's id."""
    return {
        name: node
        for name, node in first_night.manifest["nodes"].items()
        if node["resource_type"] in ("model", "seed")
    }


def edges(nodes: dict[str, Any]) -> Iterator[tuple[Any, Any]]:
    """The node that is read, and its reader."""
    for reader in nodes.values():
        for name in reader.get("depends_on", {}).get("nodes", []):
            if name in nodes:
                yield nodes[name], reader


def folders(node: Any) -> tuple[str, ...]:
    """`seeds`, or the folders below `models/`."""
    parts = PurePath(node["original_file_path"]).parts
    return parts[1:-1] if node["resource_type"] == "model" else ("seeds",)


def test_layers_read_what_the_law_says(nodes: dict[str, Any]) -> None:
    found: dict[str, set[str]] = {layer: set() for layer in LAW}
    for read, reader in edges(nodes):
        below, layer = folders(read)[0], folders(reader)[0]
        if below != layer:
            found[layer].add(below)
    assert found == LAW


def test_rooms_of_disclosure_read_only_those_before_them(nodes: dict[str, Any]) -> None:
    for read, reader in edges(nodes):
        if folders(read)[0] == folders(reader)[0] == "disclosure":
            assert ROOMS.index(folders(read)[1]) <= ROOMS.index(folders(reader)[1]), (
                read["name"],
                reader["name"],
            )


def test_no_mart_reads_rows_about_one_person(nodes: dict[str, Any]) -> None:
    """Figures reach the marts by one door: as units' figures behind their masks."""
    for read, reader in edges(nodes):
        if folders(reader)[0] in ("marts", "actions"):
            assert not OF_ONE & read["columns"].keys(), (read["name"], reader["name"])


def derived(nodes: dict[str, Any]) -> dict[str, set[str]]:
    """By model with the tag `derived`, the models that it reads; of rules of actions, those that they read."""
    read: dict[str, set[str]] = {}
    for below, reader in edges(nodes):
        read.setdefault(reader["unique_id"], set()).add(below["unique_id"])

    def reads(model: str) -> set[str]:
        direct = read.get(model, set())
        parts = {name for name in direct if folders(nodes[name])[0] == "actions"}
        return (direct - parts).union(*map(reads, parts))

    return {node["name"]: reads(name) for name, node in nodes.items() if "derived" in node["tags"]}


def test_tables_that_publishing_makes_again_are_those_with_the_tag(nodes: dict[str, Any]) -> None:
    assert sorted(derived(nodes)) == sorted(DERIVED_TABLES)


def test_tables_that_publishing_makes_again_read_published_tables_made_before(nodes: dict[str, Any]) -> None:
    """What is published tells nothing new if it can be made from what is published."""
    for model, read in derived(nodes).items():
        assert read, f"{model} reads nothing"
        assert {folders(nodes[name])[0] for name in read} == {"marts"}, model
        earlier = DERIVED_TABLES[: DERIVED_TABLES.index(model)]
        assert {nodes[name]["name"] for name in read} & {*DERIVED_TABLES} <= {*earlier}, model
