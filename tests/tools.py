"""Programs of the system that some tests need: left out where they are missing, an error where none may be."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Iterable

import pytest

# Set by .ci/run, which installs every program: a missing one is then a failure.
EVERY_TEST = "EVERY_TEST"
PACKAGES = {
    "chromium": "chromium",
    "openssl": "openssl",
    "setpriv": "util-linux",
    "systemd-analyze": "systemd",
}
# Chromium has other names on other systems.
_NAMES = {"chromium": ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")}
_MISSING = "not on this machine: "


def tool(name: str) -> str:
    """The path of a program; without it the test that asks is left out."""
    for known in _NAMES.get(name, (name,)):
        if path := shutil.which(known):
            return path
    if os.environ.get(EVERY_TEST):
        pytest.fail(f"{name} is missing: install the package {PACKAGES[name]}, as .ci/run does.", pytrace=False)
    pytest.skip(f"{_MISSING}{name}")


def needs(name: str) -> pytest.MarkDecorator:
    """A test that is left out where the program is missing."""
    return pytest.mark.needs_tool(name)


def left_out(reasons: Iterable[str]) -> str:
    """One line on the tests that were skipped for want of a program; empty when none was."""
    counts = Counter(reason.partition(_MISSING)[2] for reason in reasons if _MISSING in reason)
    if not counts:
        return ""
    each = ", ".join(f"{count} without {name}" for name, count in sorted(counts.items()))
    packages = " ".join(sorted({PACKAGES[name] for name in counts}))
    return f"Left out {counts.total()} tests: {each}. To run them, install {packages} (.ci/run does)."
