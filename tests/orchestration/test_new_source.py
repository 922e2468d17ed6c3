"""What `ai-usage new-source` creates: a vendor that works. Nothing is overwritten."""

from __future__ import annotations

import importlib
import importlib.util
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest

import ingestion.sources
from demo.company.generate import generate_company
from demo.server import VendorServer
from demo.vendors import all_vendors
from ingestion.kit import Kit, every_kit, kit_of
from ingestion.source import SourceDefinition
from ingestion.sources.registry import SOURCES
from metrics.registry import ratios
from orchestration.kits import names, ports, scopes, seeds, staging
from orchestration.kits.new_source import create, next_steps
from orchestration.project import PROJECT_DIR
from runtime.errors import ConfigurationError
from runtime.own_paths import PathError
from tests.orchestration.written_ports import fillers
from tests.vendors.kits import Kit as VendorKit

NAME = "invented_tool"
LONGEST = "invented_tool_for_a_test"


@dataclass(frozen=True)
class Created:
    """A project that has nothing but the files of a new source.

    Attributes:
        paths: of these files, in the project.
    """

    project: Path
    paths: list[Path]
    source: SourceDefinition
    kit: Kit

    def demo(self) -> ModuleType:
        """Its module of the demo."""
        spec = importlib.util.spec_from_file_location(
            "created_vendor", self.project / f"demo/vendors/{NAME}.py"
        )
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module  # dataclasses look for their module there
        spec.loader.exec_module(module)
        return module


@pytest.fixture(scope="module")
def created(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Created]:
    """Created once, and importable as any other source."""
    project = tmp_path_factory.mktemp("project")
    paths = create(NAME, project)
    with pytest.MonkeyPatch.context() as patch:
        places = [*ingestion.sources.__path__, str(project / "ingestion/sources")]
        patch.setattr(ingestion.sources, "__path__", places)
        source = importlib.import_module(f"ingestion.sources.{NAME}").SOURCE
        yield Created(project, paths, source, kit_of(NAME, project / "ingestion/sources"))
    for module in [name for name in sys.modules if NAME in name or name == "created_vendor"]:
        del sys.modules[module]


def test_a_vendor_is_at_most_twelve_files(created: Created) -> None:
    there = {path for path in created.project.rglob("*") if path.is_file() and path.suffix != ".pyc"}
    assert there == {created.project / path for path in created.paths}
    assert len(created.paths) <= 12
    # Who may read the project may read these too, whatever the command's own files are.
    assert {(created.project / path).stat().st_mode & 0o444 for path in created.paths} == {0o444}


def test_all_that_follows_from_it_can_be_written(created: Created) -> None:
    sources = (*SOURCES, created.source)
    kits = {**{source.name: kit_of(source.name) for source in SOURCES}, NAME: created.kit}
    written = {
        path.name: text
        for files in (
            staging.files(sources, kits),
            seeds.files(kits),
            ports.files(sources, kits),
            names.files(kits),
            scopes.files([created.source], created.project),
        )
        for path, text in files
    }
    for model in ("accounts", "usage_days", "seat_days"):
        assert NAME in fillers(model, written)
    assert NAME in fillers("identity_links", written)
    assert f"stg_{NAME}__usage_days.sql" in written
    assert "| `usage:read` | usage |" in written[f"{NAME}.md"]


def test_it_says_something_about_every_metric_and_table(created: Created) -> None:
    def metrics(kit: Kit) -> set[str]:
        return {one for listed in kit.capabilities.values() for said in listed for one in said.metrics}

    # Of a ratio that follows another figure a kit need not say anything.
    followers = {name for name, ratio in ratios().items() if ratio.follows}
    every = {metric for kit in every_kit().values() for metric in metrics(kit)}
    assert metrics(created.kit) - followers == every - followers
    links = {"identity_links"}
    assert created.kit.collected.keys() | links == {table.name for table in created.source.contracts}


def test_it_loads_from_its_own_vendor_and_the_doctor_is_content(created: Created) -> None:
    company = generate_company(people=30, weeks=2, vendors=(*all_vendors(), created.demo().VENDOR))
    with VendorServer(company) as server:
        vendor = VendorKit(created.source, server)
        loaded = vendor.load()
        assert loaded.failure is None
        assert loaded.unknown_fields == set()
        assert all(loaded.rows[table.name] for table in created.source.contracts)
        assert [finding for finding in vendor.check() if not finding.ok] == []
        assert {stream.scope for stream in created.source.streams} == {"members:read", "usage:read"}


@pytest.mark.parametrize("name", ["a", LONGEST])
def test_its_python_is_as_lint_wants_it(name: str, tmp_path: Path) -> None:
    """With a short name and with a long one: the length of a line may depend on it."""
    create(name, tmp_path)
    ruff = Path(sys.executable).with_name("ruff")
    config = ["--no-cache", "--config", str(PROJECT_DIR / "pyproject.toml"), "."]
    ours = (
        'lint.isort.known-first-party = ["demo", "ingestion", "ledger", "runtime"]'  # most of it is not there
    )
    for command in (["check", "--config", ours, *config], ["format", "--check", *config]):
        done = subprocess.run([ruff, *command], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout
    assert [
        line
        for path in tmp_path.rglob("*.sql")
        for line in path.read_text(encoding="utf-8").splitlines()
        if len(line) > 100
    ] == []


@pytest.mark.parametrize(
    "name", ["", "Acme", "acme-chat", "acme chat", "1acme", "_acme", "acme__chat", "acme_", "../acme", "import",
             f"{LONGEST}s"],
)  # fmt: skip
def test_a_name_that_cannot_be_one_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be called"):
        create(name, tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "name",
    [
        "github_copilot",  # a source
        "codex",  # a tool
        "retention",  # a section of settings
        "api_key",  # a setting of [sources]
        "email",  # a kind of identifier
        "microsoft",  # a site of the demo
        "files",  # the demo's host of signed links
        "all",  # all tools together
    ],
)
def test_a_name_that_is_taken_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="is taken"):
        create(name, tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("place", [f"docs/connect/{NAME}.md", f"models/staging/{NAME}/notes.md"])
def test_nothing_is_written_where_something_is(place: str, tmp_path: Path) -> None:
    mine = tmp_path / place
    mine.parent.mkdir(parents=True)
    mine.write_text("mine", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=NAME):
        create(NAME, tmp_path)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [mine]
    assert mine.read_text(encoding="utf-8") == "mine"


def test_when_a_file_cannot_be_written_none_is(tmp_path: Path) -> None:
    (tmp_path / "tests").write_text("a file where a folder should be", encoding="utf-8")
    with pytest.raises(PathError):
        create(NAME, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["tests"]


def test_the_next_steps_name_the_line_of_the_registry() -> None:
    assert f"from ingestion.sources.{NAME} import SOURCE as INVENTED_TOOL" in next_steps(NAME)
