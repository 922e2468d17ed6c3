"""Lists of published tables follow from what marts say of themselves."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from orchestration.metrics import tables
from orchestration.metrics.published import published
from tests.docs.markdown import ROOT


def written(chosen: tables.Tables) -> dict[Path, str]:
    return dict(tables.files(chosen, ROOT))


def test_a_mart_is_listed_by_its_label_and_its_question() -> None:
    funnel = published()["adoption_funnel_weekly"]
    files = written({"adoption_funnel_weekly": replace(funnel, label="Stairs", question="How high?")})
    assert "  adoption_funnel_weekly: Stairs\n" in files[tables.NAMES]
    link = "[adoption_funnel_weekly](#!/model/model.ai_usage.adoption_funnel_weekly)"
    assert f"| How high? | {link} |" in files[tables.OVERVIEW]


def test_only_tables_with_masks_are_among_those_with_something_hidden() -> None:
    page = written(published())[tables.TRUST]
    assert "from published.adoption_funnel_weekly" in page
    assert "from published.targets" not in page.split("end of rows with something hidden")[0]


def test_a_mart_without_a_question_is_refused_by_name() -> None:
    funnel = replace(published()["adoption_funnel_weekly"], question="")
    with pytest.raises(ValueError, match="a label and a question: adoption_funnel_weekly"):
        written({"adoption_funnel_weekly": funnel})
