"""Which departments a company of a size has, and how many people each."""

from __future__ import annotations

from dataclasses import replace

from demo.company.catalog import HABITS, Habits

SMALLEST = 12
"""People of the smallest company."""
LARGE = 2_000
"""From so many people on departments are divided into units."""
UNIT_SIZE = 85
"""Mean people of the units of a divided department."""
TINY = {"Legal": 7, "Executive Office": 4}
"""Departments that do not grow with the company."""

_PRODUCTS = (
    "Payments", "Search", "Mobile", "Identity", "Platform", "Reliability", "Data", "Billing", "Devices",
    "Mapping", "Warehouse", "Partner API", "Storefront", "Security", "Toolchain", "Messaging", "Languages",
    "Pricing",
)  # fmt: skip
_REGIONS = (
    "Iberia", "Nordics", "Baltics", "Alps", "Benelux", "Adriatic", "Levant", "Maghreb", "Andes", "Patagonia",
    "Prairies", "Great Lakes", "Pacific Coast", "Caribbean", "Oceania",
)  # fmt: skip


def _units(habits: Habits) -> tuple[Habits, ...]:
    """What a department can be divided into, itself first. Units work alike; stories are of the first one."""
    if habits.name in TINY:
        return (habits,)
    names = _PRODUCTS if habits.name == "Engineering" else _REGIONS
    return habits, *(
        replace(habits, unit=name, cost_center=f"{habits.cost_center}-{number:02d}")
        for number, name in enumerate(names, start=1)
    )


_UNITS = {habits.name: _units(habits) for habits in HABITS}
HABITS_BY_NAME = {unit.name: unit for units in _UNITS.values() for unit in units}


def departments(people: int) -> tuple[Habits, ...]:
    """Every department that a company of that size knows, also those nobody works in."""
    if people < LARGE:
        return HABITS
    return tuple(HABITS_BY_NAME[name] for name in department_sizes(people))


def department_sizes(people: int) -> dict[str, int]:
    """People by department: in proportion, the tiny ones stay tiny, the four largest have ten or more.

    Under 20 people there are three departments, of which nearly nothing can be shown; from `LARGE` on each
    department is divided into units of about `UNIT_SIZE`: 5,000 people work in about 60.

    Errors: ValueError under 12 people, where departments have no meaning.
    """
    if people < SMALLEST:
        raise ValueError(f"a company needs at least {SMALLEST} people")
    if people < 20:
        sales, support = people // 3, people // 4
        return {"Engineering": people - sales - support, "Sales": sales, "Customer Support": support}
    total = sum(habits.base_size for habits in HABITS)
    sizes = {h.name: max(1, round(h.base_size * people / total)) for h in HABITS}
    sizes["Legal"] = min(TINY["Legal"], max(2, sizes["Legal"]))
    sizes["Executive Office"] = min(TINY["Executive Office"], sizes["Executive Office"])
    if 45 <= people < 300:
        for name in ("Customer Support", "Operations"):
            sizes[name] = max(sizes[name], 11)
        _shrink(sizes, people, ("Marketing", "Finance", "People"))
    sizes["Engineering"] += people - sum(sizes.values())
    return sizes if people < LARGE else _divided(sizes)


def _shrink(sizes: dict[str, int], people: int, names: tuple[str, ...]) -> None:
    """Take people from the named departments until the sum fits, leaving at least one in each."""
    while sum(sizes.values()) > people:
        name = max(names, key=lambda n: sizes[n])
        if sizes[name] == 1:
            return
        sizes[name] -= 1


def _divided(sizes: dict[str, int]) -> dict[str, int]:
    """The people of each department in as many of its units as they fill, the first the largest."""
    found: dict[str, int] = {}
    for name, people in sizes.items():
        units = _UNITS[name][: max(1, round(people / UNIT_SIZE))]
        weights = [4 * len(units) - 3 * index for index in range(len(units))]
        parts = [people * weight // sum(weights) for weight in weights]
        parts[0] += people - sum(parts)
        found |= {unit.name: part for unit, part in zip(units, parts, strict=True)}
    return found
