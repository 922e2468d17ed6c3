"""The vendors in a process of their own: they answer on one core while the pipeline works on the other."""

from __future__ import annotations

import contextlib
import multiprocessing
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from demo.archive import write_archive
from demo.company.company import Company
from demo.company.files import write_company_files
from demo.company.generate import generate_company
from demo.server.vendor_server import VendorServer

_START_SECONDS = 900


@dataclass(frozen=True, slots=True)
class CompanySize:
    """What decides a synthetic company: the same numbers give the same company."""

    people: int
    weeks: int
    seed: int

    def generate(self) -> Company:
        """The company; deterministic."""
        return generate_company(people=self.people, weeks=self.weeks, seed=self.seed)


def vendor_settings(server: VendorServer, company: Company, folder: Path) -> dict[str, str]:
    """Environment variables that point a pipeline at the server and at the files written into `folder`.

    The company's own files and the archive of saved answers are in clear: give a folder that does not stay.
    """
    files, archive = folder / "company", folder / "archive"
    write_company_files(company, files)
    write_archive(company, archive, company.profile.as_of.date())
    settings = {"AI_USAGE_COMPANY_DIR": str(files)}
    for source, values in server.configuration().items():
        settings |= {f"SOURCES__{source}__{key}".upper(): value for key, value in values.items()}
        settings[f"SOURCES__{source}__ARCHIVE_DIR".upper()] = str(archive)
    return settings


@contextlib.contextmanager
def vendors_in_a_process(size: CompanySize) -> Iterator[Connection]:
    """Start the vendors; `recv()` of the connection gives their settings once they answer.

    What is in clear lies in a temporary folder that goes with the process.
    """
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    process = spawn.Process(target=_serve, args=(size, theirs), daemon=True)
    process.start()
    theirs.close()
    try:
        yield ours
    finally:
        with contextlib.suppress(OSError):
            ours.send("stop")
        process.join(timeout=10)
        if process.is_alive():
            process.terminate()
            process.join()


def _serve(size: CompanySize, connection: Connection) -> None:
    company = size.generate()
    with tempfile.TemporaryDirectory(prefix="ai-usage-demo-") as folder, VendorServer(company) as server:
        connection.send(vendor_settings(server, company, Path(folder)))
        with contextlib.suppress(EOFError):  # the parent is gone: stop as if told to
            connection.recv()
