"""What a failed connection means: a certificate, a proxy, a name, or a network that is down."""

from __future__ import annotations

import ssl
from urllib.parse import urlsplit

import requests

from runtime.errors import ConfigurationError, SourceError
from runtime.failures import causes

_NETWORK = "See docs/deploy.md, Network."


class CertificateError(SourceError):
    """The certificate that answered is not trusted here; asking again would give the same."""


def require_address(source: str, base_url: str) -> None:
    """Refuse a `base_url` that no request can be made of. The value is not told: it may hold a secret.

    Raises:
        ConfigurationError: no scheme or host, a blank in it, or a port that is none.
    """
    try:
        parts = urlsplit(base_url)
        is_address = parts.scheme in ("https", "http") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_address = False
    if not is_address or any(character.isspace() for character in base_url):
        raise ConfigurationError(
            f"[sources.{source}] base_url is no address.",
            "Write scheme and host, as in `https://api.example.com/v1`, without blanks.",
        )


def connection_error(place: str, error: Exception, host: str) -> SourceError:
    """The error to tell for one of a library about `host`: what failed, and which setting to look at."""
    chain = list(_reasons(error))
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in chain):
        return CertificateError(
            f"{place} failed: the certificate that answered is not trusted here.",
            "Behind a proxy that inspects TLS, name the file of the company's CA in REQUESTS_CA_BUNDLE; "
            f"otherwise look at base_url and at this machine's clock. {_NETWORK}",
        )
    if any(isinstance(cause, requests.exceptions.ProxyError) for cause in chain):
        return SourceError(
            f"{place} failed: the proxy cannot be reached or refuses.",
            f"Look at HTTPS_PROXY, and at NO_PROXY for hosts that need none. {_NETWORK}",
        )
    if any(isinstance(cause, ssl.SSLError) for cause in chain):
        return SourceError(
            f"{place} failed: no TLS connection could be agreed on.",
            f"Look at base_url, and at HTTPS_PROXY and REQUESTS_CA_BUNDLE behind a proxy. {_NETWORK}",
        )
    if any(type(cause).__name__ == "NameResolutionError" for cause in chain):
        return SourceError(
            f"{place} failed: the name of the host {host} cannot be resolved.",
            f"Look at base_url and at DNS; behind a proxy, at HTTPS_PROXY. {_NETWORK}",
        )
    return SourceError(f"{place} failed: {type(error).__name__}.", "The vendor or the network is down.")


def _reasons(error: BaseException) -> list[BaseException]:
    """The error, what it was raised from, and what urllib3 keeps as arguments or reason."""
    found: list[BaseException] = []
    waiting = list(causes(error))
    while waiting and len(found) < 50:
        one = waiting.pop(0)
        if one in found:
            continue
        found.append(one)
        inner = [*one.args, getattr(one, "reason", None)]
        waiting += [cause for part in inner if isinstance(part, BaseException) for cause in causes(part)]
    return found
