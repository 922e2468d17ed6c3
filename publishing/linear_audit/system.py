"""Relations between figures as arrays: worked out once, while more and more of the figures is hidden."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from publishing.linear_audit.rows import Row

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]
Marks = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class System:
    """Deviations from the exact figures, one column for all that are the same number, and what limits them.

    Each row says that the sum of its members is at most `sides`, or just that where `is_equal`.

    Attributes:
        column: of each figure, the column that stands for it.
        floors: of each column, how far down it may go.
        whole: columns that deviate by whole numbers only.
        periods: of each column, its period by number.
        matrix, by_column: the factors, by row and by column.
        is_within: rows between figures of one period.
    """

    column: Places
    floors: Floats
    whole: Marks
    periods: Places
    matrix: csr_array
    by_column: csr_array
    sides: Floats
    is_equal: Marks
    is_within: Marks

    @classmethod
    def of(
        cls,
        floors: Floats,
        whole: Marks,
        periods: Places,
        rows: Sequence[Row],
        within: Collection[str],
    ) -> System:
        """Of figures by their places.

        within: kinds of rows between figures of one period
        """
        column, first = _columns(len(floors), rows)
        merged = np.full(len(first), -np.inf)
        np.maximum.at(merged, column, floors)
        kept = [row for row in rows if row.kind != "ties"]
        matrix = _matrix(kept, column, len(first))
        sides = np.array([row.slack for row in kept], dtype=np.float64)
        is_equal = np.array([row.is_equality for row in kept], dtype=np.bool_)
        is_within = np.array([row.kind in within for row in kept], dtype=np.bool_)
        once = _distinct(matrix, sides, is_equal, is_within)
        matrix = matrix[once]
        return cls(
            column,
            merged,
            whole[first],
            periods[first],
            matrix,
            csr_array(matrix.T),
            sides[once],
            is_equal[once],
            is_within[once],
        )

    def free(self, unknown: Marks) -> Marks:
        """Columns of which every figure is unknown: where one is known, so are the others."""
        free: Marks = np.bincount(self.column, ~unknown, len(self.floors)) == 0
        return free

    def rows_of(self, columns: Places) -> Places:
        """Rows with one of these columns, in order."""
        return np.unique(members(self.by_column, columns))

    def columns_of(self, rows: Places) -> Places:
        """Columns in one of these rows, in order."""
        return np.unique(members(self.matrix, rows))


def members(matrix: csr_array, lines: Places) -> Places:
    """What stands in these lines of a matrix; more than once where several of them have it."""
    starts, sizes = matrix.indptr[lines], np.diff(matrix.indptr)[lines]
    ends = np.cumsum(sizes)
    shift = np.repeat(starts - ends + sizes, sizes)
    found: Places = matrix.indices[np.arange(len(shift)) + shift].astype(np.int64)
    return found


def joined(matrix: csr_array, is_open: Marks) -> Places:
    """Of each column the number of its part: open columns that rows join, and each other one by itself."""
    kept = is_open[matrix.indices]
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))[kept]
    columns = matrix.indices[kept]
    _, begin, line = np.unique(rows, return_index=True, return_inverse=True)
    size = matrix.shape[1]
    graph = coo_array((np.ones(len(columns)), (columns[begin][line], columns)), shape=(size, size))
    _, labels = connected_components(graph, directed=False)
    found: Places = labels.astype(np.int64)
    return found


def _columns(size: int, rows: Iterable[Row]) -> tuple[Places, Places]:
    """Of each figure its column, and of each column its first figure. Ties name the first one first."""
    first = np.arange(size)
    for row in rows:
        if row.kind == "ties":
            (one, _), (other, _) = row.members
            first[other] = first[one]
    kept, column = np.unique(first, return_inverse=True)
    return column.astype(np.int64), kept.astype(np.int64)


def _matrix(rows: Sequence[Row], column: Places, size: int) -> csr_array:
    counts = np.fromiter((len(row.members) for row in rows), np.int64, len(rows))
    total = int(counts.sum())
    places = np.fromiter((place for row in rows for place, _ in row.members), np.int64, total)
    factors = np.fromiter((factor for row in rows for _, factor in row.members), np.float64, total)
    lines = np.repeat(np.arange(len(rows)), counts)
    matrix = csr_array((factors, (lines, column[places])), shape=(len(rows), size))
    matrix.sum_duplicates()
    matrix.eliminate_zeros()
    return matrix


def _distinct(matrix: csr_array, sides: Floats, is_equal: Marks, is_within: Marks) -> Places:
    """Of rows that say the same, the one that says the most; none of those that say nothing."""
    strictest: dict[tuple[bytes, bytes, bool, bool], int] = {}
    bounds = matrix.indptr
    for row, (start, end) in enumerate(zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True)):
        if start < end:
            factors = (matrix.indices[start:end].tobytes(), matrix.data[start:end].tobytes())
            key = (*factors, bool(is_equal[row]), bool(is_within[row]))
            before = strictest.setdefault(key, row)
            if sides[row] < sides[before]:
                strictest[key] = row
    return np.array(sorted(strictest.values()), dtype=np.int64)
