"""The company's own files: what they become, and that every mistake is named with its place at once."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from dlt.common.configuration.resolve import resolve_configuration
from hypothesis import given
from hypothesis import strategies as st

from ingestion.source import Roster
from ingestion.sources.company import SOURCE, CompanySettings
from ingestion.sources.company.files import read_file
from ingestion.sources.company.records import FILES, login_links
from ingestion.sources.company.rows import GithubLogin
from runtime.errors import SourceError
from tests.ingestion.sources.runs import TODAY, TOKENS, loaded_rows, source_run

EXAMPLE = Path(__file__).parents[3] / "company.example"
TABLES = {file.name for file in FILES} - {"github_logins"}


def folder(tmp_path: Path, **files: str) -> str:
    for name, text in files.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    return str(tmp_path)


class Loaded(Roster):
    """Rosters that were loaded: the newest by department, its locations, and departments of all of them."""

    def __init__(
        self, sizes: dict[str, int], locations: frozenset[str] = frozenset(), ever: frozenset[str] = frozenset()
    ) -> None:
        self.sizes, self.locations, self.ever = sizes, locations, ever

    def labels(self, column: str) -> frozenset[str]:
        return self.locations if column == "location" else frozenset(self.sizes)

    def departments_ever(self) -> frozenset[str]:
        return self.ever

    def department_sizes(self) -> dict[str, int]:
        return self.sizes


def problems(tmp_path: Path, **files: str) -> list[str]:
    run = source_run(SOURCE, folder=folder(tmp_path, **files))
    with pytest.raises(SourceError):
        loaded_rows(SOURCE, run)
    return [f"{f.subject}: {f.message}" for f in SOURCE.check(run) if not f.ok]


def test_the_example_is_a_complete_working_set() -> None:
    run = source_run(SOURCE, folder=str(EXAMPLE))
    assert all(finding.ok for finding in SOURCE.check(run))
    tables = loaded_rows(SOURCE, run)
    assert {name for name, rows in tables.items() if rows} == TABLES | {"identity_links", "markers"}
    assert run.gate.report.rejects == {}


def test_rows_land_with_exact_money_and_half_open_validity(tmp_path: Path) -> None:
    text = (
        "contract_id,product,plan,valid_from,valid_to,purchased_seats,minimum_seats,price_per_seat_month,currency\n"
        "C-1,chatgpt,,2026-01-01,,420,,28.10,eur\n"
    )
    (row,) = loaded_rows(SOURCE, source_run(SOURCE, folder=folder(tmp_path, seat_contracts=text)))[
        "seat_contracts"
    ]
    assert str(row.pop("price_per_seat_month")) == "28.100000000"
    assert row == {
        "tenant": "main",
        "contract_id": "C-1",
        "product": "chatgpt",
        "plan": None,
        "valid_from": dt.date(2026, 1, 1),
        "valid_to": None,
        "purchased_seats": 420,
        "minimum_seats": 0,
        "currency": "EUR",
        "renewal_date": None,
    }


def test_a_contract_may_say_when_it_renews(tmp_path: Path) -> None:
    text = (
        "contract_id,product,purchased_seats,price_per_seat_month,currency,renewal_date\n"
        "C-1,chatgpt,420,30,USD,2027-01-01\n"
        "C-2,m365_copilot,50,30,USD,\n"
    )
    found = loaded_rows(SOURCE, source_run(SOURCE, folder=folder(tmp_path, seat_contracts=text)))
    dates = {row["product"]: row["renewal_date"] for row in found["seat_contracts"]}
    assert dates == {"chatgpt": dt.date(2027, 1, 1), "m365_copilot": None}


def test_identifiers_land_as_tokens_of_their_namespace(tmp_path: Path) -> None:
    accounts = (
        "kind;identifier;note\nemail;Shared.Box@Asterlane.example;x\ngithub_login;@Release-Bot;\n"
        "github_user;77;\nchatgpt_user;user-A;\nentra_object;0AbC;\n"
    )
    leave = "employee_id,starts_on,ends_before\n00107,2026-10-19,\n"
    tables = loaded_rows(
        SOURCE, source_run(SOURCE, folder=folder(tmp_path, service_accounts=accounts, leave=leave))
    )
    found = {row["namespace"]: row["id_token"] for row in tables["service_accounts"]}
    assert found == {
        "person-email": TOKENS.email_token("shared.box@asterlane.example"),
        "github-login": TOKENS.token("github-login", "release-bot"),
        "github-user": TOKENS.token("github-user", "77"),
        "vendor-user/chatgpt": TOKENS.token("vendor-user/chatgpt", "user-A"),
        "entra-object": TOKENS.token("entra-object", "0abc"),
    }
    assert tables["leave"][0]["employee_token"] == TOKENS.token("hris-id", "00107")
    assert "Release" not in str(tables)


def test_a_missing_file_is_an_empty_table_and_replaces_the_old_one(tmp_path: Path) -> None:
    run = source_run(SOURCE, folder=str(tmp_path))
    tables = loaded_rows(SOURCE, run)
    assert set(tables) == {"markers"}
    assert {record.resource for record in run.fetched} == TABLES
    assert {record.status for record in run.fetched} == {"empty"}


def test_all_mistakes_of_all_files_are_told_at_once_without_values(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        exchange_rates="# by Ines\nfrom_currency,to_currency,valid_from,valid_to,rate\nEURO,USD,,,1.1\n"
        'EUR,USD,01.02.2026,2026-03-01,"1,12"\nEUR,USD,2026-03-01,2026-03-01,0\n',
        github_logins="login,email\nocto,not-an-address\n,maya@asterlane.example\n",
        targets="metric,scope_type,scope_name,tool,target,due_date\nactive_ratio,division,,all,0.5,2026-12-31\n"
        "active_ratio,department,,all,0.5,2026-12-31\n",
        thresholds="name,value\npower_user_mesages_per_week,75\ndormant_days\n",
    )
    assert found == [
        "exchange_rates.csv: line 3, column from_currency: write a currency code of three letters such as EUR.",
        "exchange_rates.csv: line 4, column valid_from: write a day such as 2026-01-31.",
        "exchange_rates.csv: line 4, column rate: "
        "write a number such as 30.00: with a point, without currency or thousands mark.",
        "exchange_rates.csv: line 5, column rate: this should be greater than 0.",
        "thresholds.csv: line 2, column name: write a name that docs/connect/company.md speaks of.",
        "thresholds.csv: line 3: 1 cells where the header has 2. "
        "Put cells that hold the delimiter, a quote or a line break in quotes, and export again.",
        "targets.csv: line 2, column scope_type: this should be `company` or `department`.",
        "targets.csv: line 3: scope_name: write the department's name.",
        "github_logins.csv: line 2, column email: write an e-mail address.",
        "github_logins.csv: line 3, column login: is empty: fill it in.",
    ]
    assert not any(word in str(found) for word in ("octo", "maya", "not-an", "mesages", "EURO"))


def test_the_load_fails_with_the_problems_in_its_error(tmp_path: Path) -> None:
    text = "employee_id,starts_on,ends_before\n00107,yesterday,\n"
    run = source_run(SOURCE, folder=folder(tmp_path, leave=text))
    with pytest.raises(SourceError, match=r"leave\.csv: line 2, column starts_on: write a day"):
        loaded_rows(SOURCE, run)


def test_many_problems_are_cut_to_the_first_ten(tmp_path: Path) -> None:
    text = "employee_id,starts_on\n" + "1,never\n" * 30
    with pytest.raises(SourceError, match="30 problem") as caught:
        loaded_rows(SOURCE, source_run(SOURCE, folder=folder(tmp_path, leave=text)))
    assert "… and 20 more" in str(caught.value)


def test_an_unknown_file_or_column_is_named(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("mine")
    (tmp_path / "holidays.xlsx").write_bytes(b"PK")
    found = problems(
        tmp_path, thresholds="name,value,valid_from\ndormant_days,30,2026-01-01\n", tresholds="name\n"
    )
    assert [text.split(".")[0] for text in found] == ["holidays", "tresholds", "thresholds"]
    assert "no known file" in found[0]
    assert "line 1: column valid_from is unknown. Use name, value, note." in found[2]


def test_a_file_without_header_line_shows_none_of_its_cells(tmp_path: Path) -> None:
    found = problems(tmp_path, github_logins="octo-lead,maya@asterlane.example\n")
    assert "this is not a header line" in found[0]
    assert "maya" not in str(found)
    assert "octo" not in str(found)


def test_a_header_that_may_be_a_value_is_named_by_position(tmp_path: Path) -> None:
    found = problems(tmp_path, github_logins="login,email,maya@asterlane.example\n")
    assert "the header of column 3 is unknown" in found[0]


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("thresholds", "name,value\ndormant_days,30\ndormant_days,60\n", 3),
        ("credit_rates", "unit,valid_from,valid_to,price_per_unit,currency\n"
         "chatgpt_credit,2026-03-01,,0.03,USD\nchatgpt_credit,2026-01-01,2026-03-02,0.04,USD\n", 2),
        ("github_logins", "login,email,valid_from\nOcto,a@x.example,\n@octo,b@x.example,2026-06-01\n", 3),
        ("service_accounts", "kind,identifier\nemail,A@x.example\nemail,a@X.example\n", 3),
        ("working_calendar", "location,holiday_date\n,2026-12-25\n,2026-12-25\n", 3),
    ],
)  # fmt: skip
def test_two_rows_that_hold_at_one_time_are_a_problem(tmp_path: Path, name: str, text: str, line: int) -> None:
    (found,) = problems(tmp_path, **{name: text})
    assert f"line {line}: holds at the same time as line" in found


def test_prices_that_follow_each_other_do_not_clash(tmp_path: Path) -> None:
    text = (
        "unit,valid_from,valid_to,price_per_unit,currency\n"
        "chatgpt_credit,,2026-03-01,0.04,USD\nchatgpt_credit,2026-03-01,,0.03,USD\n"
        "github_ai_credit,,,0.01,USD\n"
    )
    tables = loaded_rows(SOURCE, source_run(SOURCE, folder=folder(tmp_path, credit_rates=text)))
    assert len(tables["credit_rates"]) == 3


def test_a_department_is_disarmed_as_in_the_hris(tmp_path: Path) -> None:
    text = 'department,tool,rollout_date\n"=Sales",chatgpt,2026-03-16\n'
    (row,) = loaded_rows(SOURCE, source_run(SOURCE, folder=folder(tmp_path, rollouts=text)))["rollouts"]
    assert row["department"] == "Sales"


def test_the_folder_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    def settings() -> Any:
        return resolve_configuration(CompanySettings(), sections=("sources", "company"))

    monkeypatch.delenv("AI_USAGE_COMPANY_DIR", raising=False)
    assert not SOURCE.is_connected(settings())
    monkeypatch.setenv("AI_USAGE_COMPANY_DIR", "somewhere")
    assert SOURCE.is_connected(settings())
    assert settings().folder == "somewhere"


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    run = source_run(SOURCE, folder=str(tmp_path / "nowhere"))
    with pytest.raises(SourceError, match="folder of the company's files cannot be read"):
        loaded_rows(SOURCE, run)
    assert [finding.ok for finding in SOURCE.check(run)] == [False]


# -- logins ---------------------------------------------------------------------------------------------------


def login(valid_from: str | None = None, valid_to: str | None = None) -> GithubLogin:
    values = {"login": "@Octo", "email": "a@asterlane.example", "valid_from": valid_from, "valid_to": valid_to}
    return GithubLogin.model_validate({name: value for name, value in values.items() if value})


def test_a_login_that_changed_hands_is_seen_with_each_holder_in_their_months() -> None:
    first = [link.observed_on for link in login_links([login("2026-08-20", "2026-10-16")], TODAY)]
    second = [link.observed_on for link in login_links([login("2026-10-16")], TODAY)]
    assert first == [dt.date(2026, 8, 31), dt.date(2026, 9, 30), dt.date(2026, 10, 15)]
    assert second == [dt.date(2026, 10, 31), TODAY]


def test_a_login_without_dates_is_seen_today_and_a_future_one_not_yet() -> None:
    (link,) = login_links([login()], TODAY)
    assert (link.identifier, link.observed_on) == ("octo", TODAY)
    assert list(login_links([login("2026-12-01")], TODAY)) == []


@given(
    st.dates(min_value=dt.date(2020, 1, 1), max_value=dt.date(2027, 1, 1)),
    st.integers(min_value=1, max_value=1500),
)
def test_every_month_of_validity_up_to_today_is_seen_once(start: dt.date, days: int) -> None:
    end = start + dt.timedelta(days=days)
    seen = [link.observed_on for link in login_links([login(start.isoformat(), end.isoformat())], TODAY)]
    assert len({(day.year, day.month) for day in seen}) == len(seen) <= 37
    assert all(start <= day < end and day <= TODAY for day in seen)
    valid_in_reach = start <= TODAY and end > dt.date(2023, 11, 1)
    assert bool(seen) == valid_in_reach


@given(st.lists(st.text(max_size=20), min_size=1, max_size=6), st.sampled_from(FILES))
def test_no_cell_stands_in_a_problem(values: list[str], file: Any) -> None:
    marked = ["zq" + "".join(c for c in value if c not in '",;\r\n\t#') for value in values]
    header = ",".join(file.row.model_fields)
    line = ",".join((marked * 10)[: len(file.row.model_fields)])
    _, found = read_file(f"{header}\n{line}\n".encode(), file)
    assert not any("zq" in str(problem) for problem in found)


OVERRIDES = "provider,model,component,usd_per_mtok\n"
CONTRACTS = "contract_id,product,purchased_seats,price_per_seat_month,currency\n"


def test_names_are_compared_without_regard_to_case_and_blanks(tmp_path: Path) -> None:
    files = {
        "price_overrides": OVERRIDES + "OpenAI,GPT-4.1,output,2.00\n",
        "seat_contracts": CONTRACTS + "C-1,GitHub Copilot,10,19,usd\n",
    }
    run = source_run(SOURCE, folder=folder(tmp_path, **files))
    tables = loaded_rows(SOURCE, run)
    (price,), (contract,) = tables["price_overrides"], tables["seat_contracts"]
    assert (price["provider"], price["model"]) == ("openai", "gpt-4.1")
    assert contract["product"] == "github_copilot"
    assert all(finding.ok for finding in SOURCE.check(run))


def test_a_row_that_matches_nothing_is_told_and_loads_all_the_same(tmp_path: Path) -> None:
    files = {
        "price_overrides": OVERRIDES + "openai,gpt-4.1,output,2.00\nopenai,our-own-model,output,2.00\n",
        "seat_contracts": CONTRACTS + "C-1,github_copilto,10,19,usd\n",
        "measure_owners": "tool,measure,source\nclaude,tokens,anthropic\nclaude,models,hris\n",
    }
    run = source_run(SOURCE, folder=folder(tmp_path, **files))
    said: list[str] = []
    run.progress = said.append
    assert len(loaded_rows(SOURCE, run)["price_overrides"]) == 2
    warnings = [message for message in said if message.startswith("WARNING")]
    assert len(warnings) == 3
    assert any("price_overrides.csv: line 3 matches nothing" in warning for warning in warnings)
    assert any("measure_owners.csv: line 3 matches nothing" in warning for warning in warnings)
    found = {f.subject for f in SOURCE.check(run) if not f.ok}
    assert found == {"price_overrides.csv", "seat_contracts.csv", "measure_owners.csv"}
    assert not any("copilto" in message or "our-own-model" in message for message in said)


def test_a_task_of_a_tool_that_nobody_knows_is_told(tmp_path: Path) -> None:
    """Without a feature, a line is about all use of the tool."""
    lines = "tool,feature,task_category\nM365 Copilot,Word,=Contracts\nchatgptt,,coding\n"
    run = source_run(SOURCE, folder=folder(tmp_path, task_map=lines))
    said: list[str] = []
    run.progress = said.append
    word, whole = loaded_rows(SOURCE, run)["task_map"]
    assert (word["tool"], word["feature"], word["task_category"]) == ("m365_copilot", "word", "contracts")
    assert (whole["feature"], whole["task_category"]) == (None, "coding")
    assert any("task_map.csv: line 3 matches nothing" in message for message in said)


def test_departments_and_locations_that_the_roster_does_not_know_are_named(tmp_path: Path) -> None:
    """`Telesales` is Sales today; misspelt departments and locations are reported by line."""
    targets = "metric,scope_type,scope_name,tool,target,due_date\n"
    targets += "active_ratio,department,Saless,,0.5,2026-12-31\nweekly_active,company,,,0.5,2026-12-31\n"
    files = {
        "department_names": "old_name,new_name,renamed_on\nTelesales,Sales,\n",
        "rollouts": "department,tool,rollout_date\nTelesales,chatgpt,2026-06-15\nSALES,codex,2026-06-15\n",
        "working_calendar": "location,holiday_date\nBerlin,2026-10-03\nMunich,2026-10-03\n,2026-12-25\n",
        "targets": targets,
    }
    run = source_run(SOURCE, folder=folder(tmp_path, **files))
    unknown_here = {f.subject: f.message for f in SOURCE.check(run) if not f.ok}
    assert unknown_here == {"targets.csv": "line 3 matches nothing that is known here and may do nothing."}
    run.roster = Loaded({"Sales": 20}, locations=frozenset({"Munich"}), ever=frozenset({"Telesales"}))
    found = [(f.subject, f.message) for f in SOURCE.check(run) if not f.ok]
    nobody = "that nobody in the newest HR file belongs to."
    assert found[1:] == [
        ("targets.csv", f"line 2 names a department {nobody}"),
        ("working_calendar.csv", f"line 2 names a location {nobody}"),
    ]


def told_of(tmp_path: Path, roster: Roster, **files: str) -> list[tuple[str, str]]:
    run = source_run(SOURCE, folder=folder(tmp_path, **files))
    run.roster = roster
    return [(f.subject, f.message) for f in SOURCE.check(run) if not f.ok]


def test_lines_are_counted_as_an_editor_counts_them(tmp_path: Path) -> None:
    """A comment above the header, one between the rows, and a blank line: the wrong rollouts are on 4 and 7."""
    text = "# ours\ndepartment,tool,rollout_date\nSales,codex,2026-06-15\nSales,codexx,2026-06-15\n# more\n\n"
    found = told_of(tmp_path, Roster(), rollouts=text + "Data,codexx,2026-06-15\n")
    assert found == [("rollouts.csv", "2 lines (4, 7) match nothing that is known here and may do nothing.")]


def test_renames_of_a_department_that_no_hr_file_ever_had_are_told(tmp_path: Path) -> None:
    """`Telesales` is gone from the newest file, as after any rename; no file ever had `Sales West`."""
    names = "old_name,new_name,renamed_on\nTelesales,Sales West,\nSales West,Sales,\nTelesails,Sales,\n"
    roster = Loaded({"Sales": 20}, ever=frozenset({"telesales", "Sales"}))
    said = "line 4 has an old_name that is in no HR file loaded so far, so it renames nobody."
    assert told_of(tmp_path, roster, department_names=names) == [("department_names.csv", said)]
    assert told_of(tmp_path, Roster(), department_names=names) == []  # before the first load nothing is known


def test_targets_and_rollouts_of_a_pooled_department_are_told(tmp_path: Path) -> None:
    """Legal (4) and Tax (3) are too few together, so the smallest of the others, Data, joins them."""
    header = "metric,scope_type,scope_name,tool,target,due_date\n"
    rows = [f"active_ratio,department,{name},,0.5,2026-12-31\n" for name in ("Sales", "LEGAL", "Data")]
    company = "active_ratio,company,Legal,,0.5,2026-12-31\n"
    files = {
        "targets": header + "".join(rows) + company,
        "rollouts": "department,tool,rollout_date\nLaw,codex,2026-06-15\n",
        "department_names": "old_name,new_name,renamed_on\nLaw,Legal,\n",
    }
    sizes = {"Sales": 30, "Data": 12, "Law": 4, "Tax": 3}
    roster = Loaded(sizes, ever=frozenset(sizes))
    roster.least_unit = 10
    found = dict(told_of(tmp_path, roster, **files))
    assert found["targets.csv"].startswith("2 lines (3, 4): Data, LEGAL are counted in Other departments, ")
    assert found["rollouts.csv"].startswith("line 2: Legal is counted in Other departments, ")
    sizes["Tax"] = 8  # now the two are enough, and Data has a row of its own
    assert dict(told_of(tmp_path, roster, **files))["targets.csv"].startswith("line 3: LEGAL is counted")


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("power_user_top_share", "20", "share"),  # meant as per cent: the rank condition held for everybody
        ("funnel_kept_ratio", "70", "share"),
        ("pricing_coverage", "1.01", "share"),
        ("idle_seats_utilization", "0", "share"),
        ("active_ratio_fall", "15", "share"),
        ("runaway_cost_factor", "150", "factor"),
        ("sessions_rise", "0", "factor"),
        ("dormant_days", "0", "number"),
        ("depth_least_active_people", "0", "number"),
    ],
)
def test_a_threshold_out_of_its_range_is_named(tmp_path: Path, name: str, value: str, said: str) -> None:
    (found,) = problems(tmp_path, thresholds=f"name,value\n{name},{value}\n")
    assert f"line 2: value: write a {said} above 0" in found


@pytest.mark.parametrize(
    ("name", "value"), [("active_ratio_fall", "1"), ("sessions_rise", "2"), ("dormant_days", "45")]
)
def test_a_threshold_at_the_edge_of_its_range_is_taken(tmp_path: Path, name: str, value: str) -> None:
    run = source_run(SOURCE, folder=folder(tmp_path, thresholds=f"name,value\n{name},{value}\n"))
    assert len(loaded_rows(SOURCE, run)["thresholds"]) == 1


def test_a_target_of_a_share_is_not_written_in_percent(tmp_path: Path) -> None:
    (found,) = problems(
        tmp_path,
        targets="metric,scope_type,scope_name,tool,target,due_date\nactive_ratio,company,,,75,2026-12-31\n",
    )
    assert "line 2: target: write a share above 0 and up to 1, such as 0.75 for 75 percent." in found


def test_two_tiers_with_one_minimum_are_refused(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, token_tiers="tier,minimum_tokens\nlow,0\nmiddle,1000\nhigh,1000\n")
    assert "line 4: holds at the same time as line 3, with the same minimum_tokens." in found


def test_an_action_is_taken_up_by_a_role_and_is_one_that_rules_can_find(tmp_path: Path) -> None:
    head = "action,state,owner,due_date\n"
    (found,) = problems(tmp_path, actions=head + "unused_seats/all/codex,done,it@asterlane.example,\n")
    assert "line 2, column owner: write it without addresses and names" in found
    (found,) = problems(tmp_path, actions=head + "unused_seats/all/codex,started,IT,\n")
    assert "line 2, column state: " in found
    (row,) = loaded_rows(
        SOURCE, source_run(SOURCE, folder=folder(tmp_path, actions=head + "Unused_seats/All/codex,done,,\n"))
    )["actions"]
    assert (row["action_id"], row["owner"], row["due_date"]) == ("unused_seats/all/codex", None, None)
    unknown = head + "unused_seats/all/codex,done,IT,\nunused_chairs/all/codex,done,IT,\n"
    said = "line 3 matches nothing that is known here and may do nothing."
    assert told_of(tmp_path, Roster(), actions=unknown) == [("actions.csv", said)]


def test_a_renamed_department_has_the_name_that_it_came_to_at_last(tmp_path: Path) -> None:
    """Field Sales became Sales, Sales became Revenue, and Telesales was merged into it.

    A rename of next year has not happened yet.
    """
    names = (
        "old_name,new_name,renamed_on\n"
        "Field Sales,Sales,2025-02-01\n"
        "SALES,Revenue,2026-11-18\n"
        "Telesales,Revenue,\n"
        "Data,Insights,2027-01-01\n"
    )
    rollouts = "department,tool,rollout_date\nsales,chatgpt,2026-02-02\nData,chatgpt,2026-02-02\n"
    targets = "metric,scope_type,scope_name,tool,target,due_date\n"
    targets += "active_ratio,department,Telesales,chatgpt,0.5,2026-12-31\n"
    where = folder(tmp_path, department_names=names, rollouts=rollouts, targets=targets)
    tables = loaded_rows(SOURCE, source_run(SOURCE, folder=where))
    spans = [tuple(row.values())[1:] for row in tables["department_names"]]
    assert sorted(spans) == [
        ("Field Sales", "Revenue", None, dt.date(2025, 2, 1)),
        ("SALES", "Revenue", None, dt.date(2026, 11, 18)),
        ("Telesales", "Revenue", None, None),
    ]
    assert [row["department"] for row in tables["rollouts"]] == ["Revenue", "Data"]
    assert [row["scope_name"] for row in tables["targets"]] == ["Revenue"]


def test_names_that_lead_back_end_and_a_name_is_not_renamed_to_itself(tmp_path: Path) -> None:
    names = "old_name,new_name,renamed_on\nA,B,2025-01-01\nB,A,2026-01-01\n"
    tables = loaded_rows(SOURCE, source_run(SOURCE, folder=folder(tmp_path, department_names=names)))
    assert [(row["old_name"], row["new_name"]) for row in tables["department_names"]] == [
        ("A", "A"),
        ("B", "A"),
    ]
    found = problems(tmp_path, department_names="old_name,new_name,renamed_on\nSales,SALES,\nX,Y,\nX,Z,\n")
    assert "write another name" in found[0]
    assert "holds at the same time as line 3" in found[1]


def test_an_event_is_of_the_company_a_department_or_a_tool(tmp_path: Path) -> None:
    """A department that was renamed has its new name; an address in a label is refused, and not shown."""
    events = (
        "event_date,label,department,tool,note\n"
        "2026-03-02,Training,,,by us\n2026-04-13,Pilot,Telesales,ChatGPT,\n"
    )
    names = "old_name,new_name,renamed_on\nTelesales,Revenue,\n"
    run = source_run(SOURCE, folder=folder(tmp_path, events=events, department_names=names))
    rows = [tuple(row.values())[1:] for row in loaded_rows(SOURCE, run)["events"]]
    assert sorted(rows) == [
        (dt.date(2026, 3, 2), "Training", None, None),
        (dt.date(2026, 4, 13), "Pilot", "Revenue", "chatgpt"),
    ]
    (found,) = problems(tmp_path, events="event_date,label\n2026-03-02,ask maya@asterlane.example\n")
    assert found.endswith("column label: write it without addresses and names: everybody reads it.")


def test_an_event_written_twice_and_one_of_an_unknown_tool_are_told(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, events="event_date,label\n2026-03-02,Training\n2026-03-02,Training\n")
    assert "line 3: holds at the same time as line 2" in found
    told = dict(told_of(tmp_path, Roster(), events="event_date,label,tool\n2026-03-02,Pilot,chatgtp\n"))
    assert told["events.csv"].startswith("line 2 matches nothing that is known here")
