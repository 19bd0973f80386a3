"""The project's documents as somebody reads them: the blocks in them, and in blocks of `sh` the commands."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from tests.rooms.source import ROOT, tracked

FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"# exit code (\d+)")
COMMENT = re.compile(r"(^|\s{2,})#.*$")
LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)\s]+)\)")


@dataclass(frozen=True)
class Command:
    """One line that a reader types, wherever it goes on to; a comment beside it says how it ends if not with 0."""

    where: str
    text: str
    code: int = 0

    @property
    def plain(self) -> str:
        """The command without what is said about it."""
        return COMMENT.sub("", self.text).strip()


@dataclass(frozen=True)
class Block:
    """A block of a document, without its indentation; `shown` is the block of text right below, the answer."""

    where: str
    language: str
    text: str
    shown: str = ""

    def commands(self) -> list[Command]:
        """Return what is typed, each line with those it goes on to; a line that is only a comment is none."""
        lines = re.sub(r"\\\n\s*", " ", self.text).splitlines()
        return [
            Command(self.where, line, int(found[1]) if (found := CODE.search(line)) else 0)
            for line in lines
            if line.strip() and not line.startswith("#")
        ]


def documents() -> list[Path]:
    """Return all documents that a commit would publish."""
    return sorted(path for path in tracked() if path.suffix == ".md")


def name(document: Path) -> str:
    """Return how people call it."""
    return document.relative_to(ROOT).as_posix()


def blocks(document: Path, language: str = "") -> list[Block]:
    """Return the document's blocks, from top to bottom; all, or those of a language."""
    text = document.read_text()
    found = list(FENCE.finditer(text))
    every = [_block(document, text, *pair) for pair in zip_longest(found, found[1:])]
    return [each for each in every if language in ("", each.language)]


def links(document: Path) -> list[tuple[bool, str, str]]:
    """Return where it leads: whether that is a picture, its words, its address."""
    prose = FENCE.sub("", document.read_text())
    return [(bool(sign), words, address) for sign, words, address in LINK.findall(prose)]


def _block(document: Path, text: str, block: re.Match[str], after: re.Match[str] | None) -> Block:
    indent, language, inner = block.groups()
    where = f"{name(document)}:{text.count(chr(10), 0, block.start()) + 1}"
    is_answered = after and after[2] == "text" and not text[block.end() : after.start()].strip()
    shown = _outdented(after[3], after[1]) if after and is_answered else ""
    return Block(where, language, _outdented(inner, indent), shown)


def _outdented(text: str, indent: str) -> str:
    return re.sub(rf"^{indent}", "", text, flags=re.MULTILINE)
