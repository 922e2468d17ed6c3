"""Cuts a byte stream into blocks of whole lines."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

BLOCK_BYTES = 8 * 1024 * 1024
_MAX_LINE_BYTES = 8 * 1024 * 1024


def whole_lines(chunks: Iterable[bytes], too_long: Callable[[bytes], None]) -> Iterator[bytes]:
    """Regroup a stream into blocks of whole lines of about `BLOCK_BYTES`; the last may lack its line end.

    A line longer than any record can be is skipped: `too_long` is told, once, of what had come of it by then.
    """
    waiting: list[bytes] = []
    size = 0
    skips = is_one_line = False
    for chunk in chunks:
        if skips:
            _, end, chunk = chunk.partition(b"\n")
            skips = not end
        waiting.append(chunk)
        size += len(chunk)
        if size < BLOCK_BYTES:
            continue
        # A long line is put together when its end has come, not anew with every chunk of it.
        if is_one_line and b"\n" not in chunk and size < BLOCK_BYTES + _MAX_LINE_BYTES:
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
        is_one_line = size >= BLOCK_BYTES
        if size >= BLOCK_BYTES + _MAX_LINE_BYTES:
            too_long(b"".join(waiting))
            waiting, size, skips, is_one_line = [], 0, True, False
    if size:
        yield b"".join(waiting)
