"""Words for somebody's status, as HR systems write them. A word that stands nowhere here is unknown.

Numbers, yes and no are left out on purpose: what they mean is the company's to say (`status_map`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from ingestion.tabular import fold_header

STATUSES = ("active", "on_leave", "terminated", "other")

_ACTIVE = """
    active, a, employed, current, full time, part time, working, regular, permanent, probation, on probation,
    aktiv, beschäftigt, angestellt, actif, active employee, en poste, activo, activa, attivo, attiva, actief,
    in dienst
"""
_ON_LEAVE = """
    on leave, leave, leave of absence, loa, parental leave, maternity leave, paternity leave, sabbatical,
    paid leave, unpaid leave, medical leave, sick leave, garden leave, furlough, furloughed, suspended, dormant,
    ruhend, beurlaubt, elternzeit, mutterschutz, freigestellt, en congé, congé, congé parental,
    de baja temporal, en excedencia, in aspettativa, met verlof
"""
_TERMINATED = """
    terminated, inactive, t, left, leaver, left company, resigned, former, former employee, ex employee, ex,
    withdrawn, retired, retiree, deceased, dead, dismissed, discharged, separated, released, laid off,
    redundant, made redundant, quit, exited, departed, offboarded, discarded, no show, reported no show,
    not employed, contract ended, voluntary termination, involuntary termination, retirement, resignation,
    termination, death, ausgetreten, ausgeschieden, gekündigt, verstorben, pensioniert, im ruhestand, inaktiv,
    sorti, parti, partie, démissionné, licencié, retraité, décédé, inactif, cesado, baja definitiva,
    jubilado, fallecido, inactivo, cessato, dimesso, pensionato, deceduto, inattivo, uit dienst,
    gepensioneerd, overleden, inactief
"""
_PARTS = re.compile(r"\s[-–—]\s|[()/,:;|]")


def _words(text: str, status: str) -> dict[str, str]:
    return {" ".join(word.split()): status for word in text.split(",") if word.strip()}


_KNOWN = {
    **_words(_ACTIVE, "active"),
    **_words(_ON_LEAVE, "on_leave"),
    **_words(_TERMINATED, "terminated"),
    "other": "other",
}


def status_map(configured: Mapping[str, str] | None) -> dict[str, str]:
    """The company's own words in the form in which words are looked up."""
    return {_folded(word): status for word, status in (configured or {}).items()}


def status_of(written: str, own: Mapping[str, str]) -> str | None:
    """One of `STATUSES`, or None for a word that nothing knows. The company's own words come first.

    `Terminated (Voluntary)` and `Active - On Leave` are told by their parts: who has left in one of them has
    left, and who is away in one of them is away.
    """
    word = _folded(written)
    if found := own.get(word) or _KNOWN.get(word):
        return found
    parts = {own.get(part) or _KNOWN.get(part) for part in map(_folded, _PARTS.split(written))}
    return next((status for status in ("terminated", "on_leave", "active", "other") if status in parts), None)


def _folded(word: str) -> str:
    return " ".join(fold_header(word).replace("-", " ").split())
