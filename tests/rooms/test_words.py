"""Words that belong to one place: Stripe's in its gateway, a machine's in nothing that is published."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.rooms.source import ROOT, Source, sources, tracked

STRIPES = re.compile(
    r"payment_intent\.|charge\.(refund|dispute|updated|succeeded|failed)|refund\.(created|updated|failed)"
    r"|requires_(payment_method|confirmation|action|capture)"
    r"|^(pi|re|ch|evt|cus|pm|du|dp|acct)_"
)
MACHINE = re.compile(r"/(home|Users)/[a-z]\w*/|[A-Z]:\\Users\\")


def stripes_words(source: Source) -> Iterator[str]:
    if source.where.startswith("reference/gateways/stripe"):
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and STRIPES.search(node.value):
            yield f"{source.where}:{node.lineno} {node.value[:60]!r}"


def machines_words(text: str) -> list[str]:
    """Find home directories, and the place where this very checkout lies."""
    own = [f"{place}/" for place in {str(ROOT), str(Path.home())} if len(place) > 1 and f"{place}/" in text]
    return own + [found.group() for found in MACHINE.finditer(text)]


def test_stripes_words_stand_in_its_gateway_only() -> None:
    assert "\n".join(said for source in sources(ROOT, "reference") for said in stripes_words(source)) == ""


def test_stripes_words_elsewhere_are_told(tmp_path: Path) -> None:
    for where in ("reference/web/planted.py", "reference/gateways/stripe_webhook.py"):
        file = tmp_path / where
        file.parent.mkdir(parents=True)
        file.write_text('NEWS = ("payment_intent.succeeded", "requires_payment_method", "pi_123")\n')
    found = [said for source in sources(tmp_path, "reference") for said in stripes_words(source)]
    assert len(found) == 3
    assert all(said.startswith("reference/web/planted.py") for said in found)


def test_no_published_file_names_a_machine() -> None:
    found = {
        str(path.relative_to(ROOT)): words
        for path in tracked()
        if (words := machines_words(path.read_bytes().decode(errors="ignore")))
    }
    assert found == {}


def test_a_machines_words_are_told() -> None:
    homes = ["/" + "home/ada/code/x.py", "/" + "Users/ada/x", "C:" + "\\Users\\ada", f"see {ROOT}/Makefile"]
    assert [bool(machines_words(text)) for text in homes] == [True] * len(homes)
    assert machines_words("/tmp/x, https://example.com/users/ada") == []


def test_the_locked_dependencies_name_no_host_and_all_have_hashes() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    assert re.search(r"://|--(index|extra|find)|\bfile:| @ ", lock) is None
    pinned = re.split(r"\n(?=\S)", lock.strip())
    assert [line for line in pinned if "==" in line and "--hash=sha256:" not in line] == []
