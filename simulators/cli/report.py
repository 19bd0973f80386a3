"""How differences are written as they are found: for people, for programs, for spreadsheets."""

from __future__ import annotations

import csv
import json
import re
import sys
from collections import Counter
from collections.abc import Callable
from typing import Protocol

import click

Row = dict[str, str]
WIDTHS = {"kind": 20, "paymentId": 29, "intentId": 28, "here": 32, "there": 36, "repair": 0}
COLUMNS = ("kind", "paymentId", "sagaId", "intentId", "here", "there", "repair")


class Report(Protocol):
    """Writes differences one by one, so that there may be any number of them."""

    def row(self, row: Row) -> None:
        """Write one difference."""
        ...

    def end(self, kinds: Counter[str], payments: int) -> None:
        """Write how many there were of each kind."""
        ...


class TableReport:
    """For people."""

    def __init__(self) -> None:
        self._is_begun = False

    def row(self, row: Row) -> None:
        """Write one difference, after a head if it is the first."""
        if not self._is_begun:
            _print_aligned({name: re.sub("([A-Z])", r" \1", name).upper() for name in row})
        self._is_begun = True
        _print_aligned(row)

    def end(self, kinds: Counter[str], payments: int) -> None:
        """Write how many there were of each kind."""
        if not kinds:
            click.echo(f"Nothing differs. Payments compared: {payments:,}")
            return
        click.echo(f"\nDifferences: {kinds.total():,}, payments compared: {payments:,}")
        for kind, count in sorted(kinds.items()):
            click.echo(f"{count:>8,}  {kind}")


class JsonLinesReport:
    """For programs; the last line is the summary."""

    def row(self, row: Row) -> None:
        """Write one difference."""
        click.echo(json.dumps(row))

    def end(self, kinds: Counter[str], payments: int) -> None:
        """Write how many there were of each kind."""
        click.echo(json.dumps({"payments": payments, "differences": dict(sorted(kinds.items()))}))


class CsvReport:
    """For spreadsheets, which count by themselves."""

    def __init__(self) -> None:
        self._writer = csv.writer(sys.stdout, lineterminator="\n")
        self._writer.writerow(COLUMNS)

    def row(self, row: Row) -> None:
        """Write one difference."""
        self._writer.writerow([row.get(name, "") for name in COLUMNS])

    def end(self, kinds: Counter[str], payments: int) -> None:
        """Write nothing."""


REPORTS: dict[str, Callable[[], Report]] = {"table": TableReport, "json": JsonLinesReport, "csv": CsvReport}


def _print_aligned(row: Row) -> None:
    cells = (f"{row[name]:<{width}}" for name, width in WIDTHS.items() if name in row)
    click.echo(" ".join(cells).rstrip())
