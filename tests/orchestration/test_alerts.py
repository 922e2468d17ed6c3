"""Alerts as their receivers see them: one when it fails, none while it lasts, one when it is over."""

from __future__ import annotations

import datetime as dt
import json
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiosmtpd.smtp import AuthResult

from ingestion.pipeline import SourceResult
from orchestration.alerts import notify as alerts
from orchestration.alerts.notify import notify
from orchestration.alerts.problems import examine_night
from orchestration.alerts.state import FILE, load_state
from orchestration.dbt import DbtResult
from orchestration.freshness import SourceFreshness
from orchestration.night import NightResult
from orchestration.watch import LostDays, PublishedVersion, ResourceStatus, Watched, consecutive
from publishing.publish import Publication
from runtime.environment import Environment, environment
from runtime.errors import AiUsageError
from tests.orchestration.receivers import Webhook, mail_server, webhook
from tests.tools import needs

NIGHT = dt.datetime(2026, 11, 19, 2, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
CANARIES = (
    "maya.lindqvist@asterlane.example",
    "sk-canary0123456789abcdef",
    "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
    "p1_0123456789abcdef0123456789abcdef",
)


@pytest.fixture
def env(tmp_path: Path) -> Environment:
    return environment(tmp_path / "data", "dev")


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> Iterator[Webhook]:
    with webhook() as made:
        monkeypatch.setenv("ALERTS__WEBHOOK_URL", made.url)
        yield made


def source(name: str, error: str | None = None, *, rows: int = 1_000, rejected: int = 0) -> SourceResult:
    status = "failed" if error else "ok"
    return SourceResult(name, status, NIGHT, NIGHT, error, {} if error else {"table": rows}, rejected)


def night(*sources: SourceResult, dbt_failures: tuple[str, ...] = (), published: bool = True) -> NightResult:
    result = NightResult("20261119T020000-abc123", list(sources))
    result.dbt = DbtResult(1 if dbt_failures else 0, {"error": 1} if dbt_failures else {}, list(dbt_failures))
    if published and not dbt_failures:
        result.publication = Publication("r", NIGHT, NIGHT, (), 0, "here")
    return result


def test_each_of_several_accounts_is_told_by_its_name(env: Environment, hook: Webhook) -> None:
    """The problem of the time before there were two is over; the account that fails has its own."""
    notify(night(source("chatgpt", "chatgpt answered 500.")), env, now=NIGHT)
    main, labs = source("chatgpt"), source("chatgpt", "chatgpt answered 401.")
    main.name, labs.name = "chatgpt (main)", "chatgpt (labs)"
    notify(night(main, labs), env, now=NIGHT + DAY)
    assert "NEW: chatgpt (labs) could not be loaded: chatgpt answered 401." in hook.texts[1]
    assert "OVER: chatgpt could not be loaded: chatgpt answered 500." in hook.texts[1]
    labs = source("chatgpt")
    labs.name = "chatgpt (labs)"
    notify(night(main, labs), env, now=NIGHT + 2 * DAY)
    assert "OVER: chatgpt (labs) could not be loaded" in hook.texts[2]


def test_one_when_it_fails_none_while_it_lasts_one_when_it_is_over(env: Environment, hook: Webhook) -> None:
    good, bad = night(source("chatgpt")), night(source("chatgpt", "chatgpt answered 500."))
    notify(good, env, now=NIGHT)
    assert hook.texts == []
    notify(bad, env, now=NIGHT + DAY)
    notify(bad, env, now=NIGHT + DAY)  # the same run again, as a scheduler retries it
    notify(bad, env, now=NIGHT + 2 * DAY)
    assert len(hook.texts) == 1
    assert "NEW: chatgpt could not be loaded: chatgpt answered 500." in hook.texts[0]
    assert 'docs/runbook.md, section "A source failed"' in hook.texts[0]
    notify(good, env, now=NIGHT + 3 * DAY)
    notify(good, env, now=NIGHT + 4 * DAY)
    assert len(hook.texts) == 2
    assert "OVER: chatgpt could not be loaded" in hook.texts[1]
    assert "NEW" not in hook.texts[1]


def test_what_goes_wrong_in_one_night_comes_in_one_message(env: Environment, hook: Webhook) -> None:
    result = night(source("chatgpt", "no"), source("hris"), dbt_failures=("Database Error in model x",))
    notify(result, env, now=NIGHT)
    (text,) = hook.texts
    assert text.count("NEW:") == 3  # the source, the build, and that nothing was published
    assert "Database Error in model x" in text
    assert "Readers see nothing yet" in text


def test_a_source_that_did_not_run_is_neither_new_nor_over(env: Environment, hook: Webhook) -> None:
    notify(night(source("chatgpt", "no"), source("hris")), env, now=NIGHT)
    notify(night(source("hris")), env, now=NIGHT + DAY)
    assert len(hook.texts) == 1
    assert "source:chatgpt:failed" in load_state(env.data_dir).active


def test_a_channel_that_was_down_is_told_the_next_night(
    env: Environment, hook: Webhook, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = night(source("chatgpt", "no"))
    hook.status = 503
    notify(bad, env, now=NIGHT)
    said = capsys.readouterr().err
    assert "webhook" in said
    assert "503" in said
    assert "canary-of-the-webhook" not in said
    hook.status = 200
    notify(bad, env, now=NIGHT + DAY)
    assert len(hook.texts) == 1
    # What began and ended while nobody could be told is not told as over.
    hook.status = 503
    notify(night(source("chatgpt", "no"), source("hris", "no")), env, now=NIGHT + 2 * DAY)
    hook.status = 200
    notify(night(source("chatgpt"), source("hris")), env, now=NIGHT + 3 * DAY)
    assert "hris" not in hook.texts[1]


def test_nothing_personal_and_no_secret_leaves(env: Environment, hook: Webhook) -> None:
    canaries = " ".join(CANARIES)
    crash = RuntimeError(f"{canaries} https://vendor.example/x?user={CANARIES[0]}")
    result = night(source("chatgpt", canaries), dbt_failures=(canaries,))
    result.error = canaries
    notify(result, env, crash=crash, now=NIGHT)
    seen = hook.texts[0] + (env.data_dir / FILE).read_text()
    assert [canary for canary in CANARIES if canary in seen] == []
    assert "canary-of-the-webhook" not in seen
    assert "<address>" in (env.data_dir / FILE).read_text()


def test_the_webhooks_markup_is_escaped(env: Environment, hook: Webhook) -> None:
    notify(night(source("chatgpt", "wants <!channel> & more")), env, now=NIGHT)
    assert "&lt;!channel&gt; &amp; more" in hook.texts[0]


def test_an_unreadable_state_starts_afresh_and_says_so(
    env: Environment, hook: Webhook, capsys: pytest.CaptureFixture[str]
) -> None:
    for content in (
        '{"version": 1, "open": {',
        '{"version": 1, "open": {"a": 1}, "told": {}, "last_night": null}',
    ):
        (env.data_dir / FILE).write_text(content)
        notify(night(source("chatgpt", "no")), env, now=NIGHT)
        assert "alerts.json could not be read" in capsys.readouterr().err
        assert (env.data_dir / f"{FILE}.unreadable").read_text() == content
    assert len(hook.texts) == 2
    assert (env.data_dir / FILE).stat().st_mode & 0o077 == 0


def test_a_state_that_cannot_be_written_does_not_end_the_night(
    env: Environment, hook: Webhook, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(alerts, "save_state", full)
    notify(night(source("chatgpt", "no")), env, now=NIGHT)
    assert "No space left on device" in capsys.readouterr().err


def test_half_a_channel_is_said_and_the_state_is_kept(
    env: Environment, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ALERTS__SMTP_HOST", "127.0.0.1")
    notify(night(source("chatgpt", "no")), env, now=NIGHT)
    assert "mail_to" in capsys.readouterr().err
    assert "source:chatgpt:failed" in load_state(env.data_dir).active


def mail_settings(monkeypatch: pytest.MonkeyPatch, port: int, **settings: str) -> None:
    values = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(port), "MAIL_TO": '["oncall@asterlane.example"]'}
    for name, value in (values | settings).items():
        monkeypatch.setenv(f"ALERTS__{name}", value)


def test_mail_is_sent_and_both_channels_are_told_once(
    env: Environment, hook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    with mail_server() as (box, port):
        mail_settings(monkeypatch, port, SMTP_SECURITY="none")
        for later in range(2):
            notify(night(source("chatgpt", "no")), env, now=NIGHT + later * DAY)
    (mail,) = box.mails
    assert mail["To"] == "oncall@asterlane.example"
    assert mail["Subject"] == "AI usage: 1 new problem"
    assert "chatgpt could not be loaded" in str(mail.get_payload(decode=True), "utf-8")
    assert len(hook.texts) == 1


@needs("openssl")
def test_mail_logs_in_over_starttls_and_trusts_no_stranger(
    env: Environment, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=localhost",
    ]
    command += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    logins: list[tuple[bytes, bytes]] = []

    def authenticate(
        _server: object, _session: object, _envelope: object, _mechanism: str, data: object
    ) -> AuthResult:
        logins.append((data.login, data.password))  # type: ignore[attr-defined]
        return AuthResult(success=True)

    with mail_server(tls_context=context, require_starttls=True, authenticator=authenticate) as (box, port):
        mail_settings(monkeypatch, port, SMTP_USER="ai-usage", SMTP_PASSWORD="canary-password")
        notify(night(source("chatgpt", "no")), env, now=NIGHT)
        assert box.mails == []  # the certificate is not trusted yet
        said = capsys.readouterr().err
        assert "mail" in said
        assert "canary-password" not in said
        monkeypatch.setenv("ALERTS__SMTP_CA_FILE", str(certificate))
        notify(night(source("chatgpt", "no")), env, now=NIGHT + DAY)
    assert len(box.mails) == 1
    assert logins == [(b"ai-usage", b"canary-password")]


# -- which problems there are ---------------------------------------------------------------------------------

VERSION = PublishedVersion("run-of-monday", NIGHT.replace(tzinfo=None), NIGHT.replace(tzinfo=None))


def looked_at(**facts: object) -> Watched:
    return Watched(origin="warehouse", published=VERSION, **facts)  # type: ignore[arg-type]


def keys(result: NightResult, watched: Watched, crash: BaseException | None = None) -> set[str]:
    return set(examine_night(result, watched, NIGHT, crash).problems)


def status(resource: str, **values: object) -> ResourceStatus:
    return ResourceStatus("chatgpt", resource, True, **values)  # type: ignore[arg-type]


def test_every_kind_of_problem_has_its_key_and_a_section_in_the_runbook() -> None:
    through = NIGHT.date() - 5 * DAY
    watched = looked_at(
        resources=[
            status("files", is_stale=True, data_through=through),
            ResourceStatus("m365_copilot", "report", True, names_concealed=True),
        ],
        lost=[LostDays("chatgpt", through, NIGHT.date(), ("files", "users"))],
    )
    audit = night(source("github_copilot", rejected=21, rows=9_000), published=False)
    audit.refused_by, audit.error = "audit", "The privacy audit refused 1 column(s): t.c holds a token."
    checks = night(published=False)
    checks.refused_by, checks.error = "checks", "A field went null."
    switch = night(published=False)
    switch.refused_by, switch.error = "publish", "No marts have been built."
    nights = [
        (audit, watched, None),
        (checks, watched, None),
        (switch, watched, None),
        (night(source("hris", "no"), dbt_failures=("x",)), watched, None),
        (NightResult("r"), watched, AiUsageError("Another key.", "Restore it.")),
    ]
    found = {
        key: one for args in nights for key, one in examine_night(*args[:2], NIGHT, args[2]).problems.items()
    }
    assert set(found) == {
        "source:hris:failed",
        "source:chatgpt:stale",
        f"gap:chatgpt:{through}",
        "concealed:m365_copilot",
        "rejects:github_copilot",
        "build:failed",
        "refused:audit",
        "refused:checks",
        "refused:publish",
        "publish:stopped",
        "night:crashed",
    }
    runbook = Path(__file__).parents[2].joinpath("docs", "runbook.md").read_text(encoding="utf-8")
    headings = {line.removeprefix("## ") for line in runbook.splitlines() if line.startswith("## ")}
    assert {problem.section for problem in found.values()} <= headings
    assert "nothing has been since 2026-11-19" in found["publish:stopped"].what
    assert "run-of-monday" in found["build:failed"].readers
    assert found[f"gap:chatgpt:{through}"].is_lasting


def test_a_failed_source_is_not_told_as_stale_too() -> None:
    watched = looked_at(resources=[status("files", is_stale=True)])
    assert keys(night(source("chatgpt", "no")), watched) == {"source:chatgpt:failed"}
    assert keys(night(source("chatgpt")), watched) == {"source:chatgpt:stale"}


def test_a_few_refused_records_are_no_alert() -> None:
    assert keys(night(source("chatgpt", rejected=20, rows=100_000)), looked_at()) == set()
    assert keys(night(source("chatgpt", rejected=2, rows=20)), looked_at()) == set()
    assert keys(night(source("chatgpt", rejected=3, rows=200)), looked_at()) == {"rejects:chatgpt"}


def test_tables_of_an_earlier_night_neither_open_nor_close_staleness() -> None:
    watched = looked_at(resources=[status("files", is_stale=True)])
    failed_build = examine_night(night(source("chatgpt"), dbt_failures=("x",)), watched, NIGHT)
    assert "source:chatgpt:stale" not in failed_build.problems
    assert not failed_build.covers("source:chatgpt:stale")
    assert not examine_night(night(), Watched(busy=True), NIGHT).covers("gap:chatgpt:2026-11-01")


def test_what_dbt_found_late_is_told_once_and_over_once_though_nothing_is_built(
    env: Environment, hook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alerts, "watch", lambda _: looked_at(resources=[status("files"), status("users")]))
    for number, is_stale in enumerate((True, True, False)):
        result = night(source("chatgpt"), dbt_failures=("x",))
        result.freshness = [
            SourceFreshness("chatgpt", "files", is_stale),
            SourceFreshness("chatgpt", "users", is_stale=False),
        ]
        notify(result, env, now=NIGHT + number * DAY)
    assert ["chatgpt loads, but is behind: files." in text for text in hook.texts] == [True, True]
    assert "OVER: chatgpt loads, but is behind" in hook.texts[1]
    result.freshness = [SourceFreshness("chatgpt", "files", None)]  # dbt could not tell
    assert not examine_night(result, looked_at(resources=[status("files")]), NIGHT).covers(
        "source:chatgpt:stale"
    )


def test_lost_days_are_told_once_while_the_hole_grows(
    env: Environment, hook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = NIGHT.date()
    for last in range(3):
        hole = looked_at(lost=[LostDays("chatgpt", first, first + last * DAY, ("files",))])
        monkeypatch.setattr(alerts, "watch", lambda _, hole=hole: hole)
        notify(night(source("chatgpt")), env, now=NIGHT + last * DAY)
    assert len(hook.texts) == 1
    another = LostDays("chatgpt", first + 9 * DAY, first + 9 * DAY, ("files",))
    monkeypatch.setattr(alerts, "watch", lambda _: looked_at(lost=[another]))
    notify(night(source("chatgpt")), env, now=NIGHT + 9 * DAY)
    assert len(hook.texts) == 2
    assert "OVER" not in hook.texts[1]
    assert load_state(env.data_dir).active == {}


def test_consecutive_days_become_one_hole_and_resources_with_the_same_hole_share_it() -> None:
    first = dt.date(2026, 10, 1)
    rows = [("a", name, first + n * DAY) for name in ("logs", "users") for n in (0, 1, 4)]
    assert consecutive(rows) == [
        LostDays("a", first, first + DAY, ("logs", "users")),
        LostDays("a", first + 4 * DAY, first + 4 * DAY, ("logs", "users")),
    ]


def test_the_state_says_how_the_night_went(env: Environment) -> None:
    notify(night(source("chatgpt", "no")), env, now=NIGHT)
    content = json.loads((env.data_dir / FILE).read_text())
    assert content["last_night"]["exit_code"] == 3
    assert content["last_night"]["as_of"] == "2026-11-19T02:00:00+00:00"
