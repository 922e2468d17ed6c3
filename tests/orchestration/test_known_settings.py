"""A setting with a typo is refused with the name that was meant: no promise may silently not hold."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import dlt
import pytest

from orchestration.doctor import examine
from orchestration.known_settings import VARIABLES, unknown_settings
from orchestration.lock import run_lock
from runtime.clock import RunClock
from runtime.environment import environment
from runtime.errors import ConfigurationError
from tests.ingestion.test_pipeline import NOW

GOOD = """
progress = "log"
[runtime]
log_level = "ERROR"
[destination.filesystem.credentials]
aws_profile = "x"
[retention]
raw_days = 30
[privacy]
cut_plus_tag = false
alias_domains = { "old.example" = "new.example" }
[sources]
archive_dir = "/archive"
[sources.hris]
snapshot_location = "people.csv"
[sources.hris.column_mapping]
employee_id = "Nr"
[alerts]
mail_to = ["a@asterlane.example"]
"""


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / ".dlt"
    folder.mkdir()

    class Context:
        settings_dir = str(folder)
        global_dir = str(tmp_path / "global")

    monkeypatch.setattr(dlt.current, "run_context", Context)
    return folder / "config.toml"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[sources.hris]\ntenant = "a"\n[sources.hris]\n', "line 3: a section or name is in it twice."),
        ('[sources.hris]\ntenant = "secret\n', "line 2: the file is not valid TOML."),
        ('folder = "C:\\Users"\n', "line 1: the file is not valid TOML."),
    ],
)
def test_a_file_that_is_not_toml_is_named_with_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".dlt").mkdir()
    (tmp_path / ".dlt" / "config.toml").write_text(text, encoding="utf-8")
    assert unknown_settings() == [f".dlt/config.toml, {said}"]


def test_every_setting_that_is_read_passes(settings: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.write_text(GOOD, encoding="utf-8")
    for name in (
        "SOURCES__CHATGPT__API_KEY",
        "SOURCES__HRIS__COLUMN_MAPPING__EMPLOYEE_ID",
        "RETENTION__RAW_DAYS",
    ):
        monkeypatch.setenv(name, "x")
    assert unknown_settings() == []


@pytest.mark.parametrize(
    ("text", "told", "meant"),
    [
        ("[retention]\nraw_day = 30", "[retention] raw_day", "[retention] raw_days"),
        ("[privacy]\ncut_plus_tags = false", "[privacy] cut_plus_tags", "[privacy] cut_plus_tag"),
        ('[sources.chatgtp]\napi_key = "k"', "[sources] chatgtp", "[sources] chatgpt"),
        ('[sources.chatgpt]\napikey = "k"', "[sources.chatgpt] apikey", "[sources.chatgpt] api_key"),
        ("[retentions]\nraw_days = 30", "retentions", "retention"),
        ("raw_day = 30", "raw_day", "raw_days"),
        ("[alerts]\nmailto = []", "[alerts] mailto", "[alerts] mail_to"),
        ("[source.chatgpt]\na = 1", "source", "sources"),
    ],
)
def test_a_typo_is_told_with_the_nearest_name(settings: Path, text: str, told: str, meant: str) -> None:
    settings.write_text(text, encoding="utf-8")
    assert unknown_settings() == [f"Nothing reads the setting {told}; did you mean {meant}?"]


@pytest.mark.parametrize(
    ("variable", "meant"),
    [
        ("AI_USAGE_DATADIR", "AI_USAGE_DATA_DIR"),
        ("AI_USAGE_PSEUDONYM_KEYFILE", "AI_USAGE_PSEUDONYM_KEY_FILE"),
        ("SOURCES__CHATGTP__API_KEY", "SOURCES__CHATGPT__API_KEY"),
        ("SOURCES__CHATGPT__APIKEY", "SOURCES__CHATGPT__API_KEY"),
        ("RETENTION__RAW_DAY", "RETENTION__RAW_DAYS"),
        ("PRIVACY__CUT_PLUS_TAGS", "PRIVACY__CUT_PLUS_TAG"),
    ],
)
def test_so_is_one_of_the_environment(
    settings: Path, monkeypatch: pytest.MonkeyPatch, variable: str, meant: str
) -> None:
    monkeypatch.setenv(variable, "secret-value")
    assert unknown_settings() == [f"Nothing reads the setting {variable}; did you mean {meant}?"]


def test_a_section_of_an_account_has_the_settings_of_its_source_but_no_label(
    settings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.write_text(
        '[sources.chatgpt.labs]\nworkspace_id = "w"\ntenant = "x"\n[sources.chatgpt.Labs-2]\n'
        "[sources.hris.labs]\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("SOURCES__CHATGPT__LABS__API_KEY", "k")
    monkeypatch.setenv("SOURCES__CHATGPT__LABS__APIKEY", "k")
    assert unknown_settings() == [
        "Nothing reads the setting SOURCES__CHATGPT__LABS__APIKEY; "
        "did you mean SOURCES__CHATGPT__LABS__API_KEY?",
        "[sources.chatgpt.Labs-2] cannot be the label of an account. "
        "Use up to 40 lower-case letters, digits and underscores, with a letter first.",
        "Nothing reads the setting [sources.chatgpt.labs] tenant.",
        "Nothing reads the setting [sources.hris] labs.",
    ]


def test_runs_and_doctor_refuse_it(settings: Path, tmp_path: Path) -> None:
    settings.write_text("[retention]\nraw_day = 30", encoding="utf-8")
    env = environment(tmp_path / "data")
    with pytest.raises(ConfigurationError, match="raw_days"), run_lock(env):
        pass
    found = [f for area, f in examine(env, [], RunClock(NOW)) if area == "settings"]
    assert [finding.ok for finding in found] == [False]


def test_every_variable_that_the_project_reads_is_known() -> None:
    tracked = subprocess.run(
        [
            "git",
            "grep",
            "-hoE",
            r"\bAI_USAGE_[A-Z_]*[A-Z]\b",
            "--",
            "*.py",
            "*.yml",
            "*.yaml",
            "*.md",
            "deploy",
        ],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    unknown = {name for name in tracked if not re.search(r"DATADIR|KEYFILE", name)} - VARIABLES
    assert unknown == set()
