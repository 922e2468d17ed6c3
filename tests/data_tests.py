"""What a build in a test leaves out: data tests that another night runs on the same rows, and what it had."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from orchestration import night

# Arguments of a build that tests nothing.
BUILD_ONLY = ("build", "--exclude-resource-type", "unit_test", "--exclude-resource-type", "test")
# After a first build by the same SQL: DuckDB reads a view by the names in it, so it is as good as new.
# PostgreSQL drops views with the tables that a build replaces.
VIEWS = ("config.materialized:view",)
BUILD_AGAIN = (*BUILD_ONLY, "--exclude", "resource_type:seed", *VIEWS)


@contextmanager
def left_out() -> Iterator[None]:
    """Nights within this context build and run no data test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(night, "BUILD", BUILD_ONLY)
        yield
