"""The host of signed links: it knows signatures, and no keys."""

from __future__ import annotations

from demo.server.backstage import Backstage
from demo.server.chatgpt import ChatGPT
from demo.server.github import GitHub
from demo.server.routing import Route, route
from demo.server.signing import storage_error
from demo.server.wire import Answer, Request


class FileHost:
    """The site ``files``."""

    def __init__(self, backstage: Backstage, chatgpt: ChatGPT, github: GitHub) -> None:
        self._backstage = backstage
        self._chatgpt = chatgpt
        self._github = github
        self.routes: list[Route] = [
            route("GET", "/chatgpt/{event_type}/{file_id}.jsonl", self._log_file, "files"),
            route(
                "GET", "/github/{level}/users-1-day/{day}/{seen}/part-{part}.ndjson", self._report_part, "files"
            ),
        ]

    def refusal(self, request: Request) -> Answer | None:
        """400 for a request that brings a key, 403 for a bad or expired signature."""
        return self._backstage.signer.refusal(request)

    def not_found(self) -> Answer:
        """404 as storage words it."""
        return storage_error(404, "BlobNotFound", "The specified blob does not exist.")

    def _log_file(self, request: Request, event_type: str, file_id: str) -> Answer:
        del request
        return self._chatgpt.download(event_type, file_id)

    def _report_part(self, request: Request, level: str, day: str, seen: str, part: str) -> Answer:
        del request
        return self._github.download(level, day, seen, part)


class Stranger:
    """The site ``stranger``: a host that is none of the vendors'; it answers everything with an empty list.

    Whatever is sent here is in the request log: a key among it is a leak.
    """

    routes: list[Route] = []  # noqa: RUF012 - never changed

    def refusal(self, request: Request) -> Answer | None:
        """Everybody is welcome."""
        del request
        return None

    def not_found(self) -> Answer:
        """The one answer of this host."""
        return Answer(payload={"data": [], "value": [], "has_more": False})
