"""The arguments that every process of the demo takes."""

from __future__ import annotations

import argparse

from demo.size import PEOPLE, SEED, WEEKS


def parser_with_size(program: str, description: str) -> argparse.ArgumentParser:
    """A parser that knows which company is meant: the same three values make the same one in any process."""
    parser = argparse.ArgumentParser(prog=f"python -m {program}", description=description)
    parser.add_argument("--people", type=int, default=PEOPLE, help="size of the company")
    parser.add_argument("--weeks", type=int, default=WEEKS, help="complete weeks of activity")
    parser.add_argument("--seed", type=int, default=SEED, help="the same seed gives the same company")
    return parser
