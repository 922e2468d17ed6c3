"""The local server that plays every vendor from one synthetic company, through real HTTP."""

from __future__ import annotations

import threading
import time
from collections import defaultdict, deque
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from types import TracebackType

from demo.company.company import Company
from demo.server.backstage import Backstage
from demo.server.chatgpt import ChatGPT
from demo.server.clock import Clock
from demo.server.faults import Faults
from demo.server.file_host import FileHost, Stranger
from demo.server.github import GitHub
from demo.server.hris import Hris
from demo.server.listener import Listener
from demo.server.microsoft import Graph, Login, Tokens
from demo.server.routing import find
from demo.server.settings import Behaviour, Credentials
from demo.server.signing import Signer
from demo.server.site import Site
from demo.server.wire import Answer, Exchange, Request, RequestLog

SITES = ("chatgpt", "github", "login", "microsoft", "hris", "files", "stranger")


class VendorServer:
    """All sites of one company, each on its own port of the loopback interface.

        with VendorServer(company) as server:
            server.urls["github"]               # http://127.0.0.1:<port>
            server.configuration()              # what a pipeline needs, per source
            server.clock.set(...)               # move time
            server.faults.replace([...])        # misbehave; see demo.server.faults
            server.requests.matching("GET github")

    Errors: OSError when no port can be opened.
    """

    def __init__(
        self,
        company: Company,
        script: Faults | None = None,
        clock: Clock | None = None,
        behaviour: Behaviour | None = None,
        credentials: Credentials | None = None,
    ) -> None:
        self.clock = clock or Clock(company.profile.as_of)
        self.faults = script or Faults()
        self.behaviour = behaviour or Behaviour()
        self.credentials = credentials or Credentials()
        self.requests = RequestLog()
        self.tokens = Tokens()
        self._throttle = _Throttle(self.behaviour)
        self._signer = Signer(self.clock)
        self._listeners = {name: Listener(name, self._respond) for name in SITES}
        self.urls = {name: listener.url for name, listener in self._listeners.items()}
        self.replace_company(company)
        self.faults.on_change(lambda: self.chatgpt.forget())

    def replace_company(self, company: Company) -> None:
        """Serve another company from now on, e.g. one whose past was corrected. Time stays."""
        self.company = company
        backstage = Backstage(
            company, self.clock, self.behaviour, self.credentials, self.faults, self._signer, self.urls
        )
        self.chatgpt, self.github = ChatGPT(backstage), GitHub(backstage)
        self._sites: dict[str, Site] = {
            "chatgpt": self.chatgpt,
            "github": self.github,
            "login": Login(backstage, self.tokens),
            "microsoft": Graph(backstage, self.tokens),
            "hris": Hris(backstage),
            "files": FileHost(backstage, self.chatgpt, self.github),
            "stranger": Stranger(),
        }

    def start(self) -> dict[str, str]:
        """Serve in the background; gives the base URL of every site."""
        for listener in self._listeners.values():
            listener.start()
        return dict(self.urls)

    def stop(self) -> None:
        """Close every port, all at once: each takes a moment to notice."""
        with ThreadPoolExecutor(len(self._listeners)) as pool:
            for stopping in [pool.submit(listener.stop) for listener in self._listeners.values()]:
                stopping.result()

    def __enter__(self) -> VendorServer:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def configuration(self) -> dict[str, dict[str, str]]:
        """Settings by source, as the sections ``sources.<name>`` of a pipeline's configuration take them."""
        profile, keys = self.company.profile, self.credentials
        return {
            "chatgpt": {
                "base_url": f"{self.urls['chatgpt']}/v1",
                "api_key": keys.chatgpt_api_key,
                "workspace_id": profile.workspace_id,
                "organization_id": profile.organization_id,
            },
            "github_copilot": {
                "base_url": self.urls["github"],
                "api_key": keys.github_api_key,
                "enterprise": profile.github_enterprise,
            },
            "m365_copilot": {
                "base_url": self.urls["microsoft"],
                "login_url": self.urls["login"],
                "tenant_id": profile.tenant_id,
                "client_id": keys.microsoft_client_id,
                "client_secret": keys.microsoft_client_secret,
                "interactions": "true",
            },
            "hris": {
                "kind": "csv",
                "snapshot_location": f"{self.urls['hris']}/exports/employees.csv",
                "history_location": f"{self.urls['hris']}/exports/employees_history.csv",
                "api_key": keys.hris_api_key,
            },
        }

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
        if request.site == "github":
            answer.headers["X-OAuth-Scopes"] = self.behaviour.github_scopes
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
