"""What Dagster loads: `dagster dev -m orchestration.definitions`, or `make dev`."""

from __future__ import annotations

import os

import dagster as dg

from orchestration.defs.deployment import Deployment
from orchestration.defs.night import nightly_definitions


@dg.definitions
def definitions() -> dg.Definitions:
    """Everything, on the deployment that the environment names."""
    os.umask(0o077)  # whatever a run writes is for this account alone
    return nightly_definitions(Deployment())
