"""Paginators that follow a vendor's own next-page links, and never to another host.

A next-page link comes out of an answer. Followed blindly it would take rows from whoever wrote it, so a link to
another scheme, host or port is an error (the credential would not travel there either, see `ingestion.http`).
"""

from __future__ import annotations

from typing import Any

from dlt.sources.helpers.rest_client.paginators import BasePaginator, HeaderLinkPaginator, JSONLinkPaginator
from requests import Response

from ingestion.http import safe_path
from ingestion.http_places import origin
from runtime.errors import AnswerError


def header_links() -> BasePaginator:
    """Follows `Link: <…>; rel="next"` (GitHub)."""
    return _HomeHeaderLinks()


def odata_links() -> BasePaginator:
    """Follows `@odata.nextLink` (Microsoft Graph)."""
    return _HomeJsonLinks("['@odata.nextLink']")


class _HomeHeaderLinks(HeaderLinkPaginator):  # type: ignore[misc]  # dlt ships no types for it
    def update_state(self, response: Response, data: list[Any] | None = None) -> None:
        super().update_state(response, data)
        _refuse_elsewhere(response, self._next_reference)


class _HomeJsonLinks(JSONLinkPaginator):  # type: ignore[misc]
    def update_state(self, response: Response, data: list[Any] | None = None) -> None:
        super().update_state(response, data)
        _refuse_elsewhere(response, self._next_reference)


def _refuse_elsewhere(response: Response, link: object) -> None:
    if link is None or (isinstance(link, str) and link.startswith("/") and not link.startswith("//")):
        return
    if not isinstance(link, str) or origin(link) != origin(response.url):
        raise AnswerError(
            f"{safe_path(response.url)} links its next page to another host.",
            "It was not followed. If a proxy stands in between, set base_url to the address that it links to.",
        )
