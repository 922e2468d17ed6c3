"""Lines of dbt's property files."""

from __future__ import annotations

import json


def quoted(text: str) -> str:
    """A text as YAML writes it: a string of JSON is one."""
    return json.dumps(text, ensure_ascii=False)


def model(written: str, name: str, description: str) -> list[str]:
    """The head of a file with one model; `written` says from what it is written."""
    return [
        written,
        "version: 2",
        "",
        "models:",
        f"  - name: {name}",
        f"    description: {quoted(description)}",
    ]


def key_rules(name: str, key: tuple[str, ...], *, has_nulls: bool) -> list[str]:
    """The test that the columns identify a row of the model; none where rows may repeat."""
    if not key:
        return []
    columns = f"[{', '.join(key)}]"
    return [
        "    data_tests:",
        "      - table_rules:",
        f"          name: {name}_rules",
        "          arguments:",
        f"            {f'unique: [{columns}]' if has_nulls else f'primary_key: {columns}'}",
    ]
