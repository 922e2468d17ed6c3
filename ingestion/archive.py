"""The dated archive of saved answers, so that snapshot sources have a past.

`<archive_dir>/<source>/<resource>/<YYYY-MM-DD>.<json|ndjson|csv>[.gz]`: the vendor's answer as it was saved, or
a JSON list of its pages. Rosters and seats are current state; without an archive their history starts today.
A named account has its own folder, `<archive_dir>/<source>/<account>/<resource>/`.
"""

from __future__ import annotations

import datetime as dt
import gzip
import re
import zlib
from dataclasses import dataclass
from pathlib import Path

from runtime.errors import SourceError

_NAME = re.compile(r"(\d{4}-\d{2}-\d{2})\.(json|ndjson|csv)(\.gz)?")
_MAX_BYTES = 1024 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class ArchivedAnswer:
    """One saved answer: its day, its format and where it lies."""

    day: dt.date
    format: str
    path: Path

    def read(self) -> bytes:
        """The answer's bytes, unpacked, at most 1 GiB.

        Raises:
            SourceError: the file is cut, not gzip, or larger than the cap.
        """
        try:
            opener = gzip.open if self.path.suffix == ".gz" else open
            with opener(self.path, "rb") as file:
                data: bytes = file.read(_MAX_BYTES + 1)
        except (OSError, EOFError, zlib.error):
            raise SourceError(
                f"Archive file {self.path.name} cannot be read.",
                "Save it again, or move it out of the folder.",
            ) from None
        if len(data) > _MAX_BYTES:
            raise SourceError(f"Archive file {self.path.name} is larger than 1 GiB unpacked.", "Split it.")
        return data


def archived_answers(archive_dir: str | None, place: str, resource: str) -> dict[dt.date, ArchivedAnswer]:
    """Saved answers of one resource by day, below the folder `place`; files with other names are left alone."""
    if not archive_dir:
        return {}
    folder = Path(archive_dir) / place / resource
    found = {}
    for path in sorted(folder.glob("*")) if folder.is_dir() else []:
        match = _NAME.fullmatch(path.name)
        if match:
            day = dt.date.fromisoformat(match.group(1))
            found[day] = ArchivedAnswer(day, match.group(2), path)
    return found
