"""How unequally people share messages and tokens in a month, from person-days: amounts by person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from demo.company.truth_money import Tokens
from demo.company.truth_people import ALL, Directory, Period
from demo.company.truth_usage import AccountDay

Amounts = dict[str, list[int]]


def amounts_by_period(
    periods: Sequence[Period],
    days: Mapping[tuple[str, int, date], AccountDay],
    tokens: Sequence[Tokens],
    people: Directory,
) -> dict[str, dict[str, dict[str, Amounts]]]:
    """{period: {department: {tool: {"messages": amounts, "tokens": amounts}}}}, with tool ``all``.

    One amount for each active person of the tool, 0 for a person with none; the largest comes first.
    """
    lengths = {period: (period.end - period.start).days for period in periods}
    of_day = {period.start + timedelta(n): period for period, length in lengths.items() for n in range(length)}
    active: dict[tuple[Period, str], set[int]] = defaultdict(set)
    sums: dict[tuple[str, Period, str, int], int] = defaultdict(int)
    for (tool, number, day), activity in days.items():
        for name in (tool, "all"):
            sums["messages", of_day[day], name, number] += activity.user_messages
            if activity.is_active:
                active[of_day[day], name].add(number)
    for item in tokens:
        if item.number is not None and item.day in of_day:
            used = (item.input_tokens, item.cached_input_tokens, item.cache_write_tokens, item.output_tokens,
                    item.unsplit_tokens)  # fmt: skip
            for name in (item.tool, "all"):
                sums["tokens", of_day[item.day], name, item.number] += sum(used)
    found: dict[str, dict[str, dict[str, Amounts]]] = {period.key: {} for period in periods}
    for (period, tool), numbers in active.items():
        homes = people.homes(period)
        for number in numbers & homes.keys():
            for department in (homes[number], ALL):
                amounts = found[period.key].setdefault(department, {}).setdefault(tool, {})
                for measure in ("messages", "tokens"):
                    amounts.setdefault(measure, []).append(sums[measure, period, tool, number])
    for departments in found.values():
        for tools in departments.values():
            for amounts in tools.values():
                for listed in amounts.values():
                    listed.sort(reverse=True)
    return found
