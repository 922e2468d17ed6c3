"""Where a request may go: redirects and signed links come out of answers, and lead nowhere inside.

A link to the loopback, to a cloud's metadata address or into the company's own network would let whoever
answers for the vendor make this machine ask its neighbours. Only a source whose `base_url` lies there itself
may go there.
"""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import urlsplit

from runtime.errors import AnswerError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def origin(url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port of a URL: two URLs of one origin may share a credential. Absurd ones have none."""
    try:
        parts = urlsplit(url)
        port = parts.port or {"https": 443, "http": 80}.get(parts.scheme)
        return parts.scheme, (parts.hostname or "").lower(), port
    except ValueError:
        return "", "", -1


def require_outside(url: str, home: tuple[str, str, int | None], place: str) -> None:
    """Refuse a place that an answer named and no answer may name.

    Raises:
        AnswerError: another scheme, http where home has https, no host or port, or an inner address.
    """
    scheme, host, port = there = origin(url)
    if there == home:
        return
    remedy = "It was not followed."
    if scheme not in ("https", "http") or not host or port is None or port < 1:
        raise AnswerError(f"{place} leads to an address that is none.", remedy)
    if scheme != "https" and home[0] == "https":
        raise AnswerError(f"{place} leads from https to {scheme}.", remedy)
    inside = {kind for address in _addresses(host) if (kind := _kind(address))}
    if inside - {kind for address in _addresses(home[1]) if (kind := _kind(address))}:
        raise AnswerError(
            f"{place} leads to an address of this machine or network ({', '.join(sorted(inside))}).",
            "It was not followed. Only a base_url that lies there itself may lead there.",
        )


def _kind(address: Address) -> str:
    """What keeps an address from being anybody's on the internet; empty for one that is."""
    for name in ("loopback", "link_local", "multicast", "unspecified"):
        if getattr(address, f"is_{name}"):
            return name.replace("_", "-")
    return "" if address.is_global else "private"


def _addresses(host: str) -> list[Address]:
    """The addresses of a host; none when it has none here (behind a proxy the proxy asks for them)."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return [_inner(ipaddress.ip_address(str(entry[4][0]).partition("%")[0])) for entry in found]


def _inner(address: Address) -> Address:
    """The IPv4 address that an IPv6 one stands for."""
    if isinstance(address, ipaddress.IPv6Address):
        if address in _NAT64:
            return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        return address.ipv4_mapped or address.sixtofour or address
    return address
