"""The dated archive of saved answers: what a company has kept of the vendors' current state.

``<folder>/<source>/<resource>/<YYYY-MM-DD>.<json|csv>.gz``, each file one night's answer as the vendor gave it:
one page, or a JSON list of pages. Nights that were missed have no file.
"""

from __future__ import annotations

import gzip
from datetime import date, datetime, timedelta
from pathlib import Path

from demo.company.company import Company
from demo.server.settings import Behaviour


def write_archive(
    company: Company, folder: Path, until: date | datetime, behaviour: Behaviour | None = None
) -> int:
    """Write every snapshot answer of the days from the company's first day to the day before ``until``.

    ``behaviour``: of the vendors in those nights. Existing files are replaced; the same company gives the same
    bytes. Gives the number of files. Errors: OSError.
    """
    last = until.date() if isinstance(until, datetime) else until
    switches = behaviour or Behaviour()
    snapshots = {vendor.source: vendor.snapshots(company, switches) for vendor in company.vendors}
    count = 0
    for step in range((last - company.profile.first_day).days):
        day = company.profile.first_day + timedelta(step)
        for source, saved in snapshots.items():
            for place, content in saved(day):
                resource, ending = place.split("/")
                target = folder / source / resource
                target.mkdir(parents=True, exist_ok=True)
                packed = gzip.compress(content, compresslevel=1, mtime=0)
                (target / f"{day}.{ending}.gz").write_bytes(packed)
                count += 1
    return count
