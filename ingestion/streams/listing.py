"""A list that comes in pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from dlt.sources.helpers.rest_client.paginators import BasePaginator, SinglePagePaginator

from ingestion.doctor import probe
from ingestion.snapshots import all_rows
from ingestion.source_types import Finding
from ingestion.streams.load import Load
from runtime.errors import AnswerError, LinkError, MissingError

Params = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Listing:
    """Where a list is and how it is read.

    Attributes:
        path: route with settings in braces (`/workspaces/{workspace_id}/users`), or a function of the settings.
        data_key: top-level key of the rows.
        paginator: makes the paginator of one reading.
        params: of the query, or of the body of a POST; a function where they depend on settings.
        page_size: name and number of the parameter for the size of a page.
        method: POST only for routes with which a vendor reads.
        may_lack_data: the vendor leaves `data_key` out of an answer without rows.
        restarts: its page tokens expire, or are void after the vendor's refresh: a refused later page begins
            the list again, once.
        probe_params: what the doctor asks with; by default `params` and pages of one row.
    """

    path: str | Callable[[Any], str]
    data_key: str
    paginator: Callable[[], BasePaginator] = SinglePagePaginator
    params: Params | Callable[[Any], Params] = field(default_factory=dict)
    page_size: tuple[str, int] | None = None
    method: Literal["GET", "POST"] = "GET"
    may_lack_data: bool = False
    restarts: bool = False
    probe_params: Params | None = None

    def pages(self, load: Load, params: Params | None = None, **path: str) -> Iterator[list[dict[str, Any]]]:
        """Pages of rows. `params` are added to those of the list, `path` fills its route further.

        Raises:
            SourceError: see :meth:`ingestion.http.VendorClient.pages`.
        """
        asked = {**self._params(load), **dict([self.page_size] if self.page_size else ()), **(params or {})}
        yield from load.client.pages(
            route(self.path, load.settings, **path),
            data_key=self.data_key,
            paginator=self.paginator(),
            method=self.method,
            may_lack_data=self.may_lack_data,
            **({"params": asked} if self.method == "GET" else {"body": asked}),
        )

    def rows(self, load: Load, params: Params | None = None, **path: str) -> list[dict[str, Any]]:
        """All rows.

        Raises:
            SourceError: see :meth:`ingestion.http.VendorClient.pages`; of a list that restarts, a later page
                is refused twice.
        """
        if self.restarts:
            return _with_restart(lambda: self.pages(load, params, **path))
        return all_rows(self.pages(load, params, **path))

    def probe(self, load: Load, name: str, scope: str, params: Params | None = None) -> Finding:
        """The doctor's question: one row of the list."""
        one_row = {self.page_size[0]: 1} if self.page_size else {}
        asked = {**self._params(load), **one_row, **(params or {})}
        if self.probe_params is not None:
            asked = dict(self.probe_params)
        return probe(load.client, route(self.path, load.settings), asked, name, scope, method=self.method)

    def _params(self, load: Load) -> Params:
        return self.params(load.settings) if callable(self.params) else self.params


def route(path: str | Callable[[Any], str], settings: Any, **more: str) -> str:
    """A route with its settings filled in."""
    return path(settings) if callable(path) else path.format_map(_Values(settings, more))


class _Values(dict[str, Any]):
    """Values of a route: those given, then settings by their names."""

    def __init__(self, settings: Any, given: Mapping[str, str]) -> None:
        super().__init__(given)
        self._settings = settings

    def __missing__(self, key: str) -> Any:
        return getattr(self._settings, key)


def _with_restart(pages: Callable[[], Iterable[list[dict[str, Any]]]]) -> list[dict[str, Any]]:
    """All rows; when a later page is refused, the list is read once more from its first."""
    for last_try in (False, True):
        rows: list[dict[str, Any]] = []
        read = 0
        try:
            for page in pages():
                rows.extend(page)
                read += 1
        except (MissingError, LinkError):
            raise
        except AnswerError:
            if last_try or not read:
                raise
        else:
            return rows
    raise AssertionError("unreachable")
