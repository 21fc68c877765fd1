"""Memory for bulk, used again: fresh memory costs a page fault and a clearing for every 4 KiB."""

from __future__ import annotations

from collections import deque

from .records import HEADER_BYTES

SPARE = 4  # of each size


class Buffers:
    """Buffers for one record each: header and 64 KiB, 128 KiB, ... of payload.

    What is given back may still be on its way out; it is taken only when it is free.
    """

    def __init__(self, smallest: int, largest: int) -> None:
        self._spare: dict[int, deque[bytearray]] = {}
        while smallest <= largest:
            self._spare[smallest] = deque(maxlen=SPARE)
            smallest *= 2

    def take(self, payload: int) -> bytearray:
        """A buffer of any content, for at most ``payload`` bytes of payload."""
        size = max((size for size in self._spare if size <= payload), default=0)
        if not size:
            return bytearray(HEADER_BYTES + payload)
        spare = self._spare[size]
        for _ in range(len(spare)):
            buffer = spare.popleft()
            if _free(buffer):
                return buffer
            spare.append(buffer)
        return bytearray(HEADER_BYTES + size)

    def give_back(self, chunk: memoryview) -> None:
        """The payload ``chunk`` is not needed any more."""
        buffer = chunk.obj
        chunk.release()
        if isinstance(buffer, bytearray):
            spare = self._spare.get(len(buffer) - HEADER_BYTES)
            if spare is not None:
                spare.append(buffer)


def _free(buffer: bytearray) -> bool:
    # Python refuses to resize memory that somebody else looks at: zmq, until it has sent it.
    try:
        buffer.pop()
    except BufferError:
        return False
    buffer.append(0)
    return True
