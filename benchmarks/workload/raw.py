"""Raw tables without HTTP, gate and dlt, so that models can be measured on 50M or 200M messages.

The same rows that loading the log files gives, token by token (a test compares the two): as Parquet, a file a
table and chunk of days, in the columns of the raw tables.

    <folder>/raw/<table>/<number>.parquet
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.workload.company import ESCAPED, Workload, sql
from benchmarks.workload.keys import pseudonymiser
from benchmarks.workload.scale import AS_OF
from ingestion.privacy.contract import TableContract
from ingestion.privacy.pseudonym import CHATGPT_USER, CONVERSATION, PERSON_EMAIL, Pseudonymiser
from ingestion.sources.chatgpt import records

TENANT = "main"
_TABLES = {
    "raw_messages": records.CONVERSATION_MESSAGES,
    "raw_costs_usage": records.COSTS_USAGE,
    "raw_costs_billing": records.COSTS_BILLING,
}
_ROWS_OF_A_BATCH = 100_000


class RawTables:
    """Writes what the first night would have loaded from the log files."""

    def __init__(self, workload: Workload, folder: Path) -> None:
        self._workload = workload
        self._folder = folder
        self._tokens = pseudonymiser()
        self._chunk = 0
        self._writers: dict[str, pq.ParquetWriter] = {}
        for contract in (*_TABLES.values(), records.EVENT_LINKS):
            (folder / contract.name).mkdir(parents=True)
        workload.set("escaped_chars", len(ESCAPED))
        _make_account_tokens(workload, self._tokens)
        workload.connection.execute("create table seen_links (number bigint, observed_on date)")

    def add(self, days: Sequence[dt.date]) -> None:
        """The rows of these file days, those before the night."""
        for query, contract in _TABLES.items():
            with pq.ParquetWriter(
                self._folder / contract.name / f"{self._chunk:04d}.parquet", contract.schema()
            ) as writer:
                for day in days:
                    if day <= AS_OF.date():
                        self._write_day(query, contract, day, writer)
        self._see_links(days)
        self._chunk += 1

    def finish(self) -> None:
        """Write what is known only at the end: who was seen with which address, by month."""
        rows = self._workload.connection.sql(
            """
            select user_token, email_token, date_trunc('month', observed_on)::date as observed_month,
                max(observed_on) as observed_on
            from seen_links inner join account_tokens using (number)
            group by all
            order by all
            """
        ).to_arrow_table()
        count = rows.num_rows
        columns = {
            "tenant": [TENANT] * count,
            "namespace": [CHATGPT_USER] * count,
            "id_token": rows["user_token"],
            "target_namespace": [PERSON_EMAIL] * count,
            "target_token": rows["email_token"],
            "method": ["event"] * count,
            "observed_month": rows["observed_month"],
            "observed_on": rows["observed_on"],
        }
        table = pa.table(columns, schema=records.EVENT_LINKS.schema())
        pq.write_table(table, self._folder / records.EVENT_LINKS.name / "0000.parquet")

    def _write_day(self, query: str, contract: TableContract, day: dt.date, writer: pq.ParquetWriter) -> None:
        self._workload.set("file_day", day.isoformat())
        for batch in self._workload.connection.sql(sql(query)).to_arrow_reader(_ROWS_OF_A_BATCH):
            if batch.num_rows:
                writer.write_table(self._landed(contract, batch))

    def _landed(self, contract: TableContract, batch: pa.RecordBatch) -> pa.Table:
        """The batch in the raw table's columns, its ids hashed as the gate hashes them."""
        given = {name: batch.column(name) for name in batch.schema.names}
        made: dict[str, tuple[str, Callable[[Sequence[str | None]], list[str | None]]]] = {
            "event_token": ("event_id", self._tokens.event_hashes),
            "message_token": ("message_id", self._tokens.event_hashes),
            "conversation_token": ("conversation_id", lambda ids: self._tokens.tokens(CONVERSATION, ids)),
        }
        arrays: list[Any] = []
        for field in contract.schema():
            if field.name == "tenant":
                arrays.append(pa.repeat(pa.scalar(TENANT), batch.num_rows))
            elif field.name in made:
                source, hashed = made[field.name]
                arrays.append(pa.array(hashed(given[source].to_pylist()), field.type))
            elif field.name in given:
                arrays.append(given[field.name].cast(field.type))
            else:  # tokens of other kinds, which this company does not use
                arrays.append(pa.nulls(batch.num_rows, field.type))
        return pa.Table.from_arrays(arrays, schema=contract.schema())

    def _see_links(self, days: Sequence[dt.date]) -> None:
        self._workload.connection.execute(
            """
            insert into seen_links
            select number, max(day)
            from (
                select number, make_timestamp(event_at * 1000)::date as day, file_day from message_events
                union all
                select number, day, file_day from cost_events where not is_nobodys
            )
            where file_day between $first and $last and file_day <= $night
            group by number, date_trunc('month', day)
            """,
            {"first": days[0], "last": days[-1], "night": AS_OF.date()},
        )


def _make_account_tokens(workload: Workload, tokens: Pseudonymiser) -> None:
    accounts = workload.connection.execute(
        "select number, account, email from accounts order by number"
    ).fetchall()
    table = pa.table(
        {
            "number": [number for number, _, _ in accounts],
            "user_token": tokens.tokens(CHATGPT_USER, [account for _, account, _ in accounts]),
            "email_token": tokens.tokens(PERSON_EMAIL, [email for _, _, email in accounts]),
        }
    )
    workload.connection.from_arrow(table).create("account_tokens")
