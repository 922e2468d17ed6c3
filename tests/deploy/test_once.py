"""The command for one-off work on a machine gives a command what a night is given."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from tests.docs.markdown import ROOT


def test_one_command_by_hand_runs_as_the_nights_do(tmp_path: Path) -> None:
    """systemd itself is played: it shows what it was asked for."""
    fake = tmp_path / "systemd-run"
    fake.write_text('#!/bin/sh\nfor word in "$@"; do printf "%s\\n" "$word"; done\n')
    fake.chmod(0o755)
    script = str(ROOT / "deploy" / "ai-usage-once")
    variables = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    asked = subprocess.run(
        [script, "restore", "--from", "a folder"], env=variables, capture_output=True, text=True, check=True
    ).stdout
    night = (ROOT / "deploy/systemd/ai-usage.service").read_text()
    given = ("User", "UMask", "StateDirectory", "StateDirectoryMode", "EnvironmentFile", "LoadCredential")
    for setting in given:
        value = next(line for line in night.splitlines() if line.startswith(f"{setting}="))
        assert f"--property={value}\n" in asked
    assert asked.endswith("\nrestore\n--from\na folder\n")
