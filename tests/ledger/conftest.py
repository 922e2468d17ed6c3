"""The deployments of the tests of loads: either engine."""

from tests.ingestion.conftest import env

__all__ = ["env"]
