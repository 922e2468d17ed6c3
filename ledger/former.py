"""What an earlier release may have left: it wrote these tables through a dlt pipeline called `ops`."""

from __future__ import annotations

import shutil

from ledger.tables import DATASET
from runtime.environment import Environment
from runtime.pipelines import drain


def finish_former_loads(environment: Environment) -> None:
    """Load what a killed run of that release left in its working folder, then remove the folder.

    Days marked as pending and tombstones may wait there, so they are loaded before anything is read or written.

    Raises:
        dlt.pipeline.exceptions.PipelineStepFailed: it cannot be loaded, and is kept.
    """
    folder = environment.pipelines_dir / DATASET
    if folder.exists():
        drain(environment.pipeline(DATASET, DATASET))
        shutil.rmtree(folder)
