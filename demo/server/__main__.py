"""``python -m demo.server``: serve a synthetic company in a process of its own.

Writes one line of JSON to standard output (``urls``, ``configuration``, ``as_of``) and serves until standard
input is closed, so that it ends with the process that started it.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from demo.archive import write_archive
from demo.arguments import parser_with_size
from demo.company.files import write_company_files
from demo.company.generate import generate_company
from demo.server.vendor_server import VendorServer
from demo.server.wire import encode


def main(arguments: list[str] | None = None) -> None:
    """Make the company, write what it has in files, serve."""
    options = _options(arguments)
    company = generate_company(people=options.people, weeks=options.weeks, seed=options.seed)
    if options.company_dir:
        write_company_files(company, options.company_dir)
    if options.archive_dir:
        write_archive(company, options.archive_dir, company.profile.as_of)
    with VendorServer(company) as server:
        told = {
            "urls": server.urls,
            "configuration": server.configuration(),
            "as_of": company.profile.as_of,
        }
        sys.stdout.write(encode(told).decode() + "\n")
        sys.stdout.flush()
        sys.stdin.read()


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = parser_with_size("demo.server", "Play the vendors of a company.")
    parser.add_argument("--archive-dir", type=Path, help="write saved answers of past nights here")
    parser.add_argument("--company-dir", type=Path, help="write the company's own files here")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
