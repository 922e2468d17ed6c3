"""Invented names: distinctive, unlike any word of a data model, some outside ASCII."""

from __future__ import annotations

import unicodedata
from random import Random

_FIRST_HEADS = ("Zorv", "Quil", "Vexl", "Brynd", "Øyst", "Thal", "Jaxm", "Wrenk", "Ilsv", "Kædr", "Myrth",
                "Dagv", "Yves", "Şoral", "Fenw", "Grusz", "Haldr", "Nåvk", "Ozwin", "Pryv")  # fmt: skip
_FIRST_TAILS = ("ayne", "ombre", "ilka", "ethra", "undo", "aquil", "ysse", "orrin", "evka", "imbra",
                "ando", "éline", "ustra", "owen", "ilde")  # fmt: skip
_LAST_HEADS = ("Brundek", "Quistel", "Vandraz", "Oskelm", "Thornqu", "Zabrov", "Kjærst", "Wiłkov", "Drezh",
               "Fjorn", "Galbrax", "Hexwyn", "Imbrev", "Jorvask", "Lomquar", "Mestrov", "Nørvag", "Pelzhir",
               "Rostvek", "Szymbr", "Tarquov", "Ulvmark", "Wexford", "Yngvark", "Zeldrin", "Çavelj",
               "Bolzgar", "Crovitz", "Ekvalt", "Grünsk")  # fmt: skip
_LAST_TAILS = ("vist", "brandt", "onova", "skar", "helm", "wicz", "quist", "dottir", "mont", "zelle", "grove",
               "ström", "vane", "holt", "ezh", "arro", "fjeld", "uchi", "ombé", "itska")  # fmt: skip
_PLAIN = str.maketrans({"ø": "o", "æ": "ae", "ł": "l", "ß": "ss", "đ": "d"})


def ascii_part(text: str) -> str:
    """The name as it stands in an address: lower-case ASCII letters only."""
    plain = unicodedata.normalize("NFKD", text.lower().translate(_PLAIN))
    return "".join(char for char in plain if char.isascii() and char.isalpha())


class NameBook:
    """Hands out full names and addresses; every address is unique."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._firsts = [head + tail for head in _FIRST_HEADS for tail in _FIRST_TAILS]
        self._lasts = [head + tail for head in _LAST_HEADS for tail in _LAST_TAILS]
        self._taken: set[str] = set()

    def full_name(self) -> tuple[str, str]:
        """(first name, surname)"""
        return self._rng.choice(self._firsts), self._rng.choice(self._lasts)

    def surname(self) -> str:
        """A surname, for somebody who changes it."""
        return self._rng.choice(self._lasts)

    def local_part(self, text: str) -> str:
        """The text, with a number where it is taken already."""
        candidate, number = text, 1
        while candidate in self._taken:
            number += 1
            candidate = f"{text}{number}"
        self._taken.add(candidate)
        return candidate

    def address(self, first: str, last: str, domain: str) -> str:
        """first.last@domain, unique."""
        return f"{self.local_part(f'{ascii_part(first)}.{ascii_part(last)}')}@{domain}"
