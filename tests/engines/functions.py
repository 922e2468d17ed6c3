"""Which functions a script calls, and which ones an engine has (functions.yml).

A parser takes every name for a function, and a translator knows those of thirty dialects: neither notices a
name that the engine itself does not have. So every name before a bracket is held against a list.
"""

from __future__ import annotations

import re
from pathlib import Path

import yaml
from sqlglot import Dialect
from sqlglot.tokens import TokenType

_LISTS = yaml.safe_load(Path(__file__).with_suffix(".yml").read_text(encoding="utf-8"))
EVERYWHERE = frozenset(_LISTS.pop("everywhere"))
OWN = {target: frozenset(functions) for target, functions in _LISTS.items()}

# Words of the language itself that stand before a bracket.
_SYNTAX = """
    and any as between by decimal else exists from group having in insert join not on or over select then using
    values when where with
"""
SYNTAX = frozenset(_SYNTAX.split())
_WORD = re.compile(r"[a-z_][a-z0-9_]*")


def called(sql: str, dialect: str) -> set[str]:
    """Every name that is called, in lower case, as it is written; common table expressions are none."""
    tokens = Dialect.get_or_raise(dialect).tokenize(sql)
    pairs = zip([None, *tokens], tokens, tokens[1:], strict=False)
    return {
        token.text.lower()
        for before, token, after in pairs
        if after.token_type == TokenType.L_PAREN
        and token.token_type != TokenType.STRING
        and _WORD.fullmatch(token.text.lower())
        and not (before is not None and before.token_type == TokenType.DOT)
    } - SYNTAX
