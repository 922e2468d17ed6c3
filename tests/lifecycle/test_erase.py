"""An erased person is gone from every layer, stays away, and takes nobody along."""

from __future__ import annotations

import datetime as dt
import json
import os
from dataclasses import replace
from typing import Any

import dlt
import pytest

from ingestion.identity import Link
from ingestion.privacy.pseudonym import CHATGPT_USER, CONVERSATION, ENTRA_OBJECT, HRIS_ID, Pseudonymiser
from lifecycle import erase as erase_module
from lifecycle.erase import Erasure
from lifecycle.kinds import Kind
from lifecycle.person import AmbiguousPersonError
from lifecycle.statistics import COUNTERS_STAY
from runtime.errors import ConfigurationError, KeyChangedError
from tests.lifecycle.conftest import HEIR, MAYA, NOAH, TODAY, Deployment, Record, fill
from tests.postgres import OWNER, PostgresServer

YESTERDAY = TODAY - dt.timedelta(days=1)
DERIVED = (
    "create schema intermediate",
    "create schema restricted",
    "create schema closed",
    "create table intermediate.int_identifier_people "
    "(namespace varchar, id_token varchar, person_token varchar, valid_from date, valid_to date)",
    "create table intermediate.account_keys (account_key integer, namespace varchar, id_token varchar)",
    "create table intermediate.person_keys (person_key integer, person_label varchar)",
    "create table intermediate.int_account_days (account_key integer, activity_date date)",
    "create table intermediate.int_spans (person_token varchar, manager_token varchar)",
    "create table restricted.dim_people (person_key integer, manager_person_key integer)",
    "create table closed.person_states (period_start date, person_key integer)",
    "create table closed.department_usage_weekly (period_start date, active_people integer)",
    "insert into closed.department_usage_weekly values ('2026-09-07', 17)",
)


def build(made: Deployment) -> None:
    """What dbt would have built of it."""
    people = {"h1": (MAYA, "u1"), "h2": (NOAH, "u2")}
    statements = list(DERIVED)
    for number, (employee, (mail, user)) in enumerate(people.items(), 1):
        person = made.token(HRIS_ID, employee)
        held = {
            "hris-id": person,
            "person-email": made.mail(mail),
            CHATGPT_USER: made.token(CHATGPT_USER, user),
        }
        statements += [
            f"insert into intermediate.int_identifier_people values "
            f"('{namespace}', '{token}', '{person}', '1900-01-01', '2199-12-31')"
            for namespace, token in held.items()
        ]
        statements += [
            f"insert into intermediate.account_keys values ({number}, 'any', '{held[CHATGPT_USER]}')",
            f"insert into intermediate.person_keys values ({number + 10}, '{made.label(employee)}')",
            f"insert into intermediate.int_account_days values ({number}, '{TODAY}')",
            f"insert into intermediate.int_spans values ('{person}', '{made.token(HRIS_ID, 'h1')}')",
            f"insert into restricted.dim_people values ({number + 10}, 11)",
            f"insert into closed.person_states values ('2026-09-07', {number + 10})",
        ]
    made.run(*statements)


def erase(made: Deployment, kind: Kind = Kind.EMAIL, written: str = MAYA) -> Erasure:
    eraser = made.eraser()
    plan = eraser.plan(kind, written)
    done = eraser.erase(kind, written, plan)
    assert done.rows == plan.rows
    return done


def tokens_of_maya(made: Deployment) -> list[str]:
    named = [made.token(*pair) for pair in ((HRIS_ID, "h1"), (CHATGPT_USER, "u1"), (ENTRA_OBJECT, "o1"))]
    return [made.mail(MAYA), *named, made.label("h1")]


TOMBSTONES = {"ops.tombstones.id_token"}


@pytest.mark.parametrize("may_reset", [True, False])
def test_counters_that_every_role_may_read_do_not_tell_what_was_deleted(
    filled: Deployment, request: pytest.FixtureRequest, may_reset: bool
) -> None:
    """An ordinary role needs leave to reset them, and says where it has none."""
    is_postgres = filled.environment.engine.name == "postgres"
    if is_postgres and may_reset:
        server: PostgresServer = request.getfixturevalue("postgres")
        grant = f"grant execute on function pg_stat_reset_single_table_counters(oid) to {OWNER}"
        server.execute(grant, os.environ["PGDATABASE"])
    build(filled)
    told: list[str] = []
    eraser = replace(filled.eraser(), progress=told.append)
    eraser.erase(Kind.EMAIL, MAYA, eraser.plan(Kind.EMAIL, MAYA))
    assert (COUNTERS_STAY in told) == (is_postgres and not may_reset)
    if is_postgres and may_reset:
        # What dlt and the command write about themselves afterwards counts again.
        counted = filled.rows(
            "select relname from pg_stat_user_tables where n_tup_del > 0 and schemaname <> 'ops'"
        )
        assert counted == []


def test_everything_of_the_person_goes_and_nothing_of_anybody_else(filled: Deployment) -> None:
    build(filled)
    noah = [filled.mail(NOAH), filled.token(HRIS_ID, "h2"), filled.label("h2")]
    before = filled.places(*noah)
    outcome = erase(filled, written=f"Maya Lind <{MAYA.upper()}>")
    assert outcome.identifiers == {
        "person-email": 1,
        HRIS_ID: 1,
        CHATGPT_USER: 1,
        ENTRA_OBJECT: 1,
        CONVERSATION: 1,
    }
    assert filled.places(*tokens_of_maya(filled)) == TOMBSTONES
    assert filled.places(*noah) == before
    # Noah's part of the shared conversation stays; the answer without an author goes with Maya's
    assert len(filled.rows("select 1 from raw_fake.messages")) == 3
    assert filled.rows("select manager_token from raw_fake.employees") == [(None,)]
    assert filled.rows("select account_key from intermediate.int_account_days") == [(2,)]
    assert filled.rows("select manager_token from intermediate.int_spans") == [(None,)]
    assert filled.rows("select * from restricted.dim_people") == [(12, None)]
    assert filled.rows("select person_key from closed.person_states") == [(12,)]
    assert filled.rows("select active_people from closed.department_usage_weekly") == [(17,)]


def test_the_person_sent_again_lands_nowhere_also_under_a_new_account(filled: Deployment) -> None:
    erase(filled)
    filled.vendor.messages += [Record("e8", "u9", MAYA), Record("e9", "u9", thread="c9")]
    filled.vendor.links.append(Link("o9", MAYA, TODAY))
    result = filled.load()
    assert result.erased > 0
    assert result.rejected == 0
    new = [filled.token(CHATGPT_USER, "u9"), filled.token(ENTRA_OBJECT, "o9")]
    assert filled.places(*tokens_of_maya(filled), *new) == TOMBSTONES
    assert filled.rows("select distinct manager_token from raw_fake.employees") == [(None,)]
    assert filled.rows("select erased_count from ops.source_runs where run_id = 'run-2'") == [(result.erased,)]
    filled.vendor.messages = [Record("e10", "u9")]
    assert filled.load().rows.get("messages", 0) == 0


@pytest.mark.parametrize("cut", ["_drain", "sweep", "rewrite_warehouse"])
def test_cut_off_at_any_step_it_is_completed_by_asking_again(
    filled: Deployment, monkeypatch: pytest.MonkeyPatch, cut: str
) -> None:
    build(filled)

    def dies(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    eraser = filled.eraser()
    plan = eraser.plan(Kind.EMAIL, MAYA)
    with monkeypatch.context() as killed:
        killed.setattr(erase_module.Eraser if cut == "_drain" else erase_module, cut, dies)
        with pytest.raises(KeyboardInterrupt):
            eraser.erase(Kind.EMAIL, MAYA, plan)
    assert filled.rows("select finished_at from ops.lifecycle_actions") == [(None,)]
    # already now nothing new can land
    filled.vendor.messages = [Record("e99", "u1", MAYA)]
    assert filled.load().rows.get("messages", 0) == 0
    erase(filled)
    assert filled.places(*tokens_of_maya(filled)) == TOMBSTONES


def test_a_second_erasure_has_nothing_left_and_the_audit_names_nobody(filled: Deployment) -> None:
    erase(filled)
    assert filled.eraser().plan(Kind.EMAIL, MAYA).state == "nothing_left"
    ((action, finished_at, detail),) = filled.rows(
        "select action, finished_at, detail from ops.lifecycle_actions"
    )
    assert action == "erase"
    assert finished_at is not None
    assert json.loads(detail)["rows_deleted"]["raw_fake.messages"] == 2
    assert not any(token in detail for token in tokens_of_maya(filled))


def test_what_an_interrupted_load_left_behind_is_loaded_and_erased(
    filled: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pending package holds an account of the person that the warehouse never saw."""
    filled.vendor.messages.append(Record("e7", "u7", MAYA, day=YESTERDAY))
    load = dlt.Pipeline.load

    def dies(pipeline: dlt.Pipeline, *arguments: Any, **options: Any) -> Any:
        if pipeline.pipeline_name == "raw_fake":
            raise KeyboardInterrupt
        return load(pipeline, *arguments, **options)

    with monkeypatch.context() as killed:
        killed.setattr(dlt.Pipeline, "load", dies)
        with pytest.raises(KeyboardInterrupt):
            filled.load()
    eraser = filled.eraser()
    eraser.erase(Kind.EMAIL, MAYA, eraser.plan(Kind.EMAIL, MAYA))
    also = filled.token(CHATGPT_USER, "u7")
    assert filled.places(*tokens_of_maya(filled), also) == TOMBSTONES
    assert not filled.environment.pipeline("raw_fake", "raw_fake").has_pending_data


def test_an_address_that_went_to_somebody_else_leaves_the_heir_alone(deployment: Deployment) -> None:
    """Maya had the desk's address until yesterday; Noah has it today."""
    fill(deployment)
    deployment.vendor.messages += [
        Record("e6", mail=HEIR, day=YESTERDAY),
        Record("e7", mail=HEIR, day=TODAY),
    ]
    deployment.load()
    build(deployment)
    for employee, first, last in (("h1", "1900-01-01", str(TODAY)), ("h2", str(TODAY), "2199-12-31")):
        deployment.run(
            "insert into intermediate.int_identifier_people values ('person-email', "
            f"'{deployment.mail(HEIR)}', '{deployment.token(HRIS_ID, employee)}', '{first}', '{last}')"
        )
    erase(deployment)
    desk = "select day from raw_fake.messages where email_token = %s"
    assert deployment.rows(desk, deployment.mail(HEIR)) == [(TODAY,)]
    deployment.load()
    assert deployment.rows(desk, deployment.mail(HEIR)) == [(TODAY,)]
    # asked by the address itself, its present holder is meant
    assert deployment.eraser().plan(Kind.EMAIL, HEIR).identifiers["hris-id"] == 1


def test_employees_who_share_an_address_are_not_erased_together_by_guess(deployment: Deployment) -> None:
    """Nothing is built yet, so nobody knows whether it is a rehire or an address given on."""
    deployment.vendor.employees = [Record(employee="h1", mail=MAYA), Record(employee="h2", mail=MAYA)]
    deployment.load()
    with pytest.raises(AmbiguousPersonError):
        deployment.eraser().plan(Kind.EMAIL, MAYA)


def test_an_unknown_person_is_told_apart_and_can_be_marked_all_the_same(deployment: Deployment) -> None:
    fill(deployment)
    with pytest.raises(ConfigurationError, match="Nothing was ever loaded"):
        deployment.eraser().plan(Kind.EMAIL, MAYA)
    deployment.load()
    plan = deployment.eraser().plan(Kind.CHATGPT, "u404")
    assert plan.state == "unknown"
    deployment.eraser().erase(Kind.CHATGPT, "u404", plan)
    deployment.vendor.messages = [Record("e404", "u404")]
    assert deployment.load().erased == 1
    with pytest.raises(ConfigurationError, match="no e-mail address"):
        deployment.eraser().plan(Kind.EMAIL, "u404")


def test_another_key_is_refused_before_anything_is_read(filled: Deployment) -> None:
    filled.pseudonymiser = Pseudonymiser(bytes(range(1, 33)))
    with pytest.raises(KeyChangedError):
        filled.eraser().plan(Kind.EMAIL, MAYA)
