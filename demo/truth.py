"""``python -m demo.truth FILE``: write the true figures of a synthetic company, in a process of its own.

Nobody waits for them while the company's data is loaded and built, so it leaves the processors to whoever does
that.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from demo.arguments import parser_with_size
from demo.company.generate import generate_company
from demo.company.truth import compute_truth

_NICE = 10


def main(arguments: list[str] | None = None) -> None:
    """Make the company, compute, write."""
    parser = parser_with_size("demo.truth", "Write what the marts must show of a company.")
    parser.add_argument("file", type=Path, help="where the JSON goes")
    options = parser.parse_args(arguments)
    os.nice(_NICE)
    company = generate_company(people=options.people, weeks=options.weeks, seed=options.seed)
    truth = json.dumps(compute_truth(company), indent=1, default=str)
    options.file.write_text(truth, encoding="utf-8")


if __name__ == "__main__":
    main()
