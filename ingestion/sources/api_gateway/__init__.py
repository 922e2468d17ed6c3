"""A LiteLLM proxy: tokens and spend of its requests by day, model, provider and key.

    daily activity by API, once for each model, or of the database    ─→ activity_days
    users beside their addresses                                      ─→ identity_links (id → address)

Field names as in LiteLLM's OpenAPI document of release 1.102.1 and the Python package `litellm` 1.110.2, read
in November 2026. The route is marked as beta, so an unexpected shape is an error and never a zero.

Alone: `ai-usage run --source api_gateway`. Settings: docs/connect/api_gateway.md.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar, Optional

from dlt.common.configuration import configspec
from dlt.common.typing import TSecretStrValue
from dlt.sources.helpers.rest_client.auth import BearerTokenAuth

from ingestion.http import VendorClient, vendor_client
from ingestion.identity import Pair
from ingestion.source_types import Finding
from ingestion.sources.api_gateway import records
from ingestion.streams.bucketed_usage import BucketedUsage
from ingestion.streams.listing import Listing, Params
from ingestion.streams.load import Answer, Load
from ingestion.streams.source import StreamReader, stream_source
from ingestion.streams.stream import Links, Table
from runtime.errors import AnswerError, SourceError
from runtime.settings import SourceSettings

Row = dict[str, Any]
_DAYS_A_REQUEST = 7
_SECONDS_TO_CONNECT = 30
_COUNTERS = ("prompt_tokens", "completion_tokens", "cache_read_input_tokens", "cache_creation_input_tokens",
             "spend", "api_requests")  # fmt: skip


@configspec
class ApiGatewaySettings(SourceSettings):
    """Section `sources.api_gateway`.

    Attributes:
        base_url: address of the company's proxy.
        api_key: admin key, or a key that may read spend.
        database_url: the proxy's database, which is then read instead of the API.
        database_schema: where its tables are; by default where its user looks first.
    """

    account_ids: ClassVar[tuple[str, ...]] = ("base_url",)
    base_url: str = ""
    api_key: Optional[TSecretStrValue] = None  # noqa: UP045 - dlt reads the annotation at run time
    database_url: Optional[TSecretStrValue] = None  # noqa: UP045
    database_schema: str | None = None


def _client(settings: ApiGatewaySettings) -> VendorClient:
    # Of a database nothing is asked by HTTP, but a client needs an address.
    address = settings.base_url or ("https://localhost" if settings.database_url else "")
    return vendor_client("api_gateway", address, auth=BearerTokenAuth(settings.api_key))


@dataclass(frozen=True, slots=True)
class _Day:
    """One day of an answer.

    Attributes:
        around: the day's own fields, except for figures.
        metrics: figures of the whole day.
        models: names of models with use.
        providers: by provider, its figures.
        keys: by key, its figures and the user that it belongs to.
    """

    around: Row
    metrics: Row
    models: tuple[str, ...]
    providers: Mapping[str, Mapping[str, Any]]
    keys: Mapping[str, Row]

    def owner(self, key: str) -> Row:
        """`user_id` and `user_email` of a key, as far as they are told."""
        told = _object(self.keys.get(key, {}).get("metadata") or {})
        return {name: told[name] for name in ("user_id", "user_email") if told.get(name)}


def _days_of(results: Iterable[Any]) -> dict[str, _Day]:
    """Days by their date as text.

    Raises:
        TypeError: something that must be an object is none.
    """
    return {str(result.get("date")): _day(result) for result in map(_object, results)}


def _rows_of(day: _Day, by_model: Mapping[str, Mapping[str, _Day]]) -> Iterator[Row]:
    """The day's rows; `by_model` has the same days as answered for each model alone.

    Raises:
        TypeError, ValueError, ArithmeticError: figures that cannot be read.
    """
    date, of_models = str(day.around.get("date")), []
    for model, days in by_model.items():
        found = days.get(date)
        if found is None:
            continue
        of_models.append(found.metrics)
        of_providers = []
        for provider, part in found.providers.items():
            # Without keys of the provider, those of the model are known to be its own if it is the only one.
            only = found.keys if len(found.providers) == 1 else {}
            metrics, keys = _object(part.get("metrics")), _object(part.get("api_key_breakdown") or only)
            of_providers.append(metrics)
            of_keys = {key: _object(_object(entry).get("metrics")) for key, entry in keys.items()}
            named = {"model": model, "provider": provider}
            for key, own in of_keys.items():
                yield {**day.around, **own, **named, "key": key, **day.owner(key), **found.owner(key)}
            yield from _rest(day, metrics, of_keys.values(), named)
        yield from _rest(day, found.metrics, of_providers, {"model": model})
    yield from _rest(day, day.metrics, of_models, {})


def _day(result: Row) -> _Day:
    breakdown = _object(result.get("breakdown") or {})
    return _Day(
        around={name: value for name, value in result.items() if name not in ("metrics", "breakdown")},
        metrics=_object(result.get("metrics")),
        models=tuple(_object(breakdown.get("models") or {})),
        providers={name: _object(part) for name, part in _object(breakdown.get("providers") or {}).items()},
        keys={key: _object(entry) for key, entry in _object(breakdown.get("api_keys") or {}).items()},
    )


def _rest(day: _Day, whole: Row, parts: Iterable[Row], named: Row) -> Iterator[Row]:
    """What the parts lack of the whole, if anything."""
    known = list(parts)
    lacking = {name: _number(whole, name) - sum(_number(part, name) for part in known) for name in _COUNTERS}
    # Sums of binary fractions differ from their parts in the last digits.
    spend = round(lacking.pop("spend"), 9)
    counts = {name: max(int(count), 0) for name, count in lacking.items()}
    if spend > 0 or any(counts.values()):
        yield {**day.around, **counts, "spend": max(spend, Decimal(0)), **named}


def _number(metrics: Row, name: str) -> Decimal:
    return Decimal(str(metrics.get(name) or 0))


def _object(value: Any) -> Row:
    if not isinstance(value, dict):
        raise TypeError("no object")
    return value


def _table(settings: ApiGatewaySettings, name: str, columns: Iterable[str], **more: Any) -> Iterator[Row]:
    """Rows of a table of the proxy's database. Columns that its release lacks are left out.

    Raises:
        SourceError: the database cannot be reached, or lacks the table. Its address is not told.
    """
    from dlt.sources.sql_database import sql_table  # here: every command would wait for SQLAlchemy

    url = str(settings.database_url).strip()
    scheme, _, rest = url.partition("://")
    if scheme in ("postgres", "postgresql"):
        url = f"postgresql+psycopg2://{rest}"
        more["engine_kwargs"] = {"connect_args": {"connect_timeout": _SECONDS_TO_CONNECT}}
    try:
        yield from sql_table(
            credentials=url,
            table=name,
            schema=settings.database_schema or None,
            included_columns=list(columns),
            reflection_level="minimal",
            **more,
        )
    except Exception as error:  # of the driver, of SQLAlchemy or of dlt
        raise SourceError(
            f"api_gateway: the table {name} cannot be read ({type(error).__name__}).",
            "Check database_url and database_schema, and that its user may select from the table.",
        ) from None


def _database_rows(settings: ApiGatewaySettings, params: Params) -> Iterator[Row]:
    """Rows like those of the API, of the daily sums that outlive single requests."""

    def of_days(query: Any, table: Any) -> Any:
        return query.where(table.c.date.between(params["start_date"], params["end_date"]))

    users = _table(settings, "LiteLLM_UserTable", ("user_id", "user_email"))
    addresses = {user["user_id"]: user["user_email"] for user in users}
    named = {"api_key": "key", "custom_llm_provider": "provider"}
    columns = ("date", "model", "user_id", *named, *_COUNTERS)
    for row in _table(settings, "LiteLLM_DailyUserSpend", columns, query_adapter_callback=of_days):
        # SQLAlchemy's names are a kind of text that records do not take.
        told = {named.get(name, str(name)): value for name, value in row.items() if value != ""}
        yield {**told, "user_email": addresses.get(row.get("user_id"))}


class _Activity(Listing):
    """Rows by day, model, provider and key.

    An answer has providers with their keys and models with their keys, but not all three together. So it is
    asked for once for all models, and then for each model. What no model has is in rows without one.
    """

    def rows(self, load: Load, params: Params | None = None, **path: str) -> list[dict[str, Any]]:
        """See :meth:`Listing.rows`.

        Raises:
            AnswerError: a day without its figures.
        """
        asked = params or {}
        if load.settings.database_url:
            return list(_database_rows(load.settings, asked))
        try:
            whole = self._days(load, asked)
            models = sorted({model for day in whole.values() for model in day.models})
            by_model = {model: self._days(load, {**asked, "model": model}) for model in models}
            return [row for day in whole.values() for row in _rows_of(day, by_model)]
        except (TypeError, ValueError, ArithmeticError):
            raise AnswerError(
                f"{load.run.source}: a day of activity came without readable figures.", "Nothing was replaced."
            ) from None

    def probe(self, load: Load, name: str, scope: str, params: Params | None = None) -> Finding:
        """See :meth:`Listing.probe`; of a database the rows of a day."""
        if not load.settings.database_url:
            return super().probe(load, name, scope, params)
        try:
            next(_database_rows(load.settings, params or {}), None)
        except SourceError as error:
            return Finding(name, False, error.message, error.remedy)
        return Finding(name, True, "readable")

    def _days(self, load: Load, params: Params) -> dict[str, _Day]:
        return _days_of(super().rows(load, params))


def _bounds(first: dt.date, last: dt.date) -> dict[str, Any]:
    """Both days are included."""
    return {"start_date": first.isoformat(), "end_date": last.isoformat()}


def _addresses(answer: Answer) -> Iterator[Pair]:
    return ((row.user_id, row.address, answer.day) for row in answer.rows if row.user_id)


_STREAMS = (
    BucketedUsage(
        name="activity",
        scope="Admin key",
        listing=_Activity(path="/user/daily/activity/aggregated", data_key="results"),
        bounds=_bounds,
        record=records.Activity,
        tables=(Table(records.ACTIVITY_DAYS),),
        start_key="date",
        rows_key=None,
        longest_range=_DAYS_A_REQUEST,
        links=(Links(records.LINKS, _addresses),),
    ),
)

SOURCE = stream_source(
    name="api_gateway",
    description="AI gateway (LiteLLM): tokens and spend by user, key, provider and model.",
    settings=ApiGatewaySettings,
    contracts=records.CONTRACTS,
    is_connected=lambda settings: bool(settings.database_url or (settings.api_key and settings.base_url)),
    reader=StreamReader(streams=_STREAMS, client=_client),
)
