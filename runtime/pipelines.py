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
    _put_away_loaded(pipeline)
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


def _put_away_loaded(pipeline: dlt.Pipeline) -> None:
    """Move packages that are marked as loaded to where dlt keeps such packages.

    A process that dies between the mark and the move leaves a package that is loaded and waits all the same.
    dlt would refuse to complete it a second time, every night.
    """
    packages = pipeline._get_load_storage()
    for load_id in packages.list_normalized_packages():
        if packages.normalized_packages.is_package_completed(load_id):
            packages.storage.rename_tree(
                packages.get_normalized_package_path(load_id), packages.get_loaded_package_path(load_id)
            )
