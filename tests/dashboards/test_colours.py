"""Colours of the charts keep apart for readers who see colours otherwise, and stand out from the ground."""

from __future__ import annotations

import itertools
import re
from typing import TypeAlias

import numpy as np
import pytest
from numpy.typing import NDArray

from dashboards.rendering import HERE

Colour: TypeAlias = NDArray[np.float64]
CSS = (HERE / "static" / "site.css").read_text(encoding="utf-8")
# Simulations of full dichromacy on linear RGB, after Machado, Oliveira and Fernandes (2009).
_MATRICES = {
    "protanopia": "0.152286 1.052583 -0.204868 0.114503 0.786281 0.099216 -0.003882 -0.048116 1.051998",
    "deuteranopia": "0.367322 0.860646 -0.227968 0.280085 0.672501 0.047413 -0.011820 0.042940 0.968881",
    "tritanopia": "1.255528 -0.076749 -0.178779 -0.078411 0.930809 0.147602 0.004733 0.691367 0.303900",
    "all": "1 0 0 0 1 0 0 0 1",
}
SEEN_BY = {eyes: np.array(text.split(), dtype=float).reshape(3, 3) for eyes, text in _MATRICES.items()}
# The four tools stand beside each other on every page.
TOOLS = 4


def palette(theme: str) -> dict[str, Colour]:
    """Linear RGB of the variables of a theme."""
    block = CSS.split(':root[data-theme="dark"] {')[1] if theme == "dark" else CSS.split(":root {")[1]
    named = re.findall(r"--([\w-]+): #([0-9a-f]{6});", block.split("}")[0])
    return {name: linear(value) for name, value in named}


def linear(colour: str) -> Colour:
    parts = np.array([int(colour[at : at + 2], 16) for at in (0, 2, 4)]) / 255
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def lab(colour: Colour) -> Colour:
    """CIE L*a*b* under D65."""
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    scaled = to_xyz @ np.clip(colour, 0, 1) / np.array([0.9505, 1.0, 1.089])
    x, y, z = np.where(scaled > 0.008856, np.cbrt(scaled), 7.787 * scaled + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def luminance(colour: Colour) -> float:
    return float(np.array([0.2126, 0.7152, 0.0722]) @ colour)


def contrast(one: Colour, other: Colour) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("eyes", SEEN_BY)
def test_tools_keep_apart(theme: str, eyes: str) -> None:
    """A difference of 10 in CIE76 is seen at a glance."""
    colours = palette(theme)
    seen = [lab(SEEN_BY[eyes] @ colours[f"series-{at}"]) for at in range(1, TOOLS + 1)]
    assert min(float(np.linalg.norm(a - b)) for a, b in itertools.combinations(seen, 2)) >= 10


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_series_stand_out_from_the_ground(theme: str) -> None:
    colours = palette(theme)
    assert all(contrast(colours[f"series-{at}"], colours["card"]) >= 3 for at in range(1, 9))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_scale_goes_one_way(theme: str) -> None:
    colours = palette(theme)
    steps = [luminance(colours[f"scale-{at}"]) for at in range(1, 6)]
    assert steps in (sorted(steps), sorted(steps, reverse=True))


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("words", ["text", "muted", "link", "good", "poor", "accent", "hidden"])
def test_words_can_be_read(theme: str, words: str) -> None:
    colours = palette(theme)
    assert contrast(colours[words], colours["card"]) >= 4.5
    assert contrast(colours[words], colours["ground"]) >= 4.5


def test_the_system_s_dark_theme_is_the_chosen_one() -> None:
    chosen = re.findall(r"--[\w-]+: #\w+", CSS.split(':root[data-theme="dark"] {')[1].split("}")[0])
    system = re.findall(r"--[\w-]+: #\w+", CSS.split(':root:not([data-theme="light"]) {')[1].split("}")[0])
    assert system == chosen
