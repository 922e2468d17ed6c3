"""One asset per raw table, with the key that its dbt source names, and the checks of loading."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence, Set

import dagster as dg
import dlt
from dagster_dlt import DagsterDltTranslator
from dagster_dlt.translator import DltResourceTranslatorData

from ingestion.pipeline import SourceResult
from ingestion.privacy.contract import TableContract
from ingestion.source import SourceDefinition
from ledger.tables import TABLE_NAMES
from orchestration.checks import FIELDS, ROWS, CheckResult
from orchestration.freshness import SourceFreshness

LOADED, IN_TIME = "loaded", "in_time"
STOPS = (FIELDS, ROWS)
# A night may end late; two missed ones are a fault.
FRESHNESS = dg.FreshnessPolicy.time_window(
    fail_window=dt.timedelta(hours=50), warn_window=dt.timedelta(hours=26)
)


class RawTranslator(DagsterDltTranslator):
    """Keys as the dbt sources name them; every raw table is new only when its source was loaded."""

    def __init__(self, source: SourceDefinition) -> None:
        self.source = source

    def get_asset_spec(self, data: DltResourceTranslatorData) -> dg.AssetSpec:
        """The spec of one raw table."""
        name = data.resource.name
        spec: dg.AssetSpec = super().get_asset_spec(data)
        return spec.replace_attributes(
            key=raw_key(self.source.name, name),
            deps=[],
            group_name="raw",
            description=f"Raw table {name} of {self.source.name}: tokens and numbers, past the gate.",
            freshness_policy=FRESHNESS,
            skippable=True,
        )


def raw_key(source: str, table: str) -> dg.AssetKey:
    """As `meta.dagster.asset_key` of the dbt source."""
    return dg.AssetKey([f"raw_{source}", table])


def raw_specs(source: SourceDefinition) -> list[dg.AssetSpec]:
    """Every raw table of a source."""
    return [
        RawTranslator(source).get_asset_spec(
            DltResourceTranslatorData(resource=_resource(contract), pipeline=None)
        )
        for contract in contracts(source)
    ]


def ops_specs(sources: Sequence[SourceDefinition]) -> list[dg.AssetSpec]:
    """The pipeline's own tables."""
    raw = [raw_key(source.name, contract.name) for source in sources for contract in contracts(source)]
    return [
        dg.AssetSpec(
            ["ops", table],
            group_name="ops",
            description=f"What the pipeline records about itself: {table.replace('_', ' ')}.",
            deps=raw if table == "loaded_days" else [],
            kinds={"dlt"},
            skippable=True,
        )
        for table in TABLE_NAMES
    ]


def loaded_checks(source: SourceDefinition) -> list[dg.AssetCheckSpec]:
    """Whether the source was loaded."""
    return _checks(
        [source], {LOADED: "Tonight's load of the whole source. Its failure does not stop the others."}
    )


def stopping_checks(sources: Sequence[SourceDefinition]) -> list[dg.AssetCheckSpec]:
    """The two checks that stop a publish."""
    return _checks(
        sources,
        {
            FIELDS: "No field went empty for all rows. A failure stops the publish.",
            ROWS: "No nine tenths of the rows are gone. A failure stops the publish.",
        },
    )


def freshness_checks(sources: Sequence[SourceDefinition]) -> list[dg.AssetCheckSpec]:
    """Whether a source's data is behind."""
    about = "dbt source freshness, on the data's own time. What is behind shows stale and stops nothing."
    return _checks(sources, {IN_TIME: about})


def _checks(sources: Sequence[SourceDefinition], about: Mapping[str, str]) -> list[dg.AssetCheckSpec]:
    return [
        dg.AssetCheckSpec(name, asset=raw_key(source.name, contract.name), description=text)
        for source in sources
        for contract in contracts(source)
        for name, text in about.items()
    ]


def contracts(source: SourceDefinition) -> list[TableContract]:
    """The source's tables, each once (one table may be filled through several contracts)."""
    return list({contract.name: contract for contract in source.contracts}.values())


def load_events(
    source: SourceDefinition, loaded: SourceResult
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    """What a load means for its tables: nothing is new where every account failed."""
    for contract in contracts(source):
        key = raw_key(source.name, contract.name)
        if any(account.status == "ok" for account in loaded.parts):
            rows = loaded.rows.get(contract.name, 0)
            yield dg.MaterializeResult(asset_key=key, metadata={"dagster/row_count": rows})
        yield dg.AssetCheckResult(
            asset_key=key,
            check_name=LOADED,
            passed=loaded.status != "failed",
            severity=dg.AssetCheckSeverity.ERROR,
            metadata={"status": loaded.status, "error": loaded.error or ""},
        )


def check_events(
    checks: Sequence[CheckResult], sources: Sequence[SourceDefinition]
) -> Iterator[dg.AssetCheckResult]:
    """One event a check and table; several failed fields of a table are told together."""
    known = {dg.AssetCheckKey(raw_key(s.name, c.name), n) for s in sources for c in contracts(s) for n in STOPS}
    by_key: dict[dg.AssetCheckKey, list[CheckResult]] = {}
    for check in checks:
        key = dg.AssetCheckKey(raw_key(check.source, check.resource), check.check)
        by_key.setdefault(key, []).append(check)
    for key in by_key.keys() & known:
        yield dg.AssetCheckResult(
            asset_key=key.asset_key,
            check_name=key.name,
            passed=all(check.passed for check in by_key[key]),
            metadata={"message": " ".join(check.message for check in by_key[key]).strip()},
        )


def freshness_events(
    freshness: Sequence[SourceFreshness], sources: Sequence[SourceDefinition], unconnected: Set[str]
) -> Iterator[dg.AssetCheckResult]:
    """One event a raw table that could be behind; what is not connected is neither fresh nor stale."""
    known = {raw_key(s.name, c.name) for s in sources for c in contracts(s)}
    for one in freshness:
        key = raw_key(one.source, one.table)
        if key not in known or one.source in unconnected:
            continue
        metadata: dict[str, str | float] = {"message": "dbt could not tell; see logs/dbt.log"}
        if one.due_at is not None and one.behind is not None:
            days = one.behind / dt.timedelta(days=1)
            metadata = {"due_at": one.due_at.isoformat(), "days_behind": round(max(0.0, days), 1)}
        yield dg.AssetCheckResult(
            asset_key=key,
            check_name=IN_TIME,
            passed=one.is_stale is False,
            severity=dg.AssetCheckSeverity.WARN,
            metadata=metadata,
        )


def _resource(contract: TableContract) -> dlt.sources.DltResource:
    """A resource that is only described: loading goes through the gate, never through Dagster."""
    return dlt.resource([], name=contract.name)
