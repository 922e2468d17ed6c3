"""Folders that more than one command knows."""

from __future__ import annotations

from pathlib import Path

DATA_DIR_VARIABLE = "AI_USAGE_DATA_DIR"
# `ai-usage demo` writes here unless told otherwise; relative to where it is called.
DEMO_DIR = Path(".data/demo")
# Dagster's history, in a data folder.
HISTORY = "dagster"
