"""Variables that hang together with the relations between them, as a solver takes them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from publishing.linear_audit.system import Floats, Marks, Places

TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True)
class Block:
    """Some columns of a system and the rows that limit them; all other columns stay as they are.

    Attributes:
        columns, rows: which they are, in order.
        matrix, sides, is_equal: of these alone.
    """

    columns: Places
    rows: Places
    floors: Floats
    ceilings: Floats
    matrix: csr_array
    sides: Floats
    is_equal: Marks

    def place(self, column: int) -> int:
        """Of a column among those of the block."""
        return int(np.searchsorted(self.columns, column))
