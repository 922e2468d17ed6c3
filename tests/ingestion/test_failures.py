"""Errors that are not ours are told by kind and place; their words end here."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import msgspec
import pytest
import requests

from ingestion.pipeline import run_source
from ingestion.source import SourceRun
from ingestion.source_types import Batch
from runtime.clock import RunClock
from runtime.environment import Environment
from runtime.errors import ContractError, SourceError
from runtime.failures import FILE, described, frames, told, write_down
from runtime.library_logs import quiet_libraries
from tests.ingestion import test_pipeline as rig

CANARY = "Zorvayne-severance-2027"


def of_duckdb() -> None:
    duckdb.sql(f"select cast('{CANARY}' as integer)").fetchall()


def of_a_parser() -> None:
    raise AssertionError(f"unknown status keyword '{CANARY}' in marked section")


def of_a_decoder() -> None:
    msgspec.json.decode(f'{{"{CANARY}": 1', type=dict[str, str])


def of_a_file() -> None:
    Path(f"/nowhere/{CANARY}").read_bytes()


def wrapped() -> None:
    try:
        of_duckdb()
    except duckdb.Error as error:
        raise RuntimeError(f"while reading {CANARY}") from error


def of_http() -> None:
    answer = requests.Response()
    answer.status_code = 418
    raise requests.HTTPError(CANARY, response=answer)


FAILURES = (of_duckdb, of_a_parser, of_a_decoder, of_a_file, wrapped, of_http)


def caught(fails: Callable[[], None]) -> Exception:
    try:
        fails()
    except Exception as error:
        return error
    raise AssertionError("it did not fail")


@pytest.mark.parametrize("fails", FAILURES)
def test_no_word_of_a_foreign_error_is_told(fails: Callable[[], None], tmp_path: Path) -> None:
    error = caught(fails)
    where = write_down(tmp_path, "chatgpt", error)
    written = (tmp_path / FILE).read_text(encoding="utf-8")
    for text in (told(error), where, written, "\n".join(frames(error))):
        assert "Zorvayne" not in text
    assert "test_failures.py" in written
    assert (tmp_path / FILE).stat().st_mode & 0o077 == 0


def test_kind_and_code_are_told_of_what_stood_at_the_beginning() -> None:
    assert described(caught(wrapped)) == "ConversionException"
    assert described(caught(of_a_file)) == "FileNotFoundError, No such file or directory"
    assert described(caught(of_http)) == "HTTPError, status 418"


def test_the_place_is_the_innermost_line_of_ours() -> None:
    with pytest.raises(ValueError, match="two columns") as failed:
        rig.TableContract("t", rig.CurrentGrain(), (rig.text("a_b", str), rig.text("ab", str)))
    assert described(failed.value).startswith("ValueError at ingestion.privacy.contract:__post_init__, line ")


def test_an_error_of_ours_keeps_its_words() -> None:
    assert told(ContractError("2 of 9 records broke the contract.", "Look.")) == (
        "2 of 9 records broke the contract. Look."
    )


@pytest.mark.parametrize("is_late", [False, True])
def test_a_prompt_in_an_error_reaches_neither_table_nor_result(env: Environment, is_late: bool) -> None:
    """A parser quoted what a person had written; the night stored it, showed it and would have sent it."""

    def extract(run: SourceRun) -> Iterator[Batch]:
        if is_late:
            yield from run.replace_current(rig.STATE, ["first"])
        of_a_parser()

    result = rig.load(env, extract)
    (stored,) = rig.rows(env, "select error from ops.source_runs")[0]
    assert result.status == "failed"
    assert result.error == stored
    assert "AssertionError" in stored
    assert f"logs/{FILE}" in stored
    kept = "".join(path.read_text("utf-8", "replace") for path in env.logs_dir.glob("*"))
    assert "Zorvayne" not in stored + kept


def test_a_vendors_refusal_is_told_in_our_words_and_leaves_no_frames(env: Environment) -> None:
    def extract(run: SourceRun) -> Iterator[Batch]:
        yield from run.replace_current(rig.STATE, ["first"])
        raise SourceError("fake: GET /x answered 500.", "The vendor is failing.")

    context = rig.open_context(env, rig.Pseudonymiser(rig.KEY), RunClock(rig.NOW), "run", [])
    result = run_source(rig.definition(extract), context)
    assert result.error == "fake: GET /x answered 500. The vendor is failing."
    assert not (env.logs_dir / FILE).exists()


def test_what_a_library_logs_is_its_place_alone(caplog: pytest.LogCaptureFixture) -> None:
    """dlt's own handler prints why the engine refused a row."""
    quiet_libraries()
    try:
        of_duckdb()
    except duckdb.Error:
        logging.getLogger("dlt").exception("Job failed with %s", CANARY)
    logging.getLogger("urllib3.connectionpool").warning("Retrying after %s", CANARY)
    assert "Zorvayne" not in caplog.text
    assert "dlt: ERROR at test_failures:" in caplog.text
