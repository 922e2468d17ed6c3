"""`ai-usage doctor` on what lies between this machine and the vendors: certificates and proxies. Only reads."""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterator, Mapping

from ingestion.source_types import Finding

_BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
_PROXIES = ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")


def examine_network(variables: Mapping[str, str] = os.environ) -> Iterator[Finding]:
    """Which certificates are trusted, and whether a proxy is used. Values of proxies may hold a password."""
    yield _certificates(variables)
    if proxies := [name for name in _PROXIES if variables.get(name)]:
        without = "NO_PROXY" if variables.get("NO_PROXY") or variables.get("no_proxy") else ""
        yield Finding(
            "proxy", True, f"{proxies[0]} is used" + (f", but for hosts in {without}" if without else "")
        )
    else:
        yield Finding("proxy", True, "none: HTTPS_PROXY is not set")


def _certificates(variables: Mapping[str, str]) -> Finding:
    name = next((name for name in _BUNDLES if variables.get(name)), None)
    if name is None:
        if variables.get("SSL_CERT_FILE") or variables.get("SSL_CERT_DIR"):
            what = "SSL_CERT_FILE and SSL_CERT_DIR are not read"
            return Finding("TLS", False, what, "Name the same file in REQUESTS_CA_BUNDLE.")
        return Finding("TLS", True, "the public authorities are trusted (REQUESTS_CA_BUNDLE is not set)")
    path = variables[name]
    try:
        context = ssl.create_default_context(capath=path if os.path.isdir(path) else None)
        if not os.path.isdir(path):
            context.load_verify_locations(cafile=path)
    except (OSError, ssl.SSLError):
        remedy = "It must be a file of certificates in PEM form that this account may read."
        return Finding("TLS", False, f"the file that {name} names cannot be read as certificates", remedy)
    return Finding("TLS", True, f"the authorities in {name} are trusted, and no others")
