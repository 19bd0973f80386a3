"""Functions fit a screen and files a sitting; an exception is named here with its reason."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.rooms.source import Source, sources

LONGEST_FUNCTION = 40
LONGEST_FILE = 250
EXCEPTIONS = {
    "reference/storage/migrations/versions/v0001_first_tables.py:upgrade": "a list of tables, never edited again",
}


def oversized(source: Source) -> Iterator[str]:
    """Name the file and the functions that are too long: `path` and `path:function`."""
    if len(source.path.read_text().splitlines()) > LONGEST_FILE:
        yield source.where
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _lines(node) > LONGEST_FUNCTION:
            yield f"{source.where}:{node.name}"


def _lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def test_only_named_exceptions_are_long() -> None:
    assert "\n".join(sorted(said for source in sources() for said in oversized(source))) == "\n".join(
        sorted(EXCEPTIONS)
    )


def test_a_long_function_and_a_long_file_are_told(tmp_path: Path) -> None:
    file = tmp_path / "reference" / "planted.py"
    file.parent.mkdir()
    file.write_text("def long():\n" + "    pass\n" * LONGEST_FILE)
    assert list(oversized(Source(tmp_path, file))) == ["reference/planted.py", "reference/planted.py:long"]
