"""Google Gemini in Workspace: activity events of the Reports API, and the Admin console's CSV.

    activities of a day (pages) ─→ events, identity_links (profile id → e-mail)
    newest saved console CSV    ─→ console_usage

Alone: `ai-usage run --source gemini`. Settings: docs/connect/gemini.md.
"""

import base64
import json
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import field
from functools import partial
from typing import Optional

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from dlt.common.configuration import configspec
from dlt.common.typing import TSecretStrValue
from requests import PreparedRequest
from requests.auth import AuthBase

from ingestion.archive import ArchivedAnswer, archived_answers
from ingestion.http import HttpLimits, VendorClient, VendorSession, vendor_client
from ingestion.identity import Pair
from ingestion.paging import cursor_pages
from ingestion.source_types import Batch
from ingestion.sources.gemini import records
from ingestion.streams.bounds import iso_instants
from ingestion.streams.day_report import DayReport, ListedDay
from ingestion.streams.load import Answer, Load
from ingestion.streams.source import StreamReader, stream_source
from ingestion.streams.stream import Links, Table
from ingestion.tabular import read_sheet
from runtime.errors import AccessError, AnswerError, BadRequestError, ConfigurationError, SourceError
from runtime.settings import SourceSettings

SCOPE = "admin.reports.audit.readonly"
_ROUTE = f"/admin/reports/v1/activity/users/all/applications/{records.APPLICATION}"


@configspec
class GeminiSettings(SourceSettings):
    """Section `sources.gemini`.

    Attributes:
        client_email, private_key: of the service account's JSON key; domain-wide delegation for one scope.
        admin_email: the administrator whom it stands for.
        token_url: where tokens are made.
        person_actions, system_actions: actions that a person causes, or Gemini itself, beside those of
            `records.ACTIONS`; `*` stands for anything.
        passive_categories: values of `event_category` of events that are no act of a person.
        active_categories: values that make an action a person's act where no list names it. Google documents
            no values, so there is none by default.
        console_folder: folder of CSV files of the Admin console, each named by the day of its download.
    """

    base_url: str = "https://admin.googleapis.com"
    token_url: str = "https://oauth2.googleapis.com/token"
    client_email: str | None = None
    private_key: Optional[TSecretStrValue] = None  # noqa: UP045 - dlt reads the annotation at run time
    admin_email: str | None = None
    person_actions: list[str] = field(default_factory=list)
    system_actions: list[str] = field(default_factory=list)
    passive_categories: list[str] = field(default_factory=lambda: ["inactive"])
    active_categories: list[str] = field(default_factory=list)
    console_folder: str | None = None


class DelegatedAuth(AuthBase):
    """Bearer token of a service account that stands for an administrator; renewed before it expires.

    Raises (from the first request):
        AccessError: Google refuses the account, its key, the administrator or the scope.
    """

    def __init__(self, settings: GeminiSettings) -> None:
        self._key = _signing_key(str(settings.private_key))
        self._claims = {
            "iss": settings.client_email,
            "sub": settings.admin_email,
            "aud": settings.token_url,
            "scope": f"https://www.googleapis.com/auth/{SCOPE}",
        }
        self._url = settings.token_url
        self._session = VendorSession("gemini", self._url, HttpLimits(attempts=3))
        self._token = ""
        self._renew_at = 0.0

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        if time.time() >= self._renew_at:
            self.sign_in()
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request

    def sign_in(self) -> None:
        """Exchange a signed assertion for a token (RFC 7523)."""
        now = int(time.time())
        claims = {**self._claims, "iat": now, "exp": now + 3600}
        parts = b".".join(
            _base64(json.dumps(part).encode()) for part in ({"alg": "RS256", "typ": "JWT"}, claims)
        )
        signature = _base64(self._key.sign(parts, PKCS1v15(), SHA256()))
        form = {
            "grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer",
            "assertion": f"{parts.decode()}.{signature.decode()}",
        }
        try:
            answer = self._session.post(self._url, data=form).json()
        except BadRequestError as error:  # what Google says of an unknown account, key or administrator
            raise AccessError(error.message, _SIGN_IN_REMEDY) from None
        except ValueError:
            answer = None
        if not isinstance(answer, dict) or not isinstance(answer.get("access_token"), str):
            raise AnswerError("gemini: the token route did not answer a token.", "Check token_url.")
        self._token = answer["access_token"]
        lifetime = answer.get("expires_in")
        self._renew_at = now + (lifetime if isinstance(lifetime, int) else 3600) - 60


_SIGN_IN_REMEDY = (
    "Check client_email, private_key and admin_email, and that the Admin console delegates the scope "
    f"`{SCOPE}` to the service account."
)


def _signing_key(written: str) -> RSAPrivateKey:
    """The key of a PEM text, whose line breaks may be written as in Google's JSON file.

    Raises:
        ConfigurationError: it is none.
    """
    try:
        key = load_pem_private_key(written.replace("\\n", "\n").encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, RSAPrivateKey):
        raise ConfigurationError(
            "[sources.gemini] private_key is no RSA key.",
            "Copy `private_key` of the service account's JSON key.",
        )
    return key


def _base64(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def _client(settings: GeminiSettings) -> VendorClient:
    return vendor_client("gemini", settings.base_url, auth=DelegatedAuth(settings))


class Activities(DayReport):
    """The activities, with what belongs to them: the console's CSV, and a word about unknown actions."""

    def batches(self, load: Load) -> Iterator[Batch]:
        """See :meth:`Stream.batches`."""
        yield from super().batches(load)
        yield from _console_batches(load)
        if unknown := load.shared[records.UNKNOWN]:
            load.run.progress(
                f"WARNING: {unknown} of {load.shared.total()} events have an action that no list names; they "
                "do not count as use. Find them in stg_gemini__events (initiated_by = 'unknown') and set "
                "person_actions or system_actions."
            )


def _uses(answer: Answer) -> list[records.Use]:
    """Events of the day, each once: pages may overlap, and whether a range holds its end is not documented."""
    initiators, found = records.Initiators(answer.load.settings), dict[str, records.Use]()
    for activity in answer.records:
        for position, event in enumerate(activity.events or () if activity.at.date() == answer.day else ()):
            use = records.Use(activity, event, position, initiators.of(activity, event))
            found[use.key] = use
    answer.load.shared.update(use.initiated_by for use in found.values())
    return list(found.values())


def _addresses(answer: Answer) -> list[Pair]:
    return [(use.actor.profile_id, use.actor.email, answer.day) for use in answer.rows]


# A request that names a user, an event or a filter has a quota of its own, a tenth of the ordinary one: all
# users are asked for by time alone.
_ACTIVITIES = Activities(
    name="activities",
    called="activities",
    scope=SCOPE,
    answer=ListedDay(
        path=_ROUTE,
        data_key="items",
        paginator=partial(cursor_pages, "nextPageToken", "pageToken"),
        page_size=("maxResults", 1000),
        may_lack_data=True,
    ),
    bounds=iso_instants("startTime", "endTime"),
    record=records.Activity,
    clean=_uses,
    tables=(Table(records.EVENTS),),
    links=(Links(records.EMAIL_LINKS, _addresses),),
)


def _console_batches(load: Load) -> Iterator[Batch]:
    """The newest saved CSV; one that cannot be read is named, and holds up nothing else."""
    run, gate, table = load.run, load.run.gate, records.CONSOLE_USAGE.name
    saved = archived_answers(run.settings.console_folder, "", "").values()
    newest = max((one for one in saved if one.day <= run.clock.today), key=lambda one: one.day, default=None)
    if newest is None:
        return
    before = gate.tally(table)
    try:
        people = gate.objects(records.ConsoleRow, table, _console_rows(newest))
    except SourceError as error:
        run.progress(f"WARNING: {newest.path.name}: {error.message} {error.remedy}")
        return
    yield from run.replace_current(records.CONSOLE_USAGE, {one.email: one for one in people}.values())
    if gate.breaks_limit(table, before):
        run.progress(f"WARNING: {newest.path.name}: too many rows cannot be read; they are left out.")
        gate.set_aside(table, before)


def _console_rows(saved: ArchivedAnswer) -> list[dict[str, str]]:
    """The columns that are read; others end here, and so do rows of another width than the header.

    Raises:
        SourceError: no table, or one without these columns.
    """
    sheet = read_sheet(saved.read(), "the console's CSV")
    place = {name.replace(" ", "_"): number for number, name in enumerate(sheet.folded)}
    if missing := [name for name in records.CONSOLE_COLUMNS if name not in place]:
        raise SourceError(f"It has no column {', '.join(missing)}.", "Download it again in English.")
    told = {"downloaded_on": saved.day.isoformat()}
    return [
        {**told, **{name: row.cells[place[name]] for name in records.CONSOLE_COLUMNS}} for row in sheet.rows
    ]


SOURCE = stream_source(
    name="gemini",
    description="Google Gemini in Workspace: activity events, and the Admin console's usage CSV.",
    settings=GeminiSettings,
    contracts=records.CONTRACTS,
    is_connected=lambda settings: bool(settings.client_email and settings.private_key and settings.admin_email),
    reader=StreamReader(
        streams=(_ACTIVITIES,),
        client=_client,
        shared=lambda _: Counter[str](),  # events by who caused them
        sign_in=lambda load: load.client.rest.auth.sign_in(),
    ),
)
