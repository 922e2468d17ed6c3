"""Sign-in to Microsoft Graph: client credentials, renewed when they expire or are refused, or a given token."""

from __future__ import annotations

import base64
import json
from typing import Any

from dlt.sources.helpers.rest_client.auth import BearerTokenAuth, OAuth2ClientCredentials
from requests import PreparedRequest, Response
from requests.auth import AuthBase

from ingestion.http import HttpLimits, VendorSession
from runtime.errors import AccessError, AnswerError


class GraphAuth(AuthBase):
    """Bearer token of an app registration. A 401 renews the token and repeats the request once.

    Raises (from the first request):
        AccessError: Entra refuses the app, its secret or the tenant.
    """

    def __init__(self, login_url: str, tenant_id: str, client_id: str, client_secret: str, scope: str) -> None:
        self._credentials = OAuth2ClientCredentials(
            access_token_url=f"{login_url.rstrip('/')}/{tenant_id}/oauth2/v2.0/token",
            client_id=client_id,
            client_secret=client_secret,
            access_token_request_data={"scope": scope},
            session=VendorSession("m365_copilot", login_url, HttpLimits(attempts=3)),
        )

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        if self._credentials.access_token is None or self._credentials.is_token_expired():
            self._renew()
        request.headers["Authorization"] = f"Bearer {self._credentials.access_token}"
        request.hooks["response"].append(self._renew_when_refused)
        return request

    def roles(self) -> frozenset[str] | None:
        """Application permissions that the token grants; None when it cannot be read."""
        if self._credentials.access_token is None:
            self._renew()
        return token_roles(str(self._credentials.access_token))

    def _renew(self) -> None:
        try:
            self._credentials.obtain_token()
        except AnswerError as error:  # Entra answers 400 for an unknown tenant, app or scope
            raise AccessError(
                error.message, "Check tenant_id, client_id and client_secret; the secret may have expired."
            ) from None

    def _renew_when_refused(self, response: Response, **kwargs: Any) -> Response:
        """A hook of requests: the one repetition happens below the session, so it cannot loop."""
        if response.status_code != 401 or "Authorization" not in response.request.headers:
            return response
        response.close()
        self._renew()
        again = response.request.copy()
        again.headers["Authorization"] = f"Bearer {self._credentials.access_token}"
        renewed: Response = response.connection.send(again, **kwargs)
        renewed.history.append(response)
        renewed.request = again
        return renewed


class GivenToken(BearerTokenAuth):  # type: ignore[misc]  # dlt ships no types for it
    """A token that was made elsewhere; it cannot be renewed."""

    def roles(self) -> frozenset[str] | None:
        """See :meth:`GraphAuth.roles`."""
        return token_roles(str(self.token))


def token_roles(token: str) -> frozenset[str] | None:
    """The claim `roles` of a JSON web token, read without checking its signature; None when it is none."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except ValueError:
        return None
    roles = claims.get("roles") if isinstance(claims, dict) else None
    return frozenset(str(role) for role in roles) if isinstance(roles, list) else frozenset()
