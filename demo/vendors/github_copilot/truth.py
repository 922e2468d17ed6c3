"""The true figures of GitHub Copilot, from the newest reports and the bill."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from demo.company.truth_money import UNALLOCATED, Cost, Tokens, rate_on
from demo.company.truth_usage import ToolUsage
from demo.vendor import VendorTruth, View
from demo.vendors.github_copilot.model import CopilotDay
from demo.vendors.github_copilot.reports import CopilotActivity


def github_truth(view: View, activity: CopilotActivity) -> VendorTruth:
    """Use, tokens, credits and costs."""
    reports = (activity.report(day, view.seen_at) for day in view.company.profile.days())
    records = (record for report in reports if report for record in report.records)
    return VendorTruth(
        usage={"github_copilot": github_usage(records)},
        tokens=_tokens(view, activity),
        costs=_costs(view, activity),
    )


def github_usage(records: Iterable[CopilotDay]) -> ToolUsage:
    """GitHub Copilot: interactions, acceptances, CLI prompts or a started agent make a day active."""
    usage = ToolUsage()
    for record in records:
        day = usage.days[(str(record.user_id), record.day)]
        day.is_active = record.is_active
        day.user_messages = record.interactions + (record.cli.prompts if record.cli else 0)
        day.suggestions_shown = record.generations
        day.suggestions_accepted = record.acceptances
        flags = {
            "agent": record.used_agent or record.used_coding_agent or record.agent_starts > 0,
            "chat": record.used_chat,
            "cli": record.used_cli,
            "completion": record.acceptances > 0,
            "review": record.used_code_review_active,
        }
        day.features = {name for name, is_used in flags.items() if is_used}
    return usage


def _tokens(view: View, activity: CopilotActivity) -> list[Tokens]:
    """Tokens of the command line and AI credits by person and day."""
    found = []
    for day in view.company.profile.days():
        report = activity.report(day, view.seen_at)
        for record in report.records if report else ():
            cli = record.cli
            found.append(
                Tokens(
                    day=day,
                    number=view.people.owner("github_copilot", str(record.user_id), day),
                    tool="github_copilot",
                    input_tokens=cli.prompt_tokens if cli else 0,
                    output_tokens=cli.output_tokens if cli else 0,
                    credits=Fraction(record.ai_credits or 0),
                )
            )
    return found


def _costs(view: View, activity: CopilotActivity) -> list[Cost]:
    """The billed net amount of a day, split by the day's AI credits, and those credits at the company's rate.

    What nobody's credits explain is unallocated. A day's billing counts once the day is over at that time.
    """
    found = []
    rates = [rate for rate in view.company.files.credit_rates if rate.unit == "github_ai_credit"]
    for day in view.company.profile.days():
        report = activity.report(day, view.seen_at)
        shares = [
            (str(record.user_id), Fraction(record.ai_credits))
            for record in (report.records if report else ())
            if record.ai_credits
        ]
        net = Fraction(0)
        if day < view.seen_at.date():
            net = sum((Fraction(item.net_amount) for item in activity.billing.on(day)), Fraction(0))
        total = sum((credits for _account, credits in shares), Fraction(0))
        if net and not total:
            found.append(Cost(day, UNALLOCATED, "github_copilot", "billed", net))
        for account, credits in shares:
            number = view.people.owner("github_copilot", account, day)
            department = view.people.department_of(number, day)
            if rates:
                value = credits * rate_on(rates, "github_ai_credit", day)
                found.append(Cost(day, department, "github_copilot", "credits", value))
            if net:
                found.append(Cost(day, department, "github_copilot", "billed", net * credits / total))
    return found
