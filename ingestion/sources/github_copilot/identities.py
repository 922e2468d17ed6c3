"""Login → work e-mail (or employee id): GitHub's Copilot routes give logins only.

Methods in the configured order; a login that one method resolved is not asked of the next. A method that the
company does not use, or the credential may not read, is named in the progress and skipped: the company's own
list (`github_logins.csv`, source `company`) closes what is left.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from dlt.sources.helpers.rest_client.paginators import OffsetPaginator

from ingestion.http import VendorClient
from ingestion.identity import distinct_links
from ingestion.paging import header_links
from ingestion.privacy.canonical import canonical_email
from ingestion.privacy.wire import WireRecord
from ingestion.source import SourceRun
from ingestion.source_types import Batch
from ingestion.sources.github_copilot import records
from runtime.errors import (
    AccessError,
    AnswerError,
    ConfigurationError,
    MissingError,
    RateLimitedError,
    SourceError,
)

_WIRE = "identity_links"
_PAGE = """externalIdentities(first: 100, after: $after) {
  pageInfo { hasNextPage endCursor }
  edges { node {
    samlIdentity { nameId username emails { value } }
    scimIdentity { username emails { value } }
    user { login }
  } }
}"""
_NOT_ALPHANUMERIC = re.compile(r"[^a-z0-9]+")
_ERROR_TYPE = re.compile(r"[A-Z_]{3,60}")


class UnavailableError(SourceError):
    """An identity method that this company or credential does not have."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What a method says of one login. `method` is what the edge is recorded as."""

    method: str
    login: str
    emails: tuple[str, ...]
    employee_id: str | None


class EmailValue(WireRecord):
    """An address of an identity."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = frozenset({"type", "primary", "display"})
    value: str | None = None


class SamlIdentity(WireRecord, rename="camel"):
    """What the identity provider sent at sign-in. `nameId` is often, not always, an address."""

    name_id: str | None = None
    username: str | None = None
    emails: list[EmailValue] | None = None


class ScimIdentity(WireRecord):
    """What the identity provider provisioned."""

    username: str | None = None
    emails: list[EmailValue] | None = None


class GithubUser(WireRecord):
    """The account that an identity was claimed by."""

    login: str | None = None


class ExternalIdentity(WireRecord, rename="camel"):
    """One entry of the identity provider; `user` is null until somebody claims it."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = frozenset({"guid"})
    saml_identity: SamlIdentity | None = None
    scim_identity: ScimIdentity | None = None
    user: GithubUser | None = None


class ScimUser(WireRecord, rename="camel"):
    """A provisioned user of a managed enterprise. GitHub's login is made from `userName`, and is not given."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = frozenset(
        {"schemas", "id", "displayName", "name", "roles", "groups", "active", "meta"}
    )
    user_name: str | None = None
    external_id: str | None = None
    emails: list[EmailValue] | None = None


class ConsumedLicense(WireRecord):
    """A holder of a GitHub licence."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = frozenset(
        {
            "github_com_name",
            "github_com_user",
            "github_com_profile",
            "github_com_member_roles",
            "github_com_enterprise_roles",
            "github_com_enterprise_role",
            "github_com_orgs_with_pending_invites",
            "github_com_two_factor_auth",
            "github_com_cost_center",
            "enterprise_server_user",
            "enterprise_server_user_ids",
            "enterprise_server_emails",
            "visual_studio_subscription_user",
            "visual_studio_subscription_email",
            "visual_studio_license_status",
            "license_type",
            "total_user_accounts",
        }
    )
    github_com_login: str | None = None
    github_com_saml_name_id: str | None = None
    github_com_verified_domain_emails: list[str] | None = None


@dataclass(frozen=True, slots=True)
class _Provider:
    """Where an identity provider can be configured, and the query that reads it there."""

    method: str
    level: str
    path: tuple[str, ...]
    query: str


_PROVIDERS = (
    _Provider(
        "saml",
        "enterprise",
        ("enterprise", "ownerInfo", "samlIdentityProvider"),
        "query($slug: String!, $after: String) "
        f"{{ enterprise(slug: $slug) {{ ownerInfo {{ samlIdentityProvider {{ {_PAGE} }} }} }} }}",
    ),
    _Provider(
        "oidc",
        "enterprise",
        ("enterprise", "ownerInfo", "oidcProvider"),
        "query($slug: String!, $after: String) "
        f"{{ enterprise(slug: $slug) {{ ownerInfo {{ oidcProvider {{ {_PAGE} }} }} }} }}",
    ),
    _Provider(
        "saml",
        "organization",
        ("organization", "samlIdentityProvider"),
        "query($slug: String!, $after: String) "
        f"{{ organization(login: $slug) {{ samlIdentityProvider {{ {_PAGE} }} }} }}",
    ),
)


def identity_batches(run: SourceRun, client: VendorClient, logins: set[str]) -> Iterator[Batch]:
    """Edges login → e-mail or employee id. `logins` are those that seats and reports of this run showed."""
    resolved: set[str] = set()
    for name in run.settings.identity_methods:
        try:
            found = list(METHODS[name](run, client, logins))
        except (AccessError, MissingError, UnavailableError) as error:
            run.progress(f"identities by {name} are not available: {error.message}")
            continue
        run.progress(f"identities by {name}: {len(found)}")
        new = [identity for identity in found if identity.login not in resolved]
        yield from _links(run, new)
        resolved.update(identity.login for identity in new if identity.emails or identity.employee_id)
    unresolved = len(logins - resolved)
    if unresolved:
        run.progress(
            f"{unresolved} of {len(logins)} GitHub accounts stand in no identity method; "
            "list them in the company's github_logins.csv"
        )


def _links(run: SourceRun, identities: list[Identity]) -> Iterator[Batch]:
    today = run.clock.today
    by_method: dict[str, list[Identity]] = defaultdict(list)
    for identity in identities:
        by_method[identity.method].append(identity)
    for method, members in by_method.items():
        emails = ((one.login, email, today) for one in members for email in one.emails)
        yield from run.events(records.EMAIL_LINKS[method], distinct_links(emails))
        if method in records.EMPLOYEE_LINKS:
            ids = ((one.login, one.employee_id, today) for one in members)
            yield from run.events(records.EMPLOYEE_LINKS[method], distinct_links(ids))


def _saml(run: SourceRun, client: VendorClient, _logins: set[str]) -> Iterator[Identity]:
    """External identities through GraphQL: the enterprise's SAML, its OIDC, then the organization's SAML."""
    reasons = []
    for provider in _PROVIDERS:
        slug = getattr(run.settings, provider.level)
        if not slug:
            continue
        try:
            for nodes in _provider_pages(client, provider, slug):
                for node in run.gate.objects(ExternalIdentity, _WIRE, nodes):
                    identity = _external(provider.method, node)
                    if identity:
                        yield identity
            return
        except UnavailableError as error:
            reasons.append(error.message)
    raise UnavailableError(" ".join(reasons))


def _provider_pages(client: VendorClient, provider: _Provider, slug: str) -> Iterator[list[Any]]:
    """Pages of identities. GraphQL answers 200 with `errors`, and null where nothing is configured."""
    place = f"{provider.level} {provider.path[-1]}"
    after: str | None = None
    while True:
        variables = {"slug": slug, "after": after}
        answer = client.post_json("/graphql", {"query": provider.query, "variables": variables})
        errors = _error_types(answer)
        if "RATE_LIMITED" in errors:
            raise RateLimitedError("GitHub's GraphQL limit is used up.", "The next run goes on.")
        page = _inside(answer.get("data"), (*provider.path, "externalIdentities"))
        if page is None:
            because = f" ({', '.join(errors)})" if errors else ""
            raise UnavailableError(f"No {place}{because}.")
        if not isinstance(page.get("edges"), list) or not isinstance(page.get("pageInfo"), dict):
            raise AnswerError(f"github_copilot: {place} answered without edges and pageInfo.", "")
        yield [edge["node"] for edge in page["edges"] if isinstance(edge, dict) and edge.get("node")]
        if not page["pageInfo"].get("hasNextPage"):
            return
        cursor = page["pageInfo"].get("endCursor")
        if not cursor or cursor == after:
            raise AnswerError(f"github_copilot: {place} keeps answering the same page.", "Run again.")
        after = cursor


def _external(method: str, node: ExternalIdentity) -> Identity | None:
    saml, scim = node.saml_identity or SamlIdentity(), node.scim_identity or ScimIdentity()
    written = [*_values(saml.emails), *_values(scim.emails), saml.name_id, saml.username, scim.username]
    return _identity(method, node.user.login if node.user else None, written, saml.name_id)


def _scim(run: SourceRun, client: VendorClient, logins: set[str]) -> Iterator[Identity]:
    """Provisioned users of a managed enterprise, matched to logins by GitHub's own rule.

    The login is the user name's local part, every other sign a dash, plus `_` and the enterprise's short code.
    A user name that fits no login, or more than one, gives no edge: a wrong person is worse than none.
    """
    if not run.settings.enterprise:
        raise UnavailableError("SCIM users are read of an enterprise, and none is set.")
    by_stem: dict[str, list[str]] = defaultdict(list)
    for known in logins:
        by_stem[known.rpartition("_")[0] or known].append(known)
    path = f"/scim/v2/enterprises/{run.settings.enterprise}/Users"
    pages = client.pages(path, data_key="Resources", paginator=_scim_pages())
    users = [user for page in pages for user in run.gate.objects(ScimUser, _WIRE, page)]
    stems = defaultdict(list)
    for user in users:
        stems[_login_stem(user.user_name)].append(user)
    for stem, members in stems.items():
        fitting = by_stem.get(stem, [])
        if stem and len(members) == 1 and len(fitting) == 1:
            user = members[0]
            written = [*_values(user.emails), user.user_name]
            identity = _identity("scim", fitting[0], written, user.external_id)
            if identity:
                yield identity


def _scim_pages() -> OffsetPaginator:
    """SCIM counts from 1: without the base, a list of 101 would end at 100."""
    paginator = OffsetPaginator(
        limit=100, offset=1, offset_param="startIndex", limit_param="count", total_path="totalResults"
    )
    paginator.base_index = 1
    return paginator


def _login_stem(user_name: str | None) -> str:
    local = (user_name or "").rpartition("@")[0] or (user_name or "")
    return _NOT_ALPHANUMERIC.sub("-", local.lower()).strip("-")


def _consumed_licenses(run: SourceRun, client: VendorClient, _logins: set[str]) -> Iterator[Identity]:
    """Holders of GitHub licences with their verified-domain addresses."""
    if not run.settings.enterprise:
        raise UnavailableError("Consumed licences are read of an enterprise, and none is set.")
    pages = client.pages(
        f"/enterprises/{run.settings.enterprise}/consumed-licenses",
        data_key="users",
        paginator=header_links(),
        params={"per_page": 100},
    )
    for page in pages:
        for holder in run.gate.objects(ConsumedLicense, _WIRE, page):
            written = [*(holder.github_com_verified_domain_emails or ()), holder.github_com_saml_name_id]
            identity = _identity("consumed_license", holder.github_com_login, written, None)
            if identity:
                yield identity


Method = Callable[[SourceRun, VendorClient, set[str]], Iterable[Identity]]
METHODS: dict[str, Method] = {"saml": _saml, "scim": _scim, "consumed_licenses": _consumed_licenses}


def _identity(
    method: str, login: str | None, written: list[str | None], employee_id: str | None
) -> Identity | None:
    """Addresses among `written`; the employee id counts only where there is none."""
    name = records.login(login)
    if name is None:
        return None
    emails = tuple(dict.fromkeys(text for text in written if text and canonical_email(text)))
    is_employee_id = not emails and employee_id and not canonical_email(employee_id)
    return Identity(method, name, emails, (employee_id or "").strip() or None if is_employee_id else None)


def _values(emails: list[EmailValue] | None) -> list[str | None]:
    return [email.value for email in emails or ()]


def _error_types(answer: dict[str, Any]) -> list[str]:
    """Kinds of GraphQL errors; their messages may quote values and are left alone."""
    errors = answer.get("errors")
    kinds = [error.get("type") if isinstance(error, dict) else None for error in errors or ()]
    return sorted({kind if kind and _ERROR_TYPE.fullmatch(kind) else "error" for kind in kinds})


def _inside(data: Any, path: tuple[str, ...]) -> dict[str, Any] | None:
    for step in path:
        data = data.get(step) if isinstance(data, dict) else None
    return data if isinstance(data, dict) else None


def refuse_unknown_methods(settings: Any) -> None:
    """Raises ConfigurationError for a method in `identity_methods` that there is none of."""
    unknown = sorted(set(settings.identity_methods) - set(METHODS))
    if unknown:
        raise ConfigurationError(
            f"[sources.github_copilot] identity_methods has no method {', '.join(unknown)}.",
            f"Use any of: {', '.join(METHODS)}.",
        )
