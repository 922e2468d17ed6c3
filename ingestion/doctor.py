"""Building blocks of `ai-usage doctor`: it asks for one row, says what is missing, and writes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from ingestion.http import VendorClient
from ingestion.source_types import Finding
from runtime.errors import AccessError, MissingError, SourceError


def probe(
    client: VendorClient,
    path: str,
    params: Mapping[str, Any] | None,
    subject: str,
    scope: str,
    *,
    method: Literal["GET", "POST"] = "GET",
) -> Finding:
    """One read of a route: right, refused (names the scope), or not answering."""
    try:
        if method == "POST":
            client.post_json(path, dict(params or {}))
        else:
            client.get_json(path, dict(params) if params else None)
    except AccessError as error:
        return Finding(subject, False, error.message, f"Grant the read-only scope `{scope}`.")
    except MissingError as error:  # some vendors hide with 404 what a credential may not see
        remedy = f"{error.remedy} If they are right, grant the read-only scope `{scope}`."
        return Finding(subject, False, error.message, remedy)
    except SourceError as error:
        return Finding(subject, False, error.message, error.remedy)
    return Finding(subject, True, "readable")
