"""The synthetic company: people, seats and events with known truth (no real person, no vendor call)."""

from demo.company.company import MAX_DELAY_DAYS, Company, ListedActivity

__all__ = ["MAX_DELAY_DAYS", "Company", "ListedActivity"]
