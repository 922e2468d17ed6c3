"""How vendors page: by a cursor, by number, or by a link to the next page, which leads to no other host.

A next-page link comes out of an answer. Followed blindly it would take rows from whoever wrote it, so a link to
another scheme, host or port is an error (the credential would not travel there either, see `ingestion.http`).
"""

from __future__ import annotations

from typing import Any

from dlt.sources.helpers.rest_client.paginators import (
    BasePaginator,
    HeaderLinkPaginator,
    JSONLinkPaginator,
    JSONResponseCursorPaginator,
    PageNumberPaginator,
)
from requests import Response

from ingestion.http import json_path, safe_path
from ingestion.http_places import origin
from runtime.errors import AnswerError

_MOST_EMPTY_PAGES = 3


def header_links() -> BasePaginator:
    """Follows `Link: <…>; rel="next"` (GitHub)."""
    return _HomeHeaderLinks()


def odata_links() -> BasePaginator:
    """Follows `@odata.nextLink` (Microsoft Graph)."""
    return _HomeJsonLinks(json_path("['@odata.nextLink']"))


def cursor_pages(cursor: str, parameter: str, *, has_more: str | None = None) -> BasePaginator:
    """Sends the answer's `cursor` back as `parameter`, until there is none or `has_more` is false."""
    more = json_path(has_more) if has_more else None
    return JSONResponseCursorPaginator(json_path(cursor), parameter, has_more_path=more)


def numbered_pages(*, has_more: str, body: bool = False, parameter: str = "page") -> BasePaginator:
    """Pages from 1 on, in the query or in the body of a POST; an answer without `has_more` is the last one.

    An empty page is not the end where the vendor promises more, but more than three in a row are an error.
    """
    place = {"page_body_path": parameter} if body else {"page_param": parameter}
    return _Numbered(
        base_page=1, total_path=None, has_more_path=json_path(has_more), stop_after_empty_page=False, **place
    )


class _Numbered(PageNumberPaginator):  # type: ignore[misc]
    _empty_pages = 0

    def update_state(self, response: Response, data: list[Any] | None = None) -> None:
        self._empty_pages = 0 if data else self._empty_pages + 1
        if self._empty_pages > _MOST_EMPTY_PAGES:
            raise AnswerError(
                f"{safe_path(response.url)} keeps answering empty pages and promising more.",
                "Nothing was replaced; the next run starts this list again.",
            )
        super().update_state(response, data)

    def _handle_missing_has_more(self, response_json: dict[str, Any]) -> None:
        """An older form of an answer has no paging: it is whole."""


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
