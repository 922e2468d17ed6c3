"""Looking at the site: in a browser from the disk, or over a web server that only this machine reaches."""

from __future__ import annotations

import contextlib
import functools
import sys
import webbrowser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from runtime.errors import ConfigurationError

_ONLY_HERE = "127.0.0.1"


class _Quiet(SimpleHTTPRequestHandler):
    """Serves files and keeps no record of who read what."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def look_at(site: Path, *, serve: bool, port: int, opens: bool) -> None:
    """Open the pages, or serve them until somebody ends it.

    Raises:
        ConfigurationError: the port is taken.
    """
    if not serve:
        webbrowser.open((site / "index.html").as_uri())
        return
    with server(site, port) as running:
        address = f"http://{_ONLY_HERE}:{running.server_port}/"
        sys.stdout.write(f"Serving {site} on {address} for this machine alone; Ctrl-C ends it.\n")
        sys.stdout.flush()
        if opens:
            webbrowser.open(address)
        with contextlib.suppress(KeyboardInterrupt):
            running.serve_forever()


def server(site: Path, port: int) -> ThreadingHTTPServer:
    """A server of the folder on the loopback address.

    Raises:
        ConfigurationError: the port is taken.
    """
    handler = functools.partial(_Quiet, directory=str(site))
    try:
        return ThreadingHTTPServer((_ONLY_HERE, port), handler)
    except OSError:
        raise ConfigurationError(f"Port {port} is taken.", "Choose another with --port.") from None
