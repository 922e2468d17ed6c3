"""Lists of Microsoft Graph. A page token expires while a long list is read: then the list begins anew, once."""

from __future__ import annotations

from typing import Any

from ingestion.http import VendorClient
from ingestion.paging import odata_links
from runtime.errors import AnswerError, LinkError, MissingError


def listed(client: VendorClient, path: str, params: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """All rows of a list.

    Raises:
        AnswerError: its first page is refused, or a later one twice.
    """
    for last_try in (False, True):
        rows: list[dict[str, Any]] = []
        pages = 0
        try:
            for page in client.pages(path, data_key="value", paginator=odata_links(), params=params):
                rows.extend(page)
                pages += 1
        except (MissingError, LinkError):
            raise
        except AnswerError:
            if last_try or not pages:
                raise
        else:
            return rows
    raise AssertionError("unreachable")
