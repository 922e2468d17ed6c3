"""Cuts a byte stream into blocks of whole lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ingestion.errors import ContractError

BLOCK_BYTES = 8 * 1024 * 1024
_MAX_LINE_BYTES = 8 * 1024 * 1024


def whole_lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Regroup a stream into blocks of whole lines of about `BLOCK_BYTES`; the last may lack its line end.

    Raises:
        ContractError: a line is longer than any record can be.
    """
    waiting: list[bytes] = []
    size = 0
    for chunk in chunks:
        waiting.append(chunk)
        size += len(chunk)
        if size < BLOCK_BYTES:
            continue
        data = b"".join(waiting)
        start = 0
        while len(data) - start >= BLOCK_BYTES:
            cut = data.rfind(b"\n", start, start + BLOCK_BYTES) + 1 or data.find(b"\n", start + BLOCK_BYTES) + 1
            if not cut:
                break
            yield data[start:cut]
            start = cut
        waiting, size = [data[start:]], len(data) - start
        if size >= BLOCK_BYTES + _MAX_LINE_BYTES:
            raise ContractError(
                f"A line of more than {_MAX_LINE_BYTES // 1024**2} MiB arrived.",
                "The answer is not JSON Lines; nothing of this load was written.",
            )
    if size:
        yield b"".join(waiting)
