"""The benchmark's pseudonymisation key: fixed, so that tokens are the same in every run."""

from ingestion.privacy.pseudonym import Pseudonymiser

_KEY = bytes(range(11, 43))


def pseudonymiser() -> Pseudonymiser:
    """The pseudonymiser of every load of a workload."""
    return Pseudonymiser(_KEY)
