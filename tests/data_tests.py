"""Nights without dbt's data tests, a third of a build, where another night runs them on the same rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from orchestration import night
from orchestration.dbt import BUILD

# Arguments of a build that tests nothing.
BUILD_ONLY = (*BUILD, "--exclude-resource-type", "test")


@contextmanager
def left_out() -> Iterator[None]:
    """Nights within this context build and run no data test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(night, "BUILD", BUILD_ONLY)
        yield
