"""Errors that name the place and the remedy, and never a personal value."""

from __future__ import annotations


class AiUsageError(Exception):
    """Base of every error this product raises on purpose. Its text is safe to print and to send."""

    def __init__(self, message: str, remedy: str = "") -> None:
        self.message = message
        self.remedy = remedy
        super().__init__(f"{message} {remedy}".strip())


class ConfigurationError(AiUsageError):
    """A setting is missing or wrong; nothing was requested or written."""


class KeyChangedError(AiUsageError):
    """The warehouse was built with another key or canonical version; loading would count everyone twice."""


class DestinationError(AiUsageError):
    """The target leads to a warehouse that is not the one this data folder loads into."""


class ClockError(AiUsageError):
    """This machine's clock and that of an earlier run, or of a vendor, are far apart: one of them is wrong."""


class DiskFullError(AiUsageError):
    """No space is left where the data folder or the database lies."""


class BusyError(AiUsageError):
    """Another run holds the lock."""


class SourceError(AiUsageError):
    """One source failed; the others go on."""


class AccessError(SourceError):
    """The vendor refused the credential (401) or its scope (403)."""


class RateLimitedError(SourceError):
    """The vendor asked for a pause longer than a run can wait."""


class AnswerError(SourceError):
    """The vendor answered something that is not the documented answer."""


class ContractError(SourceError):
    """Too many records broke the record contract, or a whole field did."""


class MissingError(AnswerError):
    """The vendor knows nothing under this route (404): not there, not ready, or hidden from this credential."""


class BadRequestError(AnswerError):
    """The vendor refuses the request as it is asked (400): a parameter, a day or a combination of them."""


class NoContentError(AnswerError):
    """The vendor answered without content (204, or an empty body): nothing is ready, which is not zero."""


class LinkError(AnswerError):
    """A signed link was refused: it expired or was cut."""


class RewriteError(AiUsageError):
    """The warehouse could not be rewritten; the rows are deleted, their bytes may still be readable."""
