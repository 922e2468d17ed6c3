"""A failed connection is told as what it is, with the setting to look at."""

from __future__ import annotations

import ssl
from pathlib import Path

import certifi
import pytest
import requests
from urllib3.exceptions import MaxRetryError, NameResolutionError, NewConnectionError
from urllib3.exceptions import ProxyError as PoolProxyError
from urllib3.exceptions import SSLError as PoolSSLError

from ingestion.http import HttpLimits, VendorSession, vendor_client
from ingestion.http_trouble import CertificateError, connection_error
from ingestion.source_types import Finding
from orchestration.doctor_network import examine_network
from runtime.errors import ConfigurationError, SourceError


def from_pool(reason: Exception) -> MaxRetryError:
    """As requests gives it to us: the pool's own error with the reason inside."""
    return MaxRetryError(None, "/v1", reason)  # type: ignore[arg-type]


UNTRUSTED = requests.exceptions.SSLError(
    from_pool(PoolSSLError(ssl.SSLCertVerificationError(1, "CERTIFICATE_VERIFY_FAILED")))
)
TROUBLES = [
    (UNTRUSTED, "certificate", "REQUESTS_CA_BUNDLE"),
    (requests.exceptions.SSLError(from_pool(PoolSSLError(ssl.SSLEOFError()))), "no TLS", "base_url"),
    (requests.exceptions.ProxyError(from_pool(PoolProxyError("x", OSError()))), "proxy", "NO_PROXY"),
    (
        requests.ConnectionError(from_pool(NameResolutionError("h", None, OSError()))),  # type: ignore[arg-type]
        "api.example.com cannot be resolved",
        "DNS",
    ),
    (requests.ConnectionError(from_pool(NewConnectionError(None, "x"))), "ConnectionError", "network is down"),  # type: ignore[arg-type]
]


@pytest.mark.parametrize(("error", "said", "remedy"), TROUBLES)
def test_each_trouble_has_its_own_words(error: Exception, said: str, remedy: str) -> None:
    """All of them were "The vendor or the network is down."."""
    told = connection_error("chatgpt: GET /v1/…", error, "api.example.com")
    assert said in told.message
    assert remedy in told.remedy


def test_a_certificate_is_not_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def refused(*_: object, **__: object) -> requests.Response:
        asked.append("asked")
        raise UNTRUSTED

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", refused)
    session = VendorSession("chatgpt", "https://vendor.example", HttpLimits(), sleep=lambda _: None)
    with pytest.raises(CertificateError):
        session.get("https://vendor.example/v1")
    assert asked == ["asked"]


@pytest.mark.parametrize(
    "address",
    [
        "",
        "api.example.com/v1",
        "https://",
        "https:///v1",
        "https://api. example.com",
        "https://a:b",
        "ftp://a.b",
    ],
)
def test_an_address_that_is_none_is_told_as_that(address: str) -> None:
    with pytest.raises(ConfigurationError, match=r"\[sources\.chatgpt\] base_url") as told:
        vendor_client("chatgpt", address)
    assert not isinstance(told.value, SourceError)
    assert "k3y" not in str(told.value)


def found(**variables: str) -> dict[str, Finding]:
    return {finding.subject: finding for finding in examine_network(variables)}


def test_doctor_says_which_certificates_are_trusted(tmp_path_factory: pytest.TempPathFactory) -> None:
    bundle = tmp_path_factory.mktemp("ca") / "ca.pem"
    assert found()["TLS"].ok
    assert not found(REQUESTS_CA_BUNDLE=str(bundle))["TLS"].ok
    bundle.write_text("no certificate", encoding="ascii")
    assert not found(REQUESTS_CA_BUNDLE=str(bundle))["TLS"].ok
    bundle.write_bytes(Path(certifi.where()).read_bytes())
    assert "REQUESTS_CA_BUNDLE" in found(REQUESTS_CA_BUNDLE=str(bundle))["TLS"].message
    assert "REQUESTS_CA_BUNDLE" in found(SSL_CERT_FILE=str(bundle))["TLS"].remedy


def test_doctor_says_whether_a_proxy_is_used_but_not_its_password() -> None:
    told = found(HTTPS_PROXY="http://user:secret@proxy.example:3128", NO_PROXY="localhost")["proxy"]
    assert told.message == "HTTPS_PROXY is used, but for hosts in NO_PROXY"
    assert "not set" in found()["proxy"].message
