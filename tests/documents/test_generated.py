"""What is written from the code is what the code says now."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from reference.settings import read_settings
from tests.documents.generated import BEGIN, command_line, flows, wire
from tests.documents.requirements import requirements
from tests.foreign.caught import CAUGHT, MISTAKES, read
from tests.foreign.caught import table as mistakes_table
from tests.rooms.source import ROOT

DOCUMENTS: dict[str, Callable[[], str]] = {
    "reference/WIRE.md": wire,
    "reference/sagas/README.md": flows,
    "simulators/cli/README.md": command_line,
    "tests/foreign/README.md": mistakes_table,
    "simulators/WHAT_YOUR_SERVICE_MUST_DO.md": requirements,
}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_document_says_what_the_code_says(document: str, request: pytest.FixtureRequest) -> None:
    file = ROOT / document
    above, _, below = file.read_text().partition(BEGIN)
    fresh = "\n" + DOCUMENTS[document]()
    if request.config.getoption("--write-tables"):
        file.write_text(above + BEGIN + fresh)
    else:
        assert below == fresh, "write it anew: pytest tests/documents/test_generated.py --write-tables"


class Asked(Mapping[str, str]):
    """An environment that remembers what it was asked for."""

    def __init__(self, known: dict[str, str]) -> None:
        self._known, self.names = known, set[str]()

    def __getitem__(self, name: str) -> str:
        self.names.add(name)
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)


def example(file: Path = ROOT / ".env.example") -> dict[str, str]:
    lines = [each for each in file.read_text().splitlines() if each and not each.startswith("#")]
    return dict(each.split("=", 1) for each in lines)


def test_the_example_of_the_environment_names_all_that_is_read_and_can_be_used_as_it_is() -> None:
    asked = Asked(example())
    read_settings(asked)
    others = {name for name in asked.names if name.startswith("OTEL_")}  # OpenTelemetry's, which explains them.
    assert asked.names - others - {"ALLOW_LIVE_KEYS"} == set(example())
    assert "ALLOW_LIVE_KEYS" in (ROOT / ".env.example").read_text()


def test_the_waits_in_the_example_are_those_that_hold_without_it() -> None:
    shown, without = example(), {name: value for name, value in example().items() if not name.endswith("_SECONDS")}
    assert read_settings(shown).waits == read_settings(without).waits
    assert read_settings(shown).outbox_lease == read_settings(without).outbox_lease


def test_what_is_said_to_be_caught_is_a_mistake_that_can_be_made() -> None:
    assert set(read(CAUGHT)) <= set(read(MISTAKES))
    assert all(each.keys() == {"case", "by", "words"} and each["words"] for each in read(CAUGHT).values())
