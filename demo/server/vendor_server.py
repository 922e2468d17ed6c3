"""The local server that plays every vendor from one synthetic company, through real HTTP."""

from __future__ import annotations

import shutil
import tempfile
import threading
import time
from collections import defaultdict, deque
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TypeVar

from demo.company.company import Company
from demo.server.backstage import Backstage
from demo.server.clock import Clock
from demo.server.faults import Faults
from demo.server.file_host import FileHost, Stranger
from demo.server.listener import Listener
from demo.server.routing import Route, find
from demo.server.settings import Behaviour, ByType
from demo.server.signing import Signer
from demo.server.site import Site
from demo.server.wire import Answer, Exchange, Request, RequestLog

SiteT = TypeVar("SiteT", bound=Site)
SHARED_SITES = ("files", "stranger")
"""The host of signed links, and a host that is none of the vendors'."""


class VendorServer:
    """All sites of one company's vendors, each on its own port of the loopback interface.

        with VendorServer(company) as server:
            server.urls["github"]               # http://127.0.0.1:<port>
            server.configuration()              # what a pipeline needs, per source
            server.clock.set(...)               # move time
            server.faults.replace([...])        # misbehave; see demo.server.faults
            server.requests.matching("GET github")

    A vendor that writes files gets a folder of its own, which is gone when the server stops.

    Errors: OSError when no port can be opened.
    """

    def __init__(
        self,
        company: Company,
        script: Faults | None = None,
        clock: Clock | None = None,
        behaviour: Behaviour | None = None,
    ) -> None:
        self.clock = clock or Clock(company.profile.as_of)
        self.faults = script or Faults()
        self.behaviour = behaviour or Behaviour()
        self.requests = RequestLog()
        self.kept = ByType()
        self._throttle = _Throttle(self.behaviour)
        self._signer = Signer(self.clock)
        names = [name for vendor in company.vendors for name in vendor.site_names]
        self._listeners = {name: Listener(name, self._respond) for name in (*names, *SHARED_SITES)}
        self.urls = {name: listener.url for name, listener in self._listeners.items()}
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self.replace_company(company)
        self.faults.on_change(self._forget)
        self.clock.on_change(self._write_files)

    def replace_company(self, company: Company) -> None:
        """Serve another company of the same vendors, e.g. one whose past was corrected. Time stays."""
        self.company = company
        self._backstage = Backstage(
            company,
            self.clock,
            self.behaviour,
            self.faults,
            self._signer,
            self.kept,
            self.urls,
            self._folders(company),
        )
        self._sites: dict[str, Site] = {"stranger": Stranger()}
        file_routes: list[Route] = []
        for vendor in company.vendors:
            opened = vendor.sites(self._backstage)
            self._sites |= opened.by_name
            file_routes += opened.file_routes
        self._sites["files"] = FileHost(self._backstage, file_routes)
        self._write_files()

    def site(self, kind: type[SiteT]) -> SiteT:
        """The site of a class. Errors: StopIteration when no vendor has one."""
        return next(site for site in self._sites.values() if isinstance(site, kind))

    def start(self) -> dict[str, str]:
        """Serve in the background; gives the base URL of every site."""
        for listener in self._listeners.values():
            listener.start()
        return dict(self.urls)

    def stop(self) -> None:
        """Close every port, all at once: each takes a moment to notice. Remove vendors' folders."""
        with ThreadPoolExecutor(len(self._listeners)) as pool:
            for stopping in [pool.submit(listener.stop) for listener in self._listeners.values()]:
                stopping.result()
        if self._folder is not None:
            self._folder.cleanup()

    def __enter__(self) -> VendorServer:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def configuration(self) -> dict[str, dict[str, str]]:
        """Settings by source, as the sections ``sources.<name>`` of a pipeline's configuration take them."""
        found = {vendor.source: dict(vendor.configuration(self._backstage)) for vendor in self.company.vendors}
        return {source: settings for source, settings in found.items() if settings}

    # Files ----------------------------------------------------------------------------------------

    def _folders(self, company: Company) -> dict[str, Path]:
        """A folder for each vendor that writes files."""
        sources = [vendor.source for vendor in company.vendors if vendor.writes_files]
        if sources and self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="ai-usage-vendors-")
        return {source: Path(self._folder.name) / source for source in sources if self._folder is not None}

    def _write_files(self) -> None:
        for vendor in self.company.vendors:
            folder = self._backstage.folders.get(vendor.source)
            if folder is not None:
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir()
                vendor.write_files(self._backstage, folder)

    def _forget(self) -> None:
        for site in self._sites.values():
            site.forget()
        self._write_files()

    # Answering ------------------------------------------------------------------------------------

    def _respond(self, request: Request) -> Answer:
        if self.behaviour.latency_seconds:
            time.sleep(self.behaviour.latency_seconds)
        answer = self._planned(request)
        answer = self.faults.on_request(request, answer, self.urls["stranger"])
        fault = ",".join(answer.faults)
        self.requests.add(Exchange(request, answer.status, fault, datetime.now(UTC)))
        return answer

    def _planned(self, request: Request) -> Answer:
        site = self._sites[request.site]
        refused = site.refusal(request)
        if refused is not None:
            return refused
        found = find(site.routes, request)
        if found is None:
            return site.not_found()
        wait = self._throttle.wait(found.route.limit)
        if wait is not None:
            return Answer(
                429, payload={"error": {"message": "Too many requests"}}, headers={"Retry-After": wait}
            )
        answer = found.route.handler(request, **found.values)
        site.stamp(answer)
        return answer


class _Throttle:
    """Counts requests by group of routes within a sliding window of wall-clock seconds."""

    def __init__(self, behaviour: Behaviour) -> None:
        self._behaviour = behaviour
        self._lock = threading.Lock()
        self._times: dict[str, deque[float]] = defaultdict(deque)

    def wait(self, group: str) -> str | None:
        """Seconds to wait, as a Retry-After header says them; None = go ahead."""
        limit = self._behaviour.rate_limits.get(group)
        if limit is None:
            return None
        now = time.monotonic()
        with self._lock:
            times = self._times[group]
            while times and times[0] <= now - limit.seconds:
                times.popleft()
            if len(times) < limit.requests:
                times.append(now)
                return None
            return str(max(1, round(times[0] + limit.seconds - now)))
