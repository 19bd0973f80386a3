"""One word means one thing: names use the words of CONTRIBUTING.md's glossary, and functions are verbs or nouns."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rooms.source import ROOT, Source, sources

# What was said before, and the glossary's word for it.
REPLACED = {
    "errand": "outbox message",
    "relay": "dispatcher",
    "gatekeeper": "authenticator",
    "shelf": "indexed table",
    "agenda": "due queue",
    "witness": "traffic recorder",
    "culprit": "cause",
    "suffer": "install faults",
    "furnish": "seed",
    "furniture": "seed data",
    "announcing": "outgoing events",
    "bury": "dead letter",
    "misfit": "dead letter",
    "liar": "mutant",
    "liars": "mutants",
    "lies": "mutations",
    "overheard": "captured messages",
    "told": "to_json, describe, text",
}
IRREGULAR = frozenset(
    {
        *("told", "kept", "heard", "shown", "built", "made", "said", "sent", "found", "chosen", "written", "given"),
        *("taken", "gone", "done", "begun", "known", "drawn", "held", "lost", "met", "paid", "left", "bought", "sold"),
        *("brought", "caught", "taught", "felt", "seen", "spoken", "broken", "frozen", "hidden", "forgotten"),
        *("struck", "understood"),
    }
)
NOT_PARTICIPLES = frozenset({"need", "feed", "seed", "speed", "embed", "exceed", "proceed", "succeed"})
PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


def named(source: Source) -> Iterator[tuple[int, str]]:
    """Every name that a file gives: to itself, classes, functions, parameters and variables."""
    yield 1, source.path.stem
    for node in ast.walk(source.tree):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) if name.startswith("test_"):
                pass  # A sentence.
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield node.lineno, node.name
            case ast.arg():
                yield node.lineno, node.arg
            case ast.Name(ctx=ast.Store()):
                yield node.lineno, node.id
            case ast.Attribute(ctx=ast.Store()):
                yield node.lineno, node.attr


def replaced_words(source: Source) -> Iterator[str]:
    """Name where a replaced word is still part of a name."""
    for line, name in named(source):
        for part in {each.lower() for each in PARTS.findall(name)} & REPLACED.keys():
            yield f"{source.where}:{line} {name}: the word is {REPLACED[part]!r}"


def bare_participles(source: Source) -> Iterator[str]:
    """Name the functions that are neither a verb nor a noun; a property may say what something is."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not _is_property(node):
            word = node.name.strip("_")
            is_regular = word.endswith("ed") and word not in NOT_PARTICIPLES
            if "_" not in word and (is_regular or word in IRREGULAR):
                yield f"{source.where}:{node.lineno} {node.name}()"


def _is_property(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any("property" in ast.unparse(each) for each in node.decorator_list)


def test_names_use_the_glossarys_words() -> None:
    everywhere = sources(ROOT, "reference", "simulators", "tests")
    assert "\n".join(found for source in everywhere for found in replaced_words(source)) == ""


def test_functions_are_verbs_or_nouns() -> None:
    assert "\n".join(found for source in sources() for found in bare_participles(source)) == ""


def test_a_class_name_has_one_home() -> None:
    homes: dict[str, list[str]] = defaultdict(list)
    for source in sources():
        for node in source.tree.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                homes[node.name].append(source.where)
    assert {name: where for name, where in homes.items() if len(where) > 1 and name not in SHARED} == {}


# Classes of one name in several rooms that mean the same thing on purpose.
SHARED = {"Clock": "the reference asks for no more than its protocol, and the naive service shares nothing"}


@pytest.mark.parametrize(
    "planted",
    ["def hand(errand): ...", "class OutboxRelay: ...", "the_shelf = {}", "def told(): ...", "self.culprit = 1"],
)
def test_a_replaced_word_is_refused(tmp_path: Path, planted: str) -> None:
    assert list(replaced_words(_planted(tmp_path, planted))) != []


@pytest.mark.parametrize("planted", ["def kept(): ...", "class A:\n    def _listed(self): ..."])
def test_a_bare_participle_is_refused(tmp_path: Path, planted: str) -> None:
    assert list(bare_participles(_planted(tmp_path, planted))) != []


@pytest.mark.parametrize(
    "planted", ["def feed(): ...", "def is_kept(): ...", "class A:\n    @property\n    def closed(self): ..."]
)
def test_verbs_nouns_and_properties_pass(tmp_path: Path, planted: str) -> None:
    source = _planted(tmp_path, planted)
    assert [*bare_participles(source), *replaced_words(source)] == []


GLOSSARY = re.compile(r"^\| (?P<term>[^|]+) \| [^|]+ \| (?P<where>[^|]+) \|$", re.MULTILINE)


def test_every_entry_of_the_glossary_lives_where_it_says() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text().partition("## Glossary")[2]
    entries = [found for found in GLOSSARY.finditer(text) if found["term"].strip() not in {"term", "---"}]
    lost = {
        found["term"]: path
        for found in entries
        for path in re.findall(r"`([\w./]+/[\w./]*)`", found["where"])
        if not (ROOT / path).exists()
    }
    assert lost == {}
    assert len(entries) >= 40


def _planted(root: Path, text: str) -> Source:
    path = root / "reference" / "domain" / "planted.py"
    path.parent.mkdir(parents=True)
    path.write_text(text + "\n")
    return Source(root, path)
