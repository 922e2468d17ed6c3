"""What a machine without the system's programs tests, and what it says of the rest."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tools import EVERY_TEST, PACKAGES, left_out, tool


def test_a_missing_program_leaves_the_test_out_unless_every_test_has_to_run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv(EVERY_TEST, raising=False)
    for name in PACKAGES:
        with pytest.raises(pytest.skip.Exception, match=name):
            tool(name)
    monkeypatch.setenv(EVERY_TEST, "1")
    with pytest.raises(pytest.fail.Exception, match="install the package chromium"):
        tool("chromium")


def test_chromium_goes_by_other_names_elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    browser = tmp_path / "google-chrome"
    browser.touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert tool("chromium") == str(browser)


def test_one_line_says_what_was_left_out() -> None:
    reasons = ["Skipped: not on this machine: chromium"] * 3
    reasons += ["Skipped: not on this machine: openssl", "Skipped: only root may mount a small disk here"]
    assert left_out(reasons) == (
        "Left out 4 tests: 3 without chromium, 1 without openssl. To run them, install chromium openssl "
        "(.ci/run does)."
    )
    assert left_out(["Skipped: only root may mount a small disk here"]) == ""


def test_continuous_integration_leaves_none_out() -> None:
    told = (Path(__file__).parents[2] / ".ci" / "run").read_text(encoding="utf-8")
    assert f"{EVERY_TEST}=1 make test ALL=1\n" in told
    missing = [package for package in PACKAGES.values() if package not in told]
    assert missing == ["util-linux"], "part of every Debian"
