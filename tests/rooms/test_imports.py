"""Who may import whom: the table of `rooms.py`, and no module in a circle."""

from __future__ import annotations

from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.rooms.rooms import ROOMS
from tests.rooms.source import PACKAGES, Source, is_standard, sources, within

LOADERS = {"simulators.world", "simulators.cli.verbs"}  # may name a module by a string


def room_of(module: str) -> str:
    return max((name for name in ROOMS if within(module, name)), key=len)


def trespasses(source: Source) -> Iterator[str]:
    home = room_of(source.module)
    for name in source.imports():
        if not allowed(home, name):
            yield f"{source.where}: {home} may not use {name}"


def allowed(home: str, name: str) -> bool:
    room = ROOMS[home]
    if within(name, "importlib.metadata") or within(name, "importlib.resources"):
        return True
    if within(name, "importlib") or within(name, "runpy"):
        return home in LOADERS
    if name.partition(".")[0] in PACKAGES:
        return within_room(name, home) or any(within(name, ours) for ours in room.ours)
    return is_standard(name) or any(within(name, tool) for tool in room.tools)


def within_room(name: str, home: str) -> bool:
    """A room's own files; `reference` and `simulators` themselves hold nothing but rooms."""
    return home not in PACKAGES and room_of(name) == home


def graph(files: list[Source]) -> dict[str, set[str]]:
    """Each module with the modules of ours it imports, also late or for types only."""
    modules = {source.module for source in files}
    return {
        source.module: {found for name in source.imports() if (found := _module(name, modules))} - {source.module}
        for source in files
    }


def _module(name: str, modules: set[str]) -> str | None:
    return name if name in modules else next((m for m in [name.rpartition(".")[0]] if m in modules), None)


def test_every_room_imports_only_what_its_row_allows() -> None:
    assert "\n".join(said for source in sources() for said in trespasses(source)) == ""


def test_no_modules_import_each_other_in_a_circle() -> None:
    TopologicalSorter(graph(sources())).prepare()


def test_every_file_lies_in_a_room_of_the_table() -> None:
    homeless = [s.where for s in sources() if room_of(s.module) in PACKAGES and s.module not in PACKAGES]
    assert homeless == []


@pytest.mark.parametrize(
    ("where", "planted"),
    [
        ("reference/domain/money.py", "import sqlalchemy"),
        ("reference/domain/money.py", "from ..storage import outbox"),
        ("reference/domain/money.py", "def late():\n    import requests.adapters"),
        ("reference/application/receive.py", "from reference import storage"),
        ("reference/sagas/saga.py", "import reference.wire as wire"),
        ("reference/settings.py", "import flask"),
        ("reference/wire.py", "from . import app"),
        ("reference/web/sagas.py", "from reference.gateways.stripe import Stripe"),
        ("reference/web/sagas.py", "from importlib import import_module"),
        ("reference/app.py", "from tests.postgres import PostgresServer"),
        ("reference/app.py", "import simulators.kit"),
        ("simulators/learning/app.py", "from reference.wire import envelope"),
        ("simulators/learning/app.py", "from simulators.stripe import app"),
        ("simulators/learning/app.py", "if True:\n    from ..stripe.app import create_app"),
        ("simulators/learning/app.py", "import requests"),
        ("simulators/kit/storage/store.py", "from simulators.world import service"),
        ("simulators/world/service.py", "import reference.app"),
        ("simulators/cli/reconcile.py", "import reference.storage"),
    ],
)
def test_a_trespasser_is_refused(tmp_path: Path, where: str, planted: str) -> None:
    file = tmp_path / where
    file.parent.mkdir(parents=True)
    file.write_text(planted + "\n")
    assert [said for source in sources(tmp_path) for said in trespasses(source)] != []


def test_what_the_table_allows_is_let_in(tmp_path: Path) -> None:
    file = tmp_path / "reference/storage/outbox.py"
    file.parent.mkdir(parents=True)
    file.write_text("import json\nimport sqlalchemy as sa\nfrom ..domain import money\nfrom . import tables\n")
    assert [said for source in sources(tmp_path) for said in trespasses(source)] == []


@pytest.mark.parametrize("late", ["def late():", "if TYPE_CHECKING:"])
def test_a_circle_is_refused(tmp_path: Path, late: str) -> None:
    room = tmp_path / "reference/domain"
    room.mkdir(parents=True)
    (room / "money.py").write_text(f"{late}\n    from reference.domain.payment import Payment\n")
    (room / "payment.py").write_text("from . import money\n")
    with pytest.raises(CycleError):
        TopologicalSorter(graph(sources(tmp_path))).prepare()
