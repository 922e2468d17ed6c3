"""What the doctor says of identities and of what the token may do."""

from __future__ import annotations

from collections.abc import Iterator

from ingestion.source_types import Finding
from ingestion.sources.github_copilot.identities import METHODS, UnavailableError, refuse_unknown_methods
from ingestion.streams.listing import Listing, route
from ingestion.streams.load import Load
from runtime.errors import AccessError, ConfigurationError, MissingError, SourceError

# Classic tokens say their scopes. These only read what is read here; `manage_billing:copilot` could also give
# and take seats, `scim:enterprise` could provision, but GitHub offers nothing narrower for their routes.
_NEEDED_SCOPES = {"read:enterprise", "read:org", "manage_billing:copilot", "scim:enterprise"}


def check_identities(load: Load) -> Iterator[Finding]:
    """One method that gives identities is enough; without any, GitHub accounts stay unattributed."""
    try:
        refuse_unknown_methods(load.settings)
    except ConfigurationError as error:
        yield Finding("identities", False, error.message, error.remedy)
        return
    working, reasons = [], []
    for name in load.settings.identity_methods:
        try:
            next(iter(METHODS[name](load.run, load.client, set())), None)
            working.append(name)
        except (AccessError, MissingError, UnavailableError) as error:
            reasons.append(f"{name}: {error.message}")
        except SourceError as error:
            yield Finding("identities", False, error.message, error.remedy)
    remedy = (
        "Grant `read:enterprise` as enterprise owner (or `read:org` as organization owner), `scim:enterprise` "
        "for SCIM, or list every login in the company's github_logins.csv."
    )
    if working:
        yield Finding("identities", True, f"by {', '.join(working)}")
    else:
        yield Finding("identities", False, " ".join(reasons) or "no method is set", remedy)


def check_width(load: Load, seats: Listing) -> Iterator[Finding]:
    """Scopes of a classic token stand in a response header; other tokens do not say theirs."""
    try:
        path = route(seats.path, load.settings)
        header = load.client.rest.get(path, params={"per_page": 1}).headers.get("X-OAuth-Scopes")
    except SourceError:
        return  # reported by the probe of the same route
    if header is None:
        return
    wide = sorted({scope.strip() for scope in header.split(",") if scope.strip()} - _NEEDED_SCOPES)
    if wide:
        remedy = "Make a token with the scopes of docs/connect/github_copilot.md alone."
        yield Finding("token width", False, f"the token may also: {', '.join(wide)}", remedy)
    else:
        yield Finding("token width", True, "no scope beyond what is read")
