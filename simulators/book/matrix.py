"""Faults and promises: which examples show that a fault does no harm to a promise, and where nothing shows it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from simulators.book.chapters import PROMISED, Chapter
from simulators.judge.fault_model import FAULTS, ModelledFault


@dataclass(frozen=True)
class MatrixRow:
    """One fault: the examples in which it happens, by their chapter, and the promises that it bears on."""

    fault: ModelledFault
    examples: tuple[tuple[str, str], ...]

    def bears_on(self, number: int) -> bool:
        """Whether the fault model names this promise."""
        return number in self.fault.invariants


def matrix(chapters: Iterable[Chapter]) -> list[MatrixRow]:
    """Return a row for each fault of the model."""
    everything = [(chapter.slug, example) for chapter in chapters for example in chapter.examples]
    return [
        MatrixRow(fault, tuple((slug, each.id) for slug, each in everything if fault.number in each.faults))
        for fault in FAULTS
    ]


def columns() -> list[tuple[int, str, str]]:
    """Return number, name and sentence of each promise."""
    return [(number, each.name, each.promise) for number, each in sorted(PROMISED.items())]
