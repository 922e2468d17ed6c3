"""The synthetic company: people, seats and events with known truth (no real person, no vendor call)."""

from demo.company.company import MAX_DELAY_DAYS, Company, ListedActivity
from demo.company.generate import DEFAULT_AS_OF, generate_company
from demo.company.m365 import AccountUsage, UsageReports

__all__ = [
    "DEFAULT_AS_OF",
    "MAX_DELAY_DAYS",
    "AccountUsage",
    "Company",
    "ListedActivity",
    "UsageReports",
    "generate_company",
]
