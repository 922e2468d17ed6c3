"""The kinds of identifiers that a person can be erased by; the command's help names them.

Written from the kits by `python -m orchestration.kits`.
"""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """What was entered: an address, an employee id, or the id of a vendor's account."""

    EMAIL = "email"
    HRIS = "hris"
    GITHUB = "github"
    GITHUB_LOGIN = "github-login"
    ENTRA = "entra"
    ANTHROPIC = "anthropic"
    CHATGPT = "chatgpt"
    CODEX = "codex"
    CURSOR = "cursor"
    GEMINI = "gemini"
    OPENAI_API = "openai_api"
    OTEL = "otel"
    API_GATEWAY = "api_gateway"


# Of vendors whose ids are a kind of their own.
VENDOR_NAMESPACES = {
    Kind.ANTHROPIC: "vendor-user/anthropic",
    Kind.CHATGPT: "vendor-user/chatgpt",
    Kind.CODEX: "vendor-user/codex",
    Kind.CURSOR: "vendor-user/cursor",
    Kind.GEMINI: "vendor-user/gemini",
    Kind.OPENAI_API: "vendor-user/openai_api",
    Kind.OTEL: "vendor-user/otel",
    Kind.API_GATEWAY: "vendor-user/api_gateway",
}
