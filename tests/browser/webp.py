"""Pictures that move, of pictures that the browser took: the container of WebP, which is a list of chunks."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence

HEAD = 12
"""RIFF, its size, WEBP."""
ANIMATED = 0x02
OPAQUE_OVER_THE_LAST = 0x02
IMAGE = {b"VP8 ", b"VP8L"}


def animated(frames: Sequence[tuple[bytes, int]], width: int, height: int) -> bytes:
    """Return these pictures of one size, each shown so many milliseconds, again and again."""
    size = _u24(width - 1) + _u24(height - 1)
    head = _chunk(b"VP8X", struct.pack("<I", ANIMATED) + size) + _chunk(b"ANIM", b"\xff\xff\xff\xff" + b"\0\0")
    shown = (_frame(picture, size, milliseconds) for picture, milliseconds in frames)
    body = b"WEBP" + head + b"".join(shown)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def chunks(picture: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the chunks of one file: name and content."""
    place = HEAD
    while place < len(picture):
        name, size = struct.unpack_from("<4sI", picture, place)
        yield name, picture[place + 8 : place + 8 + size]
        place += 8 + size + size % 2


def _frame(picture: bytes, size: bytes, milliseconds: int) -> bytes:
    image = b"".join(_chunk(name, content) for name, content in chunks(picture) if name in IMAGE)
    return _chunk(b"ANMF", bytes(6) + size + _u24(milliseconds) + bytes([OPAQUE_OVER_THE_LAST]) + image)


def _chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content + bytes(len(content) % 2)


def _u24(number: int) -> bytes:
    return number.to_bytes(3, "little")
