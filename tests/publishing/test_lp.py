"""How problems are put side by side for the solver."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array

from publishing.linear_audit.lp import _side_by_side

NUMBERS = st.sampled_from([0.0, 0.0, 1.0, -1.0, 2.5])


@st.composite
def blocks(draw: st.DrawFn) -> list[np.ndarray]:
    sizes = draw(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 3)), min_size=1, max_size=4))
    return [
        np.array(draw(st.lists(NUMBERS, min_size=rows * columns, max_size=rows * columns))).reshape(
            rows, columns
        )
        for rows, columns in sizes
    ]


@given(blocks())
def test_blocks_stand_along_the_diagonal_and_nothing_stands_beside_them(given_blocks: list[np.ndarray]) -> None:
    """A block without rows still takes its columns."""
    joined = _side_by_side([csr_array(block) for block in given_blocks]).toarray()
    wanted = np.zeros(
        (sum(len(block) for block in given_blocks), sum(block.shape[1] for block in given_blocks))
    )
    row = column = 0
    for block in given_blocks:
        wanted[row : row + block.shape[0], column : column + block.shape[1]] = block
        row, column = row + block.shape[0], column + block.shape[1]
    assert np.array_equal(joined, wanted)
