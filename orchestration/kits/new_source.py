"""The files of a new vendor, from the folder `template`: `ai-usage new-source NAME`.

A template has the path that its file gets in the project, with `NAME` for the source's name. Jinja's usual
delimiters belong to dbt, so it is `<< name >>` in a text.
"""

from __future__ import annotations

import keyword
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment, StrictUndefined

from orchestration.project import PROJECT_DIR
from runtime.errors import ConfigurationError
from runtime.own_paths import told_by_path

TEMPLATE = Path(__file__).with_name("template")
_ENDING = ".j2"
_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_LONGEST = 24  # a staging model has it twice in a line of SQL
# What stands for all tools on pages and in published tables.
_ALL_TOOLS = "all"
_REMEDY = "Nothing was written. See docs/connect/new_source.md."
_NEXT = """
Add the source to ingestion/sources/registry.py, the only existing file that you edit:

    from ingestion.sources.{name} import SOURCE as {constant}  # in order of name
    {constant},  # at the end of SOURCES

Then write what follows from it, and see that it works before you change it:

    .venv/bin/python -m orchestration.kits
    .venv/bin/pytest -n 0 tests/vendors -k {name}
    make lint

What depends on the vendor has a comment with `Replace:`. docs/connect/new_source.md describes the rest.
"""


def create(name: str, project: Path = PROJECT_DIR) -> list[Path]:
    """Write the files of a new source, all of them or none; their paths in the project.

    Raises:
        ConfigurationError: the name is not possible, or something has it already.
        PathError: a file cannot be written.
    """
    _require_name(name)
    made = dict(_rendered(name))
    _require_room(name, made, project)
    written: list[Path] = []
    folders: list[Path] = []
    try:
        for path, (template, text) in made.items():
            with told_by_path("The file", project / path, "Run as the account that owns the checkout."):
                folders += _made_folder((project / path).parent)
                with (project / path).open("x", encoding="utf-8") as file:
                    written.append(project / path)
                    file.write(text)
                shutil.copymode(template, project / path)
    except BaseException:
        for place in written:
            place.unlink()
        for folder in reversed(folders):
            folder.rmdir()
        raise
    return list(made)


def next_steps(name: str) -> str:
    """What to do with the files."""
    return _NEXT.format(name=name, constant=name.upper())


def _rendered(name: str) -> Iterator[tuple[Path, tuple[Path, str]]]:
    """Path in the project, template and text of each file."""
    signs = {"variable": ("<<", ">>"), "block": ("<%", "%>"), "comment": ("<#", "#>")}
    delimiters = {
        f"{kind}_{end}_string": sign
        for kind, pair in signs.items()
        for end, sign in zip(("start", "end"), pair, strict=True)
    }
    jinja = Environment(**delimiters, undefined=StrictUndefined, keep_trailing_newline=True)  # type: ignore[arg-type]
    words = name.split("_")
    names = {
        "name": name,
        "title": " ".join(words).title(),
        "class_name": "".join(word.title() for word in words),
        "host": "-".join(words),
        "variable": name.upper(),
    }
    for template in sorted(TEMPLATE.rglob(f"*{_ENDING}")):
        place = str(template.relative_to(TEMPLATE)).removesuffix(_ENDING).replace("NAME", name)
        yield Path(place), (template, jinja.from_string(template.read_text(encoding="utf-8")).render(names))


def _require_name(name: str) -> None:
    if not _NAME.fullmatch(name) or len(name) > _LONGEST or keyword.iskeyword(name):
        raise ConfigurationError(
            f"A source cannot be called {name!r}.",
            f"Use up to {_LONGEST} lower-case letters, digits and single underscores, beginning with a letter, "
            "and no word of Python.",
        )
    if name in _taken():
        raise ConfigurationError(
            f"{name} is taken: by a source, a tool, a setting, a kind of identifier or a site of the demo.",
            f"Choose another one. {_REMEDY}",
        )


def _taken() -> set[str]:
    from demo.server.vendor_server import SHARED_SITES
    from demo.vendors import all_vendors
    from ingestion.kit import every_kit
    from lifecycle.kinds import Kind
    from orchestration.known_settings import taken_names

    tools = {tool for kit in every_kit().values() for tool in kit.tools}
    sites = {site for vendor in all_vendors() for site in vendor.site_names}
    return {_ALL_TOOLS, *tools, *taken_names(), *(str(kind) for kind in Kind), *sites, *SHARED_SITES}


def _require_room(name: str, made: dict[Path, tuple[Path, str]], project: Path) -> None:
    """The operations tables, for example, have a folder of models and no source."""
    places = [*made, Path("models/staging") / name, Path("models/vendors") / name]
    if there := [str(place) for place in places if (project / place).exists()]:
        raise ConfigurationError(f"{', '.join(there)} exists.", _REMEDY)


def _made_folder(folder: Path) -> list[Path]:
    """Make a folder; those that were not there, the outermost first."""
    missing = [one for one in (folder, *folder.parents) if not one.exists()][::-1]
    for one in missing:
        one.mkdir()
        shutil.copymode(TEMPLATE, one)
    return missing
