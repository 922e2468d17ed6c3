"""What the builder refuses, with the remedy."""

from __future__ import annotations


class SiteError(Exception):
    """The site was not built; what stood there stays. The text names places and columns, never a figure."""

    def __init__(self, message: str, remedy: str = "") -> None:
        self.message = message
        self.remedy = remedy
        super().__init__(f"{message} {remedy}".strip())
