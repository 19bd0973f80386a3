"""What a service made of an empty database is given to the next of its kind, and nothing of a world's own."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from simulators.world import quick_database
from simulators.world.quick_database import QuickDatabase


@pytest.fixture(autouse=True)
def _nothing_prepared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quick_database, "_PREPARED", {})


def path_of(database: QuickDatabase) -> Path:
    return Path(database.url.removeprefix("sqlite:///"))


def folder(parent: Path, name: str) -> Path:
    made = parent / name
    made.mkdir()
    return made


def write(database: QuickDatabase, text: str) -> sqlite3.Connection:
    connection = sqlite3.connect(path_of(database))
    connection.executescript("PRAGMA journal_mode=WAL; CREATE TABLE notes (text)")
    connection.execute("INSERT INTO notes VALUES (?)", [text])
    connection.commit()
    return connection


def notes(database: QuickDatabase) -> list[str]:
    with closing(sqlite3.connect(path_of(database))) as connection:
        return [text for (text,) in connection.execute("SELECT text FROM notes")]


def test_the_next_of_its_kind_begins_with_what_the_first_has_made(tmp_path: Path) -> None:
    first = QuickDatabase(tmp_path, ("reference",))
    with closing(write(first, "revision 2")) as still_open:
        first.remember(["sk_test_secret"])
        still_open.execute("INSERT INTO notes VALUES ('later')")
        still_open.commit()
    second = QuickDatabase(folder(tmp_path, "second"), ("reference",))
    assert notes(second) == ["revision 2"]
    first.close()
    second.close()


def test_another_service_or_other_settings_begin_with_nothing(tmp_path: Path) -> None:
    first = QuickDatabase(tmp_path, ("reference",))
    write(first, "revision 2").close()
    first.remember([])
    for number, kind in enumerate([("naive",), ("reference", ("REFUND_SECONDS", "60"))]):
        other = QuickDatabase(folder(tmp_path, str(number)), kind)
        assert not path_of(other).exists()
        other.close()
    first.close()


def test_what_holds_a_secret_of_its_world_is_not_given_on(tmp_path: Path) -> None:
    first = QuickDatabase(tmp_path, ("careless",))
    write(first, "sk_test_secret").close()
    first.remember(["sk_test_secret"])
    assert quick_database._PREPARED == {}
    first.close()


def test_nothing_stays_in_memory(tmp_path: Path) -> None:
    database = QuickDatabase(tmp_path, ("reference",))
    write(database, "revision 2").close()
    database.close()
    assert path_of(database).exists() == (path_of(database).parent == tmp_path)


def test_where_there_is_no_memory_it_lies_in_the_worlds_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quick_database, "MEMORY", tmp_path / "missing")
    database = QuickDatabase(tmp_path, ("reference",))
    assert path_of(database) == tmp_path / "payment.sqlite"
    database.close()
