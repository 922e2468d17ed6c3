"""dlt pipelines that a killed run left in their working folders."""

from __future__ import annotations

import dlt


def drain(pipeline: dlt.Pipeline) -> None:
    """Load what an interrupted run left behind; dlt would otherwise load that alone and skip what is new.

    Raises:
        dlt.pipeline.exceptions.PipelineStepFailed: it still cannot be loaded, and is kept.
    """
    if not pipeline.has_pending_data:
        return
    _forget_normalised(pipeline)
    pipeline.normalize()
    pipeline.load()


def _forget_normalised(pipeline: dlt.Pipeline) -> None:
    """Remove extracted packages that are normalised already.

    A process that dies while dlt deletes the first form of a package leaves both. dlt would normalise what is
    left of it once more and then fail, every night, because the package is there already.
    """
    extracted = pipeline._get_normalize_storage().extracted_packages
    for load_id in set(pipeline.list_extracted_load_packages()) & set(pipeline.list_normalized_load_packages()):
        extracted.delete_package(load_id)
