"""The kinds of identifiers that a person can be erased by; apart, because the command's help names them."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """What kind of identifier was entered."""

    EMAIL = "email"
    HRIS = "hris"
    CHATGPT = "chatgpt"
    GITHUB = "github"
    GITHUB_LOGIN = "github-login"
    ENTRA = "entra"
