"""Labels of a vendor's accounts, as rows have them and as people read them."""

from __future__ import annotations

MAIN = "main"


def shown_as(source: str, tenant: str, *, several: bool) -> str:
    """What an account is called where people read: its source, with the label where there are several."""
    return f"{source} ({tenant})" if several else source


def former_tenant(days: str, source: str) -> str:
    """SQL for the label of rows of a release that loaded one account a source and wrote no label down.

    `days`: the table of loaded days, which has always had one; `source`: column with the source's name. A
    source that has loaded nothing has the default label.
    """
    return f"coalesce((select max(d.tenant) from {days} as d where d.source = {source}), '{MAIN}')"
