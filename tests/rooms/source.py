"""The project's source as the guards read it: files, modules, imports, dotted names. A temporary tree reads alike."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("reference", "simulators")


@dataclass(frozen=True)
class Source:
    """One Python file below a root."""

    root: Path
    path: Path

    @property
    def where(self) -> str:
        """The path as people write it: relative, with slashes."""
        return self.path.relative_to(self.root).as_posix()

    @property
    def module(self) -> str:
        return ".".join(self.path.relative_to(self.root).with_suffix("").parts).removesuffix(".__init__")

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.path.read_text(), self.where)

    def imports(self) -> Iterator[str]:
        """Everything imported anywhere in the file, absolute: `from a import b` gives `a.b`, b module or not."""
        return (name for _, _, name in self._imports())

    def names(self) -> Iterator[tuple[ast.expr, str]]:
        """Every use of something imported, in full: `t.sleep` after `import time as t` is `time.sleep`."""
        known = dict(bound for _, bound, _ in self._imports())
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Name | ast.Attribute) and (name := _dotted(node, known)):
                yield node, name

    def lines(self) -> Iterator[tuple[int, str]]:
        """Every import and every use of something imported, with its line."""
        yield from ((line, name) for line, _, name in self._imports())
        yield from ((node.lineno, name) for node, name in self.names())

    def _imports(self) -> Iterator[tuple[int, tuple[str, str], str]]:
        """Line, (what the file calls it, what that is), and the name imported."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import | ast.ImportFrom):
                base = f"{self._base(node)}." if isinstance(node, ast.ImportFrom) else ""
                for alias in node.names:
                    yield node.lineno, _bound(alias, base), base + alias.name

    def _base(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        package = list(self.path.relative_to(self.root).parent.parts)
        return ".".join([*package[: len(package) - node.level + 1], *filter(None, [node.module])])


def _bound(alias: ast.alias, base: str) -> tuple[str, str]:
    """`import a.b` binds `a`; every other form binds what it says."""
    if base or alias.asname:
        return alias.asname or alias.name, base + alias.name
    first = alias.name.partition(".")[0]
    return first, first


def _dotted(node: ast.expr, known: dict[str, str]) -> str:
    if isinstance(node, ast.Name):
        return known.get(node.id, "")
    if isinstance(node, ast.Attribute) and (base := _dotted(node.value, known)):
        return f"{base}.{node.attr}"
    return ""


def sources(root: Path = ROOT, *packages: str) -> list[Source]:
    """Return the files of the rooms, in a stable order."""
    return [Source(root, path) for package in packages or PACKAGES for path in sorted((root / package).rglob("*.py"))]


def tracked() -> list[Path]:
    """Return all that a commit would publish: tracked files, and new ones that are not ignored."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


def within(name: str, prefix: str) -> bool:
    """Whether a dotted name is the prefix or lies below it."""
    return f"{name}.".startswith(f"{prefix}.")


def is_standard(name: str) -> bool:
    return name.partition(".")[0] in sys.stdlib_module_names
