"""The operator's own paths: a sentence with the path and a remedy, never a traceback."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest
from filelock import FileLock

from ingestion.privacy.pseudonym import load_key
from orchestration.lock import refuse_when_busy, run_lock
from runtime.environment import environment
from runtime.errors import BusyError, DiskFullError
from runtime.own_paths import PathError, told_by_path


@pytest.mark.parametrize("name", ["o'brien", "50%", "team #1", "who?", 'say "hi"', "two\nlines"])
@pytest.mark.parametrize("variable", ["AI_USAGE_DATA_DIR", "AI_USAGE_READERS_DIR"])
def test_a_path_that_engines_misread_is_refused_and_not_made(
    name: str, variable: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A quotation mark ended in 2,500 lines of traceback, `#` in a build whose every node failed."""
    monkeypatch.setenv("AI_USAGE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv(variable, str(tmp_path / name))
    with pytest.raises(PathError, match="misread"):
        environment()
    assert not (tmp_path / name).exists()


def test_blanks_and_letters_of_any_language_are_no_trouble(tmp_path: Path) -> None:
    assert environment(tmp_path / "Zürich – data (1), a+b & c").data_dir.is_dir()


@pytest.mark.parametrize("create", [True, False])
def test_a_data_folder_that_is_a_file_is_told(create: bool, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(PathError, match=f"{tmp_path / 'data'} cannot be used"):
        environment(tmp_path / "data", create=create)


def test_a_data_folder_below_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(PathError, match="Not a directory"):
        environment(tmp_path / "file" / "data")


def test_a_data_folder_of_another_account_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runtime.own_paths.os.access", lambda *_: False)
    with pytest.raises(PathError, match="Permission denied"):
        environment(tmp_path / "data")


def test_a_key_file_that_may_not_be_read_or_is_a_folder_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "key"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("AI_USAGE_PSEUDONYM_KEY_FILE", str(folder))
    with pytest.raises(PathError, match=r"The key file .* Is a directory"):
        load_key()

    def refused(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "")

    monkeypatch.setattr(Path, "read_text", refused)
    with pytest.raises(PathError, match="Permission denied"):
        load_key()


def test_a_lock_that_may_not_be_opened_is_told_and_a_full_disk_stays_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    env = environment(tmp_path / "data")

    def fails(code: int) -> None:
        def acquire(*_: object, **__: object) -> None:
            raise OSError(code, "")

        monkeypatch.setattr(FileLock, "acquire", acquire)

    fails(errno.EACCES)
    with pytest.raises(PathError, match=r"The lock .*run\.lock cannot be used"):
        refuse_when_busy(env)
    fails(errno.ENOSPC)
    with pytest.raises(DiskFullError), run_lock(env):
        pass


def test_a_lock_that_another_run_holds_is_busy_and_no_trouble_with_a_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    env = environment(tmp_path / "data")
    monkeypatch.setattr("orchestration.lock.LOCK_SECONDS", 0.1)
    with run_lock(env), pytest.raises(BusyError):
        refuse_when_busy(env)


def test_other_errors_pass_through() -> None:
    with pytest.raises(ValueError, match="mine"), told_by_path("The key file", Path("x"), ""):
        raise ValueError("mine")
