"""Plays the vendor from a generated folder: lists, signed links, files, roster and seats, and nothing else.

A process of its own that hands files to the kernel (`sendfile`), so that its cost does not hide the pipeline's.
`python -m benchmarks.workload.server FOLDER` prints its port and ends when its input closes.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from benchmarks.workload.names import COSTS, MESSAGES

_PAGE = 100


class Answers:
    """What is asked for, from the files of the folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._files = {name: _read(folder / name / "files.json") for name in (MESSAGES, COSTS)}
        self._github_seats = _read(folder / "github_seats.json")
        self._people = {"users": _read(folder / "users.json"), "usage_limits": _read(folder / "seats.json")}

    def report(self, path: str, day: str) -> Path | None:
        """One day's report of GitHub Copilot; the night after the first finds one day restated."""
        restated = self.folder / "github" / "restated" / f"{day}.ndjson"
        known = self.folder / "github" / f"{day}.ndjson"
        if path.startswith("/restated/") and restated.exists():
            return restated
        return known if known.exists() else None

    def page(self, path: str, query: dict[str, str]) -> dict[str, Any]:
        """One page of a list of log files, of the roster or of the seats."""
        if path.endswith("/logs"):
            found = [
                file
                for file in self._files[query["event_type"]]
                if query["after"] < file["end_time"] < query.get("before", "9999")
            ]
            page = found[:_PAGE]
            return {
                "data": page,
                "has_more": len(found) > _PAGE,
                "last_end_time": page[-1]["end_time"] if page else None,
            }
        if path.endswith("/copilot/billing/seats"):
            return {"total_seats": len(self._github_seats), "seats": self._github_seats}
        rows = self._people["usage_limits" if "/usage_limits/" in path else "users"]
        start, size = int(query.get("after") or query.get("cursor") or 0), int(query.get("limit", _PAGE))
        end = start + size
        following = str(end) if end < len(rows) else None
        return {
            "object": "list",
            "data": rows[start:end],
            "has_more": following is not None,
            "last_id": following,
            "cursor": following,
        }


class Handler(BaseHTTPRequestHandler):
    """GET only, connections kept open, nothing logged."""

    protocol_version = "HTTP/1.1"
    # Head and body leave as two writes: the second would wait 40 ms for the client's delayed acknowledgement.
    disable_nagle_algorithm = True

    def __init__(self, answers: Answers, *args: Any) -> None:
        self._answers = answers
        super().__init__(*args)

    def do_GET(self) -> None:
        """Called by http.server."""
        parts = urlsplit(self.path)
        segments = parts.path.strip("/").split("/")
        if segments[0] == "files":
            self._send_file(self._answers.folder.joinpath(*segments[1:]))
        elif len(segments) > 2 and segments[-2] == "logs":
            event_type = COSTS if "organizations" in segments else MESSAGES
            host = self.headers["Host"]
            self._head(307, 0, location=f"http://{host}/files/{event_type}/{segments[-1]}.jsonl")
        else:
            query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
            self._send(parts.path, query)

    def log_message(self, *_: Any) -> None:
        """Called by http.server for every request."""

    def _send(self, path: str, query: dict[str, str]) -> None:
        if path.endswith("/users-1-day"):
            report = self._answers.report(path, query["day"])
            if report is None:
                self._head(204, 0)
                return
            link = f"http://{self.headers['Host']}/files/{report.relative_to(self._answers.folder)}"
            content = {"download_links": [link], "report_day": query["day"]}
        else:
            content = self._answers.page(path, query)
        body = json.dumps(content).encode()
        self._head(200, len(body))
        self.wfile.write(body)

    def _send_file(self, path: Path) -> None:
        with path.open("rb") as file:
            self._head(200, path.stat().st_size, kind="application/x-ndjson")
            self.wfile.flush()
            self.connection.sendfile(file)

    def _head(self, status: int, size: int, kind: str = "application/json", location: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(size))
        if location:
            self.send_header("Location", location)
        self.end_headers()


def _read(path: Path) -> list[dict[str, Any]]:
    content: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return content


def main(folder: Path) -> None:
    """Serve until the input closes: who started us is gone then."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, Answers(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], flush=True)
    while os.read(0, 1):
        pass
    server.shutdown()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
