from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tinydb import where

from simulators.kit.http.validation import whole_number
from simulators.kit.storage import indexed_table
from simulators.kit.storage.change_log import UnreadableState
from simulators.kit.storage.store import Store


def filled(store: Store, count: int) -> Store:
    for number in range(count):
        store.table("things").put({"id": f"t{number}", "number": number, "even": number % 2 == 0})
    return store


class Opened:
    """Opens stores, and closes them when the test is over."""

    def __init__(self) -> None:
        self.stores: list[Store] = []

    def __call__(self, path: Path | None = None) -> Store:
        self.stores.append(Store(path))
        return self.stores[-1]


@pytest.fixture
def opened() -> Iterator[Opened]:
    opened = Opened()
    yield opened
    for store in opened.stores:
        store.close()


@pytest.fixture(params=["memory", "file"])
def store(request: pytest.FixtureRequest, tmp_path: Path, opened: Opened) -> Store:
    return opened(tmp_path / "state.jsonl" if request.param == "file" else None)


def numbers(documents: Any) -> list[int]:
    return [each["number"] for each in documents]


def test_what_was_put_is_found_and_is_the_readers_own(store: Store) -> None:
    given = {"id": "a", "nested": {"x": 1}}
    store.table("things").put(given)
    given["nested"]["x"] = 2  # type: ignore[index]
    found = store.table("things").find("a")
    assert found == {"id": "a", "nested": {"x": 1}}
    found["nested"]["x"] = 3
    assert store.table("things").find("a") == {"id": "a", "nested": {"x": 1}}


def test_what_is_not_there_is_none(store: Store) -> None:
    assert store.table("things").find("a") is None
    assert store.table("things").find(None) is None
    store.table("things").drop("a")


def test_lists_run_newest_first_and_oldest_first_from_any_document(store: Store) -> None:
    things = filled(store, 6).table("things")
    assert numbers(things.newest()) == [5, 4, 3, 2, 1, 0]
    assert numbers(things.newest(older_than="t3")) == [2, 1, 0]
    assert numbers(things.oldest(newer_than="t3")) == [4, 5]
    assert numbers(things.newest(older_than="t4", even=True)) == [2, 0]
    assert numbers(things.oldest(even=False)) == [1, 3, 5]


def test_lists_follow_changes_and_removals_and_a_changed_document_keeps_its_place(store: Store) -> None:
    things = filled(store, 5).table("things")
    assert numbers(things.newest(even=True)) == [4, 2, 0]
    things.put({"id": "t2", "number": 2, "even": False})
    things.drop("t4")
    assert numbers(things.newest(even=True)) == [0]
    assert numbers(things.newest(even=False)) == [3, 2, 1]
    assert numbers(things.newest()) == [3, 2, 1, 0]


def test_tinydbs_own_queries_work_and_what_they_find_is_the_readers_own(store: Store) -> None:
    things = filled(store, 4).table("things")
    things.search(where("number") == 2)[0]["number"] = 100
    assert numbers(things.search(where("number") > 1)) == [2, 3]
    assert (len(things), things.count(where("even") == True)) == (4, 2)  # noqa: E712 - a query, not a comparison


def test_tinydbs_own_writes_which_would_write_a_table_whole_are_refused(store: Store) -> None:
    things = filled(store, 2).table("things")
    for write in (things.truncate, lambda: things.update({"number": 9}), lambda: things.remove(where("number") == 0)):
        with pytest.raises(NotImplementedError):
            write()
    assert numbers(things.oldest()) == [0, 1]


def test_a_transaction_that_fails_leaves_nothing_behind(store: Store) -> None:
    things = filled(store, 2).table("things")

    def change_everything() -> None:
        with store.transaction():
            things.put({"id": "t9", "number": 9})
            things.put({"id": "t1", "number": 100})
            things.drop("t0")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        change_everything()
    assert sorted(numbers(things.newest())) == [0, 1]


def test_an_export_is_ordinary_json_and_an_import_puts_it_back(store: Store) -> None:
    filled(store, 3)
    exported = json.loads(json.dumps(store.export()))
    store.reset()
    assert store.export() == {}
    store.load(exported)
    assert numbers(store.table("things").newest()) == [2, 1, 0]


def test_a_file_is_one_json_line_a_change_and_is_read_back(tmp_path: Path, opened: Opened) -> None:
    path = tmp_path / "state.jsonl"
    store = filled(opened(path), 3)
    store.table("things").drop("t1")
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert lines[-1] == {"table": "things", "id": "t1", "document": None}
    assert numbers(opened(path).table("things").oldest()) == [0, 2]


NO_CHANGES = [b"", b"garbage", b"{}", b"[]", b"7", b'"x"', b"null", b"\xff", b"[" * 5000]
NO_CHANGES += [b'{"table": "things", "id": "a"}', b'{"table": "things", "id": "a", "document": 7}']
NO_CHANGES += [b'{"table": "things", "id": 1, "document": {"id": "a"}}', b'{"table": 1, "id": "a", "document": null}']
BAD_DOCUMENT = b'{"table": "things", "id": "t9", "document": {"id": "t9", "number": "nine"}}'


@pytest.mark.parametrize("garbage", [*NO_CHANGES, BAD_DOCUMENT])
def test_a_line_that_cannot_be_read_is_named_and_nothing_is_lost(
    tmp_path: Path, opened: Opened, garbage: bytes
) -> None:
    path = tmp_path / "state.jsonl"
    opened(path).close()
    first = b'{"table": "things", "id": "t0", "document": {"id": "t0", "number": 0}}\n'
    path.write_bytes(first + garbage + b"\n" + first.replace(b"t0", b"t1"))
    before = path.read_bytes()
    where = r"(line 2 is no change of a document|things\[1\]\.number must be .+)"
    with pytest.raises(UnreadableState, match=rf"^state\.jsonl cannot be read, and is left as it is: {where}$"):
        Store(path, {"things": {"number": whole_number}})
    assert path.read_bytes() == before
    assert sorted(each.name for each in tmp_path.iterdir()) == ["state.jsonl"]


def test_half_a_character_in_a_file_is_kept_as_it_is(tmp_path: Path, opened: Opened) -> None:
    path = tmp_path / "state.jsonl"
    path.write_text('{"table": "things", "id": "a", "document": {"id": "a", "title": "\\ud800"}}\n')
    for _ in range(2):
        assert opened(path).table("things").find("a") == {"id": "a", "title": "\ud800"}


def test_a_transaction_torn_by_a_kill_is_forgotten_whole(tmp_path: Path, opened: Opened) -> None:
    path = tmp_path / "state.jsonl"
    store = filled(opened(path), 1)
    with store.transaction():
        filled(store, 3)
    whole = path.read_bytes()
    path.write_bytes(whole[:-5])
    assert numbers(opened(path).table("things").oldest()) == [0]


def test_a_disk_that_fails_once_costs_only_what_was_refused(
    tmp_path: Path, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "state.jsonl"
    store = filled(opened(path), 1)
    with monkeypatch.context() as broken:
        broken.setattr("os.fsync", lambda _: _full())
        for _ in range(2):
            with pytest.raises(OSError, match="full"):
                store.table("things").put({"id": "refused", "number": 100})
    assert numbers(store.table("things").oldest()) == [0]
    store.table("things").put({"id": "after", "number": 1})
    assert numbers(opened(path).table("things").oldest()) == [0, 1]


def _full() -> None:
    raise OSError("full")


def test_a_file_of_mostly_history_is_compacted(tmp_path: Path, opened: Opened) -> None:
    path = tmp_path / "state.jsonl"
    store = opened(path)
    for number in range(2500):
        store.table("things").put({"id": "same", "number": number})
    assert len(path.read_text().splitlines()) < 1100
    assert numbers(opened(path).table("things").oldest()) == [2499]


def test_kill_9_loses_nothing_that_was_answered(tmp_path: Path, opened: Opened) -> None:
    path = tmp_path / "state.jsonl"
    program = (
        "import sys; from pathlib import Path; from simulators.kit.storage.store import Store\n"
        "things = Store(Path(sys.argv[1])).table('things')\n"
        "for n in range(10**9): things.put({'id': f't{n}', 'number': n}); print(n, flush=True)"
    )
    with subprocess.Popen([sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        answered = [int(process.stdout.readline()) for _ in range(50)]
        process.send_signal(signal.SIGKILL)
        answered += [int(line) for line in process.stdout.read().splitlines()]
    assert set(answered) <= set(numbers(opened(path).table("things").oldest()))


@pytest.fixture(scope="module")
def many() -> Store:
    return filled(Store(), 100_000)


@pytest.mark.parametrize("method", ["put", "replace", "drop", "find", "newest"])
def test_the_cost_of_one_access_does_not_grow_with_the_number_of_documents(
    many: Store, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    copies: list[dict[str, Any]] = []

    def counted(document: dict[str, Any]) -> dict[str, Any]:
        copies.append(document)
        return real(document)

    real = indexed_table.deep_copy
    for module in ("simulators.kit.storage.store.deep_copy", "simulators.kit.storage.indexed_table.deep_copy"):
        monkeypatch.setattr(module, counted)

    def cost(store: Store) -> int:
        things = store.table("things")
        next(things.newest(even=True))
        copies.clear()
        work = {
            "put": lambda: things.put({"id": "new", "number": -1, "even": True}),
            "find": lambda: things.find("t7"),
            "newest": lambda: next(things.newest(older_than="t7", even=True)),
            "replace": lambda: things.put({"id": "t8", "number": -1, "even": True}),
            "drop": lambda: things.drop("t9"),
        }
        return _lines_run(work[method]) + len(copies)

    assert cost(many) <= cost(filled(Store(), 20)) + 20


def _lines_run(work: Any) -> int:
    """Count the lines of Python that run, which a busy machine does not change."""
    count = 0

    def tracer(_frame: Any, event: str, _argument: Any) -> Any:
        nonlocal count
        count += event == "line"
        return tracer

    before = sys.gettrace()
    sys.settrace(tracer)
    try:
        work()
    finally:
        sys.settrace(before)
    return count
