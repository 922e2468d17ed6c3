"""A ratio is stated once, and everything else follows."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from metrics.registry import FAMILIES, Registry, registry
from metrics.rules import areas, rules
from metrics.wording import languages, sentences
from orchestration.metrics import documents, macros
from orchestration.metrics import rules as action_rules
from orchestration.metrics import sentences as action_sentences
from tests.docs.markdown import ROOT

NEW_RATIO = """
  short_message_share:
    ratio: [short_prompts, user_messages]
    unit: ratio
    definition: "messages under 50 characters / messages of the {period}"
    null_when: "the tool reports no lengths"
    is_compared: true
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FAMILIES, tmp_path / "families"))


def with_text(path: Path, before: str, added: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, added + before, 1), encoding="utf-8")


def written(families: Registry) -> dict[str, str]:
    """Generated files by name."""
    files = [*macros.files(families), *documents.files(families, rules(), ROOT)]
    return {path.name: text for path, text in files}


def test_one_entry_makes_a_ratio(folder: Path) -> None:
    with_text(folder / "usage.yml", "\npublished:", NEW_RATIO)
    files = written(registry(folder))
    assert "'short_message_share', 'numerator': 'short_prompts'" in files["families.sql"]
    for period in ("week", "month"):
        contract = files[f"department_usage_{period}ly.yml"]
        assert contract.count("- name: short_message_share\n") == 1
        assert "- name: short_message_share_14_weeks_ago\n" in contract
        assert "- name: short_message_share_change\n" in contract
        assert "short_message_share: {min: 0, max: 1}" in contract
        assert f"| messages under 50 characters / messages of the {period} |" in files["metrics.md"]


def test_what_is_written_is_what_is_there() -> None:
    generated = [*macros.files(registry()), *documents.files(registry(), rules(), ROOT)]
    generated += action_rules.files(rules(), sentences().rules)
    generated += action_sentences.files(areas(), {language: sentences(language) for language in languages()})
    for path, text in generated:
        assert (ROOT / path).read_text(encoding="utf-8") == text, path


def test_a_ratio_of_an_unknown_measure_is_refused_with_its_file(folder: Path) -> None:
    with_text(folder / "usage.yml", "\npublished:", NEW_RATIO.replace("short_prompts", "tiny_prompts"))
    with pytest.raises(ValueError, match=r"usage\.yml: no such measure: tiny_prompts"):
        registry(folder)


def test_a_table_of_an_unknown_measure_is_refused(folder: Path) -> None:
    with_text(folder / "power.yml", "power_people}}", "odd_")
    with pytest.raises(ValueError, match=r"power\.yml: no such measure: odd_power_people"):
        registry(folder)


def test_a_misspelt_setting_is_refused_with_its_file(folder: Path) -> None:
    with_text(folder / "stage.yml", "  assigned:", "  promised: {gives: licences, kid: people}\n")
    with pytest.raises(ValueError, match=r"(?s)stage\.yml: .*kid"):
        registry(folder)


def test_a_measure_is_a_part_or_a_total(folder: Path) -> None:
    with_text(folder / "cost.yml", "  cost:", "  paid: {gives: cost, part_of: pricing, total_of: paying}\n")
    with pytest.raises(ValueError, match=r"(?s)cost\.yml: .*not both"):
        registry(folder)


def test_accounts_have_the_totals_of_use_that_are_told_of_them() -> None:
    usage, account = registry()["usage"].measures, registry()["account"].measures
    assert "active_people" not in account
    assert "session_messages" not in account
    assert account["user_messages"] == usage["user_messages"]


def test_a_family_without_its_original_is_refused(folder: Path) -> None:
    with_text(folder / "account.yml", "usage\nwithout:", "odd_")
    with pytest.raises(ValueError, match=r"account\.yml: same_as: no family odd_usage"):
        registry(folder)
