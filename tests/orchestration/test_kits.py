"""What is written from contracts and kits, what a kit may say, and that the project's files are just that."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from ingestion.kit import Kit, every_kit, kit_of
from ingestion.port import every_port
from ingestion.privacy.contract import (
    CurrentGrain,
    DayGrain,
    EventGrain,
    TableContract,
    date,
    event_hash,
    integer,
    text,
)
from ingestion.privacy.pseudonym import GITHUB_LOGIN, HRIS_ID, NOT_AN_EMAIL, PERSON_EMAIL
from ingestion.source import SourceDefinition
from ingestion.sources.registry import SOURCES
from ingestion.streams.own import Own
from orchestration.kits import __main__ as kits_command
from orchestration.kits import guide, scopes, seeds, staging
from orchestration.kits.blocks import begin, end
from orchestration.kits.counts import counts, table
from orchestration.project import PROJECT_DIR
from runtime.errors import ConfigurationError
from runtime.settings import SourceSettings

PLANS = TableContract(
    "plans",
    CurrentGrain(),
    (text("plan", str), date("valid_from", str, is_open_start=True)),
    description="One row a plan.",
)
SEATS = TableContract(
    "seats",
    DayGrain(),
    (text("role", str), integer("value", int)),
    description="One row a role and day.",
    row_key=("role",),
)
EVENTS = TableContract(
    "events",
    EventGrain(("tenant", "event_token")),
    (event_hash("event_token", str),),
    description="One row an event.",
    has_nulls_in_key=True,
)


def written(*tables: TableContract) -> dict[str, str]:
    source = SourceDefinition(
        "toy", SourceSettings, tables, lambda _: True, lambda _: (), lambda _: (), description="A toy."
    )
    return {path.name: text for path, text in staging.files([source])}


def test_a_model_lists_the_columns_and_fills_an_open_start() -> None:
    assert (
        written(PLANS)["stg_toy__plans.sql"]
        == """\
-- grain: One row a plan.
with source as (
    select * from {{ source('toy', 'plans') }}
),

final as (
    select
        tenant,
        plan,
        coalesce(valid_from, {{ date_bound('first') }}) as valid_from
    from source
)

select * from final
"""
    )


@pytest.mark.parametrize(
    ("table", "rules"),
    [
        (PLANS, None),
        (SEATS, {"primary_key": ["tenant", "scope", "day", "role"]}),
        (EVENTS, {"unique": [["tenant", "event_token"]]}),
    ],
    ids=lambda value: value.name if isinstance(value, TableContract) else "",
)
def test_a_key_is_tested_where_there_is_one(table: TableContract, rules: dict[str, object] | None) -> None:
    (model,) = yaml.safe_load(written(table)[f"stg_toy__{table.name}.yml"])["models"]
    found = [test["table_rules"]["arguments"] for test in model.get("data_tests", [])]
    assert found == ([] if rules is None else [rules])
    assert model["description"] == table.description


def test_every_column_is_documented_by_the_meaning_of_its_name() -> None:
    (model,) = yaml.safe_load(written(SEATS)["stg_toy__seats.yml"])["models"]
    told = {column["name"]: column["description"] for column in model["columns"]}
    assert list(told) == ["tenant", "scope", "day", "role", "value"]
    assert told["role"] == "Role in the product, as the vendor names it."


def test_a_column_without_a_meaning_is_an_error_that_names_it() -> None:
    unknown = TableContract("odd", CurrentGrain(), (text("no_such_column", str),))
    with pytest.raises(KeyError, match="no_such_column"):
        written(unknown)


def test_a_table_that_is_staged_by_hand_is_a_source_and_no_model() -> None:
    by_hand = TableContract("hands", CurrentGrain(), (text("plan", str),), staged_by_hand=True)
    files = written(by_hand, PLANS)
    assert sorted(files) == ["_toy__sources.yml", "stg_toy__plans.sql", "stg_toy__plans.yml"]
    (source,) = yaml.safe_load(files["_toy__sources.yml"])["sources"]
    assert [table["name"] for table in source["tables"]] == ["hands", "plans"]


def test_the_check_names_what_differs_and_writing_mends_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert kits_command.main([], tmp_path) == 0
    assert kits_command.main(["--check"], tmp_path) == 0
    changed = tmp_path / "models/staging/hris/stg_hris__employees.sql"
    changed.write_text("select 1", encoding="utf-8")
    capsys.readouterr()
    assert kits_command.main(["--check"], tmp_path) == 1
    assert "stg_hris__employees.sql is not what its source says" in capsys.readouterr().out
    assert changed.read_text(encoding="utf-8") == "select 1"


KIT = """
tools:
  toy: {display_name: Toy, vendor: Toys, tool_class: assistant}
  api: {display_name: Toy API, vendor: Toys, tool_class: api}
products:
  toy: [toy, "*"]
  api: [interface]
ports:
  session_parts: [seats]
  credit_days: [prices]
collected:
  seats: {what: Seats, purpose: Licences, never_collected: Names, retention_layer: person_day}
  prices: {what: Prices, purpose: Cost, never_collected: People, is_personal_data: false}
capabilities:
  toy:
    - reported: [sessions, credits]
      delay_days: 3
    - unavailable: [acceptance_ratio]
      because: "It makes no suggestions, by design."
"""


def kit(tmp_path: Path, text: str) -> Kit:
    (tmp_path / "toy").mkdir(exist_ok=True)
    (tmp_path / "toy/kit.yml").write_text(text, encoding="utf-8")
    return kit_of("toy", tmp_path)


def test_a_staging_file_without_a_contract_is_named_with_its_model(tmp_path: Path) -> None:
    """What was written by hand, and what follows from a contract, is left alone."""
    folder = tmp_path / staging.STAGING / "toy"
    folder.mkdir(parents=True)
    written_files = written(EVENTS) | {"stg_toy__gone.yml": written(EVENTS)["stg_toy__events.yml"]}
    for name, content in (
        written_files | {"stg_toy__gone.sql": "", "stg_toy__own.yml": "version: 2\n"}
    ).items():
        (folder / name).write_text(content, encoding="utf-8")
    known = frozenset(staging.STAGING / "toy" / name for name in written(EVENTS))
    gone = [path.name for path in staging.orphans(tmp_path, known)]
    assert gone == ["stg_toy__gone.yml", "stg_toy__gone.sql"]


def test_own_files_of_a_source_are_counted_and_lines_of_shared_code_that_name_it(tmp_path: Path) -> None:
    """Two files of five lines, one of them a test; one line of shared code, and a word is no name."""
    generated = Path("models/vendors/toy/generated.sql")
    for place, content in {
        "ingestion/sources/toy/__init__.py": "1\n2\n3\n",
        "ingestion/sources/toy_two/__init__.py": "of another source\n",
        "tests/vendors/test_toy.py": "1\n2\n",
        "ingestion/registry.py": "from ingestion.sources.toy import SOURCE\nthe toy is here\n",
        "models/example.yml": "tool: 'toy'\n",
        str(generated): "select 1\n",
    }.items():
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / place).write_text(content, encoding="utf-8")
    toy, other = counts(("toy", "toy_two"), frozenset({generated}), tmp_path)
    assert (toy.files, toy.lines, toy.tests) == (2, 5, 2)
    assert toy.shared == {Path("ingestion/registry.py"): 1}
    assert (other.files, other.lines, other.shared) == (1, 1, {})
    assert table([toy]).splitlines()[1].split() == ["toy", "2", "5", "2", "1"]


@pytest.mark.parametrize("source", ["anthropic", "codex", "cursor", "gemini", "openai_api", "otel"])
def test_the_registry_is_the_only_shared_code_that_names_a_vendor(source: str) -> None:
    """A second place would be one more to find when a vendor is added (docs/decisions/0048)."""
    generated = frozenset(path for path, _ in kits_command.files())
    found = {each.source: each for each in counts(every_kit(), generated, PROJECT_DIR)}
    assert found[source].shared == {Path("ingestion/sources/registry.py"): 1}


def test_seeds_have_a_row_for_everything_that_a_kit_says(tmp_path: Path) -> None:
    found = {path.name: text.splitlines()[1:] for path, text in seeds.files({"toy": kit(tmp_path, KIT)})}
    assert found["tools.csv"] == ["toy,toy,Toys,assistant,Toy,true", "api,toy,Toys,api,Toy API,true"]
    # any other product comes last: it is what is left
    assert found["product_tools.csv"] == ["toy,toy,toy", "toy,interface,api", "toy,*,toy"]
    readers = "The pipeline's role; nobody else."
    assert found["data_collected.csv"] == [
        f"toy,seats,Seats,Licences,Names,{readers},person_day,true",
        f"toy,prices,Prices,Cost,People,{readers},,false",
    ]
    assert found["metric_capabilities.csv"] == [
        "toy,toy,sessions,reported,,3",
        "toy,toy,messages_per_session,reported,,3",  # follows sessions (metrics/families/usage.yml)
        "toy,toy,credits,reported,,3",
        'toy,toy,acceptance_ratio,unavailable,"It makes no suggestions, by design.",',
    ]
    assert "        'api': 'Toy API'," in found["tool_names.sql"]


def test_one_tool_is_described_by_one_source(tmp_path: Path) -> None:
    made = kit(tmp_path, KIT)
    with pytest.raises(ValueError, match="same tool"):
        list(seeds.files({"toy": made, "other": made}))


def test_products_and_capabilities_are_of_tools_that_exist(tmp_path: Path) -> None:
    made = kit(tmp_path, KIT.replace("  api: [interface]", "  apis: [interface]"))
    with pytest.raises(ValueError, match=r"toy/kit\.yml: no such tool: apis"):
        list(seeds.files({"toy": made}))


def test_a_figure_that_no_port_carries_cannot_be_promised(tmp_path: Path) -> None:
    made = kit(tmp_path, KIT.replace("  credit_days: [prices]\n", ""))
    with pytest.raises(ValueError, match=r"toy/kit\.yml: toy: a capability needs a port with credits"):
        list(seeds.files({"toy": made}))


SECOND = """
ports:
  session_parts: [events]
collected: {}
capabilities:
  toy:
    - {reported: [sessions, user_messages], delay_days: 1}
"""


def owners_of(kits: dict[str, Kit]) -> list[str]:
    found = {path.name: text.splitlines()[1:] for path, text in seeds.files(kits)}
    return found["measure_owners.csv"]


def test_what_two_sources_tell_is_the_homes_first(tmp_path: Path) -> None:
    """And what one of them tells alone is its own."""
    kits = {"toy": kit(tmp_path, KIT), "a_second": kit(tmp_path, SECOND)}
    assert owners_of(kits) == [
        "toy,messages,0,a_second,events",
        "toy,sessions,0,toy,seats",
        "toy,sessions,1,a_second,events",
        "toy,credits,0,toy,prices",
    ]


def test_the_home_may_put_another_source_first(tmp_path: Path) -> None:
    home = KIT.replace("tool_class: assistant}", "tool_class: assistant, owners: {sessions: [a_second]}}")
    kits = {"toy": kit(tmp_path, home), "a_second": kit(tmp_path, SECOND)}
    assert owners_of(kits)[1:3] == ["toy,sessions,0,a_second,events", "toy,sessions,1,toy,seats"]


def test_a_source_that_does_not_tell_a_measure_cannot_own_it(tmp_path: Path) -> None:
    home = KIT.replace("tool_class: assistant}", "tool_class: assistant, owners: {credits: [a_second]}}")
    with pytest.raises(ValueError, match=r"toy: credits cannot be owned by a_second"):
        owners_of({"toy": kit(tmp_path, home), "a_second": kit(tmp_path, SECOND)})


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("vendor: Toys", "vendr: Toys", "tools.toy.vendr"),
        ("tool_class: assistant", "tool_class: chat", "tools.toy.tool_class"),
        ("[acceptance_ratio]", "[sessions]", "toy: named twice: sessions"),
        ("      delay_days: 3\n", "", "delay_days belongs to figures that are there"),
        ("- unavailable: [acceptance_ratio]", "- because: Nothing", "name figures under one of"),
    ],
)
def test_a_kit_that_says_something_else_is_refused_with_the_place(
    tmp_path: Path, before: str, after: str, told: str
) -> None:
    assert before in KIT
    with pytest.raises(ConfigurationError, match=re.escape(told)):
        kit(tmp_path, KIT.replace(before, after, 1))


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_every_collected_table_is_one_that_the_source_loads(source: SourceDefinition) -> None:
    assert kit_of(source.name).collected.keys() <= {table.name for table in source.contracts}


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_the_project_has_a_staging_model_of_every_raw_table(source: SourceDefinition) -> None:
    """Those written by hand too; and none without a table, but for a second look at one."""
    models = {path.stem for path in (PROJECT_DIR / staging.STAGING / source.name).glob("*.sql")}
    tables = {f"stg_{source.name}__{table.name}" for table in source.contracts}
    assert models >= tables
    assert models - tables <= {"stg_chatgpt__message_authors"}


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_only_people_and_accounts_are_what_a_row_is_about(source: SourceDefinition) -> None:
    """An erasure removes rows with a subject's identifiers: a shared project would take everybody's."""
    people = {PERSON_EMAIL, HRIS_ID, GITHUB_LOGIN, NOT_AN_EMAIL}
    for other in every_kit().values():
        people |= {*other.account_namespaces, *other.directory_namespaces}
    subjects = {
        (table.name, column.name, column.namespace)
        for table in source.contracts
        for column in table.columns
        if column.names_subject and column.namespace not in people
    }
    assert subjects == set()


def test_every_meaning_is_of_a_column_that_exists() -> None:
    meanings = yaml.safe_load(staging.VOCABULARY.read_text(encoding="utf-8"))
    columns = {name for source in SOURCES for table in source.contracts for name in table.schema().names}
    by_hand = {"old_key"}  # staged otherwise than it is loaded
    assert meanings.keys() <= columns | by_hand


def with_scopes(project: Path, page: str) -> SourceDefinition:
    """A toy source with two streams of one scope, and its page."""
    (project / scopes.PAGES).mkdir(parents=True)
    (project / scopes.PAGES / "toy.md").write_text(page, encoding="utf-8")
    streams = tuple(
        Own(name=name, scope="use:read, as owner", used_for=text, read=lambda _: (), probe=lambda _: ())
        for name, text in (("people", ""), ("costs", "tokens and money"))
    )
    toy = SourceDefinition("toy", SourceSettings, (), lambda _: True, lambda _: (), lambda _: ())
    return replace(toy, streams=streams)


def test_a_page_names_each_scope_once_with_what_is_read_by_it(tmp_path: Path) -> None:
    source = with_scopes(
        tmp_path, f"1. Make a key:\n\n   {begin(scopes.WHAT)}\nold\n   {end(scopes.WHAT)}\n\n2. Go.\n"
    )
    ((path, text),) = scopes.files([source], tmp_path)
    assert path == scopes.PAGES / "toy.md"
    assert "   | `use:read`, as owner | people, tokens and money |\n" in text
    assert "old" not in text
    assert text.startswith("1. Make a key:\n")
    assert text.endswith("\n\n2. Go.\n")


def test_a_page_without_a_place_for_the_scopes_is_named(tmp_path: Path) -> None:
    source = with_scopes(tmp_path, "1. Make a key.\n")
    with pytest.raises(ValueError, match=r"toy\.md"):
        list(scopes.files([source], tmp_path))


def test_the_guide_lists_every_port_and_the_first_page_every_source() -> None:
    texts = {path.name: text for path, text in guide.files(SOURCES, PROJECT_DIR)}
    for name, port in every_port().items():
        (row,) = (
            line
            for line in texts["new_source.md"].splitlines()
            if line.startswith(f"| `{name}` | {port.description}")
        )
        assert all(f"`{column}`" in row for column in (() if port.staging else port.columns))
    for source in SOURCES:
        assert f"| `{source.name}` | {source.description} | [{source.name}.md]" in texts["README.md"]
