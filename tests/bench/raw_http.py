"""The least HTTP/1.1 that two local processes need: the partner shares the machine, so it must cost little."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import NamedTuple

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
ACCEPTED = b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"


class Message(NamedTuple):
    """A request or a response: its first line, its body, and all its head."""

    start: bytes
    body: bytes
    head: bytes


def ok(body: bytes) -> bytes:
    """Return an answer with a JSON body."""
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


async def read(reader: asyncio.StreamReader) -> Message:
    """Return the next message; IncompleteReadError when the other side has hung up."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = _LENGTH.search(head)
    return Message(head.partition(b"\r\n")[0], await reader.readexactly(int(length[1])) if length else b"", head)


async def listen(answer: Callable[[Message], bytes]) -> int:
    """Answer every request that comes, and return the port."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                writer.write(answer(await read(reader)))
        except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1")
    return int(server.sockets[0].getsockname()[1])


class Caller:
    """Posts to one service over connections that stay open."""

    def __init__(self, port: int) -> None:
        self._port, self._idle = port, list[tuple[asyncio.StreamReader, asyncio.StreamWriter]]()

    async def post(self, path: str, body: bytes, **headers: str) -> None:
        """Send it; AssertionError unless it is accepted, for what is refused would not be the same work."""
        lines = [f"POST {path} HTTP/1.1", "Host: service", f"Content-Length: {len(body)}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        reader, writer = self._idle.pop() if self._idle else await asyncio.open_connection("127.0.0.1", self._port)
        writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        answer = await read(reader)
        self._idle.append((reader, writer))
        assert answer.start[9:10] == b"2", f"{path} was answered {answer}"
