"""systemd takes the units as they are shipped, and they are shut as tightly as docs/deploy.md says."""

from __future__ import annotations

import configparser
import subprocess
import sys
from pathlib import Path

import pytest

from orchestration.night import ExitCode
from tests.docs.markdown import ROOT
from tests.tools import needs

UNITS = sorted((ROOT / "deploy" / "systemd").iterdir())
SERVICES = [path for path in UNITS if path.suffix == ".service"]
INSTALLED = "/opt/ai-usage/.venv/bin"

needs_systemd = needs("systemd-analyze")


@pytest.fixture
def units(tmp_path: Path) -> list[str]:
    """The units, naming this environment's programs: systemd wants them to exist."""
    programs = str(Path(sys.executable).parent)
    for path in UNITS:
        (tmp_path / path.name).write_text(path.read_text().replace(INSTALLED, programs))
    return sorted(str(path) for path in tmp_path.iterdir())


def analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["systemd-analyze", "--no-pager", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


def unit(path: Path) -> configparser.ConfigParser:
    """A unit's sections; of a repeated setting the last one."""
    parsed = configparser.ConfigParser(strict=False, interpolation=None)
    parsed.optionxform = str  # type: ignore[assignment]
    parsed.read(path)
    return parsed


@needs_systemd
def test_systemd_has_nothing_to_say_about_the_units(units: list[str]) -> None:
    done = analyze("verify", *units)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@needs_systemd
def test_a_mistake_in_a_unit_would_be_seen(units: list[str]) -> None:
    broken = Path(units[0])
    broken.write_text(broken.read_text().replace("Type=oneshot", "Type=twoshot"))
    assert "twoshot" in analyze("verify", str(broken)).stderr


@needs_systemd
@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.name)
def test_services_are_rated_as_safe(path: Path, units: list[str]) -> None:
    shown = next(name for name in units if name.endswith("/" + path.name))
    done = analyze("security", "--offline=true", "--threshold=20", shown)  # in tenths: 2.0 of 10
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.name)
def test_services_may_write_to_their_state_alone(path: Path) -> None:
    service = unit(path)["Service"]
    assert service["ProtectSystem"] == "strict"
    assert service["NoNewPrivileges"] == "yes"
    assert service["CapabilityBoundingSet"] == ""
    assert (service["User"], service["UMask"]) == ("ai-usage", "0077")
    assert "ReadWritePaths" not in service
    assert service["StateDirectoryMode"] == "0700"


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.name)
def test_only_what_loads_data_gets_the_key_and_none_has_it_in_the_unit(path: Path) -> None:
    loads = path.stem in ("ai-usage", "ai-usage-dagster-daemon")
    text = path.read_text()
    assert ("LoadCredential=pseudonym.key:" in text) == loads
    assert "AI_USAGE_PSEUDONYM_KEY=" not in text
    assert "SOURCES__" not in text


def test_the_night_is_started_again_only_when_that_can_help() -> None:
    service = unit(ROOT / "deploy/systemd/ai-usage.service")["Service"]
    final = {int(code) for code in service["RestartPreventExitStatus"].split()}
    assert set(ExitCode) - final == {ExitCode.OK, ExitCode.BUSY}
    assert "SuccessExitStatus" not in service


def test_a_night_that_was_slept_through_is_made_up() -> None:
    timer = unit(ROOT / "deploy/systemd/ai-usage.timer")["Timer"]
    assert timer["Persistent"] == "yes"
    assert "02:00" in timer["OnCalendar"]
