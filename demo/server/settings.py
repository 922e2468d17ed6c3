"""Fake keys and switches of the server. Nothing here opens anything outside this process."""

from __future__ import annotations

from dataclasses import dataclass, field

WITHOUT_SCOPE = "-without-scope"
"""A right key with this ending is known to the vendor, and is refused with 403 everywhere."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """The only keys the server accepts."""

    chatgpt_api_key: str = "demo-chatgpt-admin-key"
    github_api_key: str = "demo-github-classic-token"
    microsoft_client_id: str = "0d5f2d0e-demo-4c1d-9a77-5b1de7c0ffee"
    microsoft_client_secret: str = "demo-entra-client-secret"
    microsoft_access_token: str = "demo-graph-access-token"
    """Always valid, for a configuration that brings its own token."""
    hris_api_key: str = "demo-hris-key"
    """Both BambooHR's key and the bearer of the CSV files."""


@dataclass(frozen=True, slots=True)
class RateLimit:
    """At most so many requests in so many seconds, for one group of routes."""

    requests: int
    seconds: float


@dataclass(slots=True)
class Behaviour:
    """How the vendors behave; change it before or between runs.

    ``rate_limits`` by group of routes ("chatgpt.list", "chatgpt.download", "github", "microsoft",
    "hris"); none by default, so that several hundred downloads are quick.
    """

    latency_seconds: float = 0.0
    log_retention_days: int | None = None
    """30 as the vendor has it; None keeps every log file, so that half a year can be loaded."""
    log_file_hours: int = 12
    """A log file holds what was delivered in so many hours (a divisor of 24)."""
    log_file_bytes: int = 15_000_000
    list_budget_bytes: int = 48_000_000
    """A list page ends early after so many newly written bytes, so that no answer takes long."""
    link_seconds: int = 3600
    """Life of a signed link, on the server's clock."""
    report_part_rows: int = 100
    unassigned_seats: int = 0
    """GitHub seats without an assignee; the company's truth knows none, so none by default."""
    saml_level: str = "enterprise"
    """Where single sign-on is set up: enterprise | organization; the other level answers null."""
    conceal_names: bool = False
    github_scopes: str = "read:enterprise, read:org, manage_billing:copilot"
    """What GitHub says of the token in ``X-OAuth-Scopes``."""
    graph_roles: tuple[str, ...] = (
        "Reports.Read.All",
        "User.Read.All",
        "LicenseAssignment.Read.All",
        "ReportSettings.Read.All",
        "AiEnterpriseInteraction.Read.All",
    )
    """Application permissions of the tokens that are issued; a route without its permission answers 403."""
    report_refresh_lag_days: int = 2
    cached_body_bytes: int = 256_000_000
    rate_limits: dict[str, RateLimit] = field(default_factory=dict)
