"""Records of Microsoft 365 Copilot: interactions and the users of the directory."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

TENANT_ID = "3c5e0a3d-1f7a-4c53-9c1e-0d8a6f2b7001"
COPILOT_SKU_ID = "639dec6b-bb19-468b-871c-c5c441c4b0cb"


@dataclass(frozen=True, slots=True)
class M365Interaction:
    """One record of the interaction history; ``account`` is the Entra object id it belongs to."""

    interaction_id: str
    session_id: str
    request_id: str
    account: str
    interaction_type: Literal["userPrompt", "aiResponse"]
    app_class: str
    """The vendor's spelling, e.g. IPM.SkypeTeams.Message.Copilot.BizChat"""
    conversation_type: str
    created_at: datetime
    prompt_chars: int | None = None
    is_html: bool = False
    attachment_count: int = 0

    @property
    def app(self) -> str:
        """The slug of the app: bizchat, teams, word, excel …"""
        return self.app_class.rsplit(".", 1)[-1].lower()


@dataclass(frozen=True, slots=True)
class DirectoryUser:
    """An Entra user as ``/users`` shows it on one day."""

    object_id: str
    upn: str
    mail: str | None
    name: str
    employee_id: str | None
    department: str | None
    enabled: bool
    user_type: Literal["Member", "Guest"]
    has_license: bool
    by_group: bool
    created_at: datetime
