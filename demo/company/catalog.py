"""Constants of the synthetic company: departments, habits, places, holidays, dates of its stories."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta


@dataclass(frozen=True, slots=True)
class Habits:
    """How a department works. Shares are of people, rates are per workday.

    Who gets a seat of which product, and how often it is used, is the product's business: by ``kind``.
    """

    kind: str
    """The department, also of its units: what a vendor decides by."""
    parent: str
    cost_center: str
    base_size: int
    job_functions: tuple[str, ...]
    sessions: float
    """Mean sessions of an active day."""
    depth: float
    """Mean user messages of a session."""
    prompt_median: int
    """Median characters of a prompt."""
    mini_share: float
    """Share of turns on the light model."""
    unit: str = ""

    @property
    def name(self) -> str:
        """The department, or the unit of it."""
        return f"{self.kind} {self.unit}".rstrip()


# The first person of the first department leads the company. Last line of each: sessions, depth, prompt length,
# light model.
HABITS: tuple[Habits, ...] = (
    Habits("Executive Office", "Corporate", "CC-100", 4, ("Executive", "Chief of Staff"),
           1.0, 2.0, 80, 0.10),
    Habits("Engineering", "Technology", "CC-410", 180,
           ("Software Engineer", "Data Engineer", "Site Reliability Engineer"),
           1.3, 3.6, 170, 0.15),
    Habits("Sales", "Commercial", "CC-310", 120, ("Account Executive", "Sales Engineer"),
           1.2, 3.0, 95, 0.30),
    Habits("Customer Support", "Commercial", "CC-320", 90, ("Support Specialist", "Support Engineer"),
           2.9, 1.3, 34, 0.60),
    Habits("Operations", "Operations", "CC-510", 80, ("Operations Analyst", "Logistics Planner"),
           1.1, 2.6, 70, 0.40),
    Habits("Marketing", "Commercial", "CC-330", 55, ("Content Strategist", "Campaign Manager"),
           1.0, 6.0, 190, 0.20),
    Habits("Finance", "Corporate", "CC-110", 40, ("Controller", "Financial Analyst"),
           1.2, 3.4, 110, 0.20),
    Habits("People", "Corporate", "CC-120", 24, ("People Partner", "Talent Partner"),
           1.1, 3.0, 110, 0.30),
    Habits("Legal", "Corporate", "CC-130", 7, ("Counsel",),
           1.0, 4.0, 230, 0.10),
)  # fmt: skip

LOCATIONS: tuple[tuple[str, int, float], ...] = (
    ("Lisbon", 1, 0.35),
    ("Gdańsk", 2, 0.30),
    ("Toronto", -4, 0.20),
    ("Singapore", 8, 0.15),
)
"""(name, hours ahead of UTC, share of people)"""
UTC_OFFSET = {name: offset for name, offset, _share in LOCATIONS}

EVERYWHERE_HOLIDAYS = ((1, 1), (12, 25), (12, 26))
LOCAL_HOLIDAYS: tuple[tuple[str, int, int], ...] = (
    ("Lisbon", 6, 10),
    ("Lisbon", 10, 5),
    ("Gdańsk", 6, 4),
    ("Gdańsk", 11, 11),
    ("Toronto", 7, 1),
    ("Toronto", 9, 7),
    ("Singapore", 8, 10),
)


def monday_of(day: date) -> date:
    """The Monday of the ISO week."""
    return day - timedelta(day.weekday())


@dataclass(frozen=True, slots=True)
class Timeline:
    """The dates of the company's stories, relative to the range."""

    first_day: date
    as_of: datetime
    weeks: int

    @property
    def as_of_day(self) -> date:
        """The day of the run."""
        return self.as_of.date()

    def at(self, share: float) -> date:
        """The Monday a share of the range after its start."""
        return self.first_day + timedelta(7 * round(share * self.weeks))

    @property
    def model_launch(self) -> date:
        """First day of gpt-5-5."""
        return self.at(0.5)

    @property
    def shallow_from(self) -> date:
        """From here on Marketing opens more and shorter sessions."""
        return self.at(0.6)

    @property
    def runaway_from(self) -> date:
        """From here on the credits of one team run away (the last three complete weeks)."""
        return monday_of(self.as_of_day) - timedelta(21)
