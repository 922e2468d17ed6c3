"""The arguments that every process of the demo takes."""

from __future__ import annotations

import argparse


def parser_with_size(program: str, description: str) -> argparse.ArgumentParser:
    """A parser that knows which company is meant: the same three values make the same one in any process."""
    parser = argparse.ArgumentParser(prog=f"python -m {program}", description=description)
    parser.add_argument("--people", type=int, default=600, help="size of the company")
    parser.add_argument("--weeks", type=int, default=26, help="complete weeks of activity")
    parser.add_argument("--seed", type=int, default=7, help="the same seed gives the same company")
    return parser
