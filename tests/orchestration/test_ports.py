"""What is written from ports: the view that joins vendors, its contract, and what shared models ask of it."""

from __future__ import annotations

import re

import jinja2
import pytest
import yaml
from pydantic import ValidationError

from ingestion.identity import link_contract
from ingestion.kit import Kit, every_kit
from ingestion.port import Port, every_port
from ingestion.privacy.contract import CurrentGrain, TableContract, text
from ingestion.source import SourceDefinition
from orchestration.kits import names, ports
from orchestration.project import PROJECT_DIR
from runtime.settings import SourceSettings
from tests.orchestration.written_ports import fillers

SEATS = TableContract("seats", CurrentGrain(), (text("plan", str),), description="One row a plan.")
LINKS = link_contract("vendor-user/toy", "person-email", "roster")


def source(name: str, *tables: TableContract) -> SourceDefinition:
    return SourceDefinition(name, SourceSettings, tables, lambda _: True, lambda _: (), lambda _: ())


def kit(**facts: object) -> Kit:
    return Kit.model_validate({"collected": {}, **facts})


def written(*vendors: tuple[SourceDefinition, Kit]) -> dict[str, str]:
    files = ports.files([made for made, _ in vendors], {made.name: said for made, said in vendors})
    return {path.name: content for path, content in files}


def view(port: str, files: dict[str, str], used: list[str]) -> str:
    """A port's SQL as dbt renders it for a deployment with these sources, in one line."""
    context = {"used_sources": lambda _: used, "ref": str, "port_type": str}
    made = jinja2.Environment().from_string(files[f"port_{port}.sql"]).render(context)
    return " ".join(" ".join(line for line in made.split("\n") if not line.startswith("--")).split())


def test_a_port_is_what_each_vendor_that_fills_it_hands_on() -> None:
    made = written(
        (source("one", SEATS), kit(ports={"feature_days": ["seats"]})),
        (source("two", SEATS), kit()),
        (source("three", SEATS), kit(ports={"feature_days": ["seats"]})),
    )
    assert fillers("feature_days", made) == ["one", "three"]
    select = "select '{0}' as source, account_key, tool, feature, activity_date from {0}__feature_days"
    both = view("feature_days", made, ["one", "three"])
    assert both.split(" union all ") == [select.format("one"), select.format("three")]
    assert view("feature_days", made, ["three"]) == select.format("three")


def test_a_port_that_nobody_fills_has_its_columns_and_no_row() -> None:
    made = written((source("one", SEATS), kit()))
    assert fillers("feature_days", made) == []
    empty = view("feature_days", made, [])
    assert re.findall(r"cast\(null as (\w+)\) as (\w+)", empty) == [
        ("string", "source"),
        ("integer", "account_key"),
        ("string", "tool"),
        ("string", "feature"),
        ("date", "activity_date"),
    ]
    assert empty.endswith("where 1 = 0")


def test_a_port_of_staging_is_filled_by_every_source_with_the_table() -> None:
    made = written((source("one", SEATS), kit()), (source("two", LINKS), kit()))
    assert fillers("identity_links", made) == ["two"]
    assert view("identity_links", made, ["two"]).endswith("from stg_two__identity_links")


def test_the_contract_of_a_port_has_its_columns_in_order_with_their_types() -> None:
    (model,) = yaml.safe_load(written()["port_credit_days.yml"])["models"]
    assert [(column["name"], column["data_type"]) for column in model["columns"]] == [
        ("source", "string"),
        ("account_key", "integer"),
        ("tool", "string"),
        ("model", "string"),
        ("unit", "string"),
        ("credits", "decimal(28,9)"),
        ("usage_date", "date"),
    ]
    assert all(column["description"] for column in model["columns"])


def test_the_key_of_a_port_is_tested_where_it_has_one() -> None:
    made = written()

    def rules(port: str) -> list[object]:
        (model,) = yaml.safe_load(made[f"port_{port}.yml"])["models"]
        return [test["table_rules"]["arguments"] for test in model.get("data_tests", [])]

    assert rules("seat_days") == [{"primary_key": ["account_key", "tenant", "product", "seat_date"]}]
    (parts,) = rules("session_parts")
    assert parts == {"unique": [["tool", "account_key", "session_key", "activity_date", "surface", "model"]]}
    assert rules("credit_days") == []  # rows are added up


def test_shared_models_are_given_the_raw_tables_behind_a_port() -> None:
    macros = written((source("one", SEATS), kit(ports={"accounts": ["seats"]})))["port_facts.sql"]
    asked = re.search(r"macro port_resources\(port\).*?'accounts': \[\s*(.*?)\s*\]", macros, re.DOTALL)
    assert asked is not None
    assert asked.group(1) == "'one.seats'"


@pytest.mark.parametrize(
    ("filled", "told"),
    [
        ({"seat_day": ["seats"]}, "no port seat_day"),
        ({"identity_links": ["seats"]}, "no port identity_links to fill"),
        ({"seat_days": ["sets"]}, "seat_days: no raw table sets"),
    ],
)
def test_a_kit_that_fills_what_does_not_exist_is_refused(filled: dict[str, list[str]], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        written((source("one", SEATS), kit(ports=filled)))


def test_a_port_cannot_require_a_column_that_it_does_not_have() -> None:
    column = {"type": "date", "description": "Day."}
    with pytest.raises(ValidationError, match="no such column: dya"):
        Port.model_validate({"description": "Days.", "columns": {"day": column}, "required": ["dya"]})


def test_every_vendor_model_of_a_port_is_listed_by_its_kit_and_exists() -> None:
    vendors = PROJECT_DIR / "models/vendors"
    stated = {(source, port) for source, made in every_kit().items() for port in made.ports}
    files = [path.stem.split("__") for path in vendors.glob("*/*__*.sql")]
    assert {(source, port) for source, port in files if port in every_port()} == stated
    assert all(path.parent.name == path.stem.split("__")[0] for path in vendors.glob("*/*__*.sql"))


def test_pages_and_commands_name_what_the_kits_name() -> None:
    tool = {"display_name": "Toy Chat", "vendor": "Toys", "tool_class": "assistant", "colour": 6}
    made = {
        path.name: content
        for path, content in names.files(
            {
                "toy": kit(
                    tools={"toy_chat": tool},
                    seat_products=["toy_chat", "toy_extra"],
                    account_namespaces=["vendor-user/toy", "toy-login"],
                ),
                "hr": kit(display_name="HR system"),
            }
        )
    }
    shown = yaml.safe_load(made["tools.yml"])
    assert shown["tool"] == shown["blind_tool"] == {"all": "All tools", "toy_chat": "Toy Chat"}
    assert shown["product"] == {"toy_chat": "Toy Chat"}
    assert shown["source"] == {"hr": "HR system", "toy": "Toy Chat"}
    assert "toolColours = { toy_chat: 6 };" in made["tool_colours.js"]
    namespace: dict[str, object] = {}
    exec(compile(made["kinds.py"], "kinds.py", "exec"), namespace)
    assert namespace["VENDOR_NAMESPACES"] == {"toy": "vendor-user/toy"}
