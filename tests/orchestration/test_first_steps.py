"""The first files of a deployment, and an installation that lacks the project."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

import pytest

from ingestion.privacy.pseudonym import load_key
from ingestion.sources.hris.csv_files import SNAPSHOT
from orchestration import doctor, first_steps
from orchestration.first_steps import make_key, read_environment_file, write_settings
from orchestration.known_settings import VARIABLES, _sections
from orchestration.lock import run_lock
from orchestration.project import missing_parts, require_project
from runtime.clock import RunClock
from runtime.environment import environment
from runtime.errors import ConfigurationError
from tests.orchestration.test_status import NOW


def uncommented(path: Path) -> str:
    """As somebody edits it who connects everything: sentences end with a point or hold no `=`."""
    lines = [line.removeprefix("# ") for line in path.read_text(encoding="utf-8").splitlines()]
    return "\n".join(line for line in lines if line.startswith(("[", "AI_USAGE_")) or " = " in line)


def test_settings_begin_with_an_example_of_what_nearly_everybody_needs(tmp_path: Path) -> None:
    """In the project's own folder the company's files would lie beside the code, so they go next to it."""
    list(write_settings(tmp_path))
    config = tomllib.loads(uncommented(tmp_path / ".dlt" / "config.toml"))["sources"]
    assert config["company"] == {"folder": f"{tmp_path}/company"}
    assert {"column_mapping", "date_formats", "encoding"} <= config["hris"].keys()
    assert config["hris"]["column_mapping"].keys() <= set(SNAPSHOT.columns)
    secrets = tomllib.loads(uncommented(tmp_path / ".dlt" / "secrets.toml"))["sources"]
    assert "organization_id" in secrets["chatgpt"]


def test_the_company_folder_is_never_suggested_inside_the_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = tmp_path / "checkout"
    monkeypatch.setattr(first_steps, "PROJECT_DIR", project)
    list(write_settings(project / "here"))
    config = tomllib.loads(uncommented(project / "here" / ".dlt" / "config.toml"))["sources"]
    for path in (config["company"]["folder"], config["hris"]["snapshot_location"]):
        assert path.startswith(f"{tmp_path}/checkout-files/")


def test_settings_are_written_once_private_and_with_names_that_are_read(tmp_path: Path) -> None:
    folder = tmp_path / "deployment"
    written = list(write_settings(folder))
    assert all(one.is_new and one.path.is_absolute() for one in written)
    assert {one.path.stat().st_mode & 0o777 for one in written} == {0o600}
    for name in ("config.toml", "secrets.toml"):
        content = tomllib.loads(uncommented(folder / ".dlt" / name))
        for section, fields in {**content.pop("sources"), **content}.items():
            known = _sections().get(("sources", section)) or _sections()[section,]
            assert fields.keys() <= known.keys(), section
    variables = dict(line.split("=") for line in uncommented(folder / "ai-usage.env").splitlines())
    assert variables.keys() <= VARIABLES
    paths = {name: value for name, value in variables.items() if name.endswith(("_DIR", "_FILE"))}
    assert all(value.startswith(str(folder)) for value in paths.values())

    (folder / ".dlt" / "config.toml").write_text("[sources.hris]", encoding="utf-8")
    assert not any(one.is_new for one in write_settings(folder))
    assert (folder / ".dlt" / "config.toml").read_text(encoding="utf-8") == "[sources.hris]"


def test_commands_in_that_folder_find_key_and_data_by_themselves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.environ", {"AI_USAGE_DATA_DIR": "/elsewhere"})
    read_environment_file(tmp_path)  # there is none
    list(write_settings(tmp_path))
    with (tmp_path / "ai-usage.env").open("a", encoding="utf-8") as file:
        file.write('SOURCES__CHATGPT__API_KEY="k=1"\nLD_PRELOAD=/tmp/x.so\n')
    read_environment_file(tmp_path)
    assert os.environ["AI_USAGE_DATA_DIR"] == "/elsewhere"
    assert os.environ["SOURCES__CHATGPT__API_KEY"] == "k=1"
    assert "LD_PRELOAD" not in os.environ
    assert len(load_key()) == 32


def test_a_key_is_made_once_and_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "keys" / "pseudonym.key"
    make_key(path)
    monkeypatch.setenv("AI_USAGE_PSEUDONYM_KEY_FILE", str(path))
    key = load_key()  # refuses one that others can read
    assert len(key) == 32
    with pytest.raises(ConfigurationError, match="left as it is"):
        make_key(path)
    assert load_key() == key


def test_an_installation_without_the_project_is_told_before_anything_is_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wheel loaded every vendor, then failed at "No dbt_project.yml found"; doctor said ok to everything."""
    assert missing_parts() == []
    with pytest.raises(ConfigurationError, match="--editable"):
        require_project(tmp_path)

    def refused() -> None:
        require_project(tmp_path)

    monkeypatch.setattr("orchestration.lock.require_project", refused)
    monkeypatch.setattr(doctor, "require_project", refused)
    env = environment(tmp_path / "data")
    with pytest.raises(ConfigurationError, match="--editable"), run_lock(env):
        pass
    found = dict(doctor.examine(env, [], RunClock(NOW)))
    assert not found["installation"].ok
