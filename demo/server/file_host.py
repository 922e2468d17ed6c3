"""The host of signed links, which knows signatures and no keys; and a host that is none of the vendors'."""

from __future__ import annotations

from collections.abc import Sequence

from demo.server.backstage import Backstage
from demo.server.routing import Route
from demo.server.signing import storage_error
from demo.server.site import Site
from demo.server.wire import Answer, Request


class FileHost(Site):
    """The site ``files``, with routes of every vendor."""

    def __init__(self, backstage: Backstage, routes: Sequence[Route]) -> None:
        self._backstage = backstage
        self.routes = routes

    def refusal(self, request: Request) -> Answer | None:
        """400 for a request that brings a key, 403 for a bad or expired signature."""
        return self._backstage.signer.refusal(request)

    def not_found(self) -> Answer:
        """404 as storage words it."""
        return storage_error(404, "BlobNotFound", "The specified blob does not exist.")


class Stranger(Site):
    """The site ``stranger``: a host that is none of the vendors'; it answers everything with an empty list.

    Whatever is sent here is in the request log: a key among it is a leak.
    """

    def not_found(self) -> Answer:
        """The one answer of this host."""
        return Answer(payload={"data": [], "value": [], "has_more": False})
