"""What `harness reconcile` prints, in each of its forms, and the codes it ends with."""

from __future__ import annotations

import csv
import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from click.testing import CliRunner, Result

from reference.application.ports import UnavailableError
from simulators.cli import main
from tests.unit.reference.builders import created, paid
from tests.unit.reference.reconciliation.books import A_DAY_AGO, Books, planted

LATER = timedelta(seconds=2)


def harness(monkeypatch: pytest.MonkeyPatch, books: Books, *options: str) -> Result:
    books.facts_of = lambda _: [created(), paid()]
    monkeypatch.setattr("reference.app.open_books", lambda _: books.reconciliation())
    return CliRunner().invoke(main, ["reconcile", *options])


def differing() -> Books:
    """Return books with two differences, the later of which news can mend."""
    twice, _ = planted("another thing", "1", A_DAY_AGO, LATER)
    missed, _ = planted("paid there, pending here", "2", A_DAY_AGO + timedelta(hours=3), LATER)
    fine, _ = planted("agreeing", "3", A_DAY_AGO, LATER)
    return Books([*twice.ours, *missed.ours, *fine.ours], [*twice.theirs, *missed.theirs, *fine.theirs])


def test_books_that_agree_end_with_0(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = harness(monkeypatch, planted("agreeing", "1", A_DAY_AGO, LATER)[0])
    assert (answer.exit_code, answer.output) == (0, "Nothing differs. Payments compared: 1\n")


def test_differences_are_aligned_below_a_head_and_counted_by_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = harness(monkeypatch, differing())
    assert answer.exit_code == 1
    head, first, second, *rest = answer.stdout.splitlines()
    assert [line.split()[0] for line in (head, first, second)] == ["KIND", "PAID_AT_STRIPE", "CONTEXT_DIFFERS"]
    for column, cells in {
        "PAYMENT ID": ("pay_2", "pay_1"),
        "INTENT ID": ("pi_2", "pi_1"),
        "THERE": ("PAID", "COU"),
    }.items():
        at = head.index(column)
        assert (first[at:].startswith(cells[0]), second[at:].startswith(cells[1])) == (True, True)
    assert rest == ["", "Differences: 2, payments compared: 3", "       1  CONTEXT_DIFFERS", "       1  PAID_AT_STRIPE"]
    assert answer.stderr == ""


def test_json_is_a_line_for_each_and_a_summary(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = harness(monkeypatch, differing(), "--json", "--repair")
    first, second, summary = (json.loads(line) for line in answer.stdout.splitlines())
    assert first == {
        "kind": "PAID_AT_STRIPE",
        "paymentId": "pay_2",
        "sagaId": "saga_2",
        "intentId": "pi_2",
        "here": "PENDING",
        "there": "PAID 49.00 EUR",
        "repair": "HEARD",
    }
    assert second["repair"] == "FOR_A_PERSON"
    assert summary == {"payments": 3, "differences": {"CONTEXT_DIFFERS": 1, "PAID_AT_STRIPE": 1}}
    assert answer.exit_code == 1


def test_csv_has_the_same_columns_whatever_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = list(csv.DictReader(StringIO(harness(monkeypatch, differing(), "--csv").stdout)))
    assert [(row["kind"], row["paymentId"], row["repair"]) for row in rows] == [
        ("PAID_AT_STRIPE", "pay_2", ""),
        ("CONTEXT_DIFFERS", "pay_1", ""),
    ]

    head = harness(monkeypatch, Books(), "--csv").stdout
    assert head == "kind,paymentId,sagaId,intentId,here,there,repair\n"


def test_nothing_is_repaired_unless_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    books = differing()
    harness(monkeypatch, books)
    assert books.heard == []
    harness(monkeypatch, books, "--repair")
    assert [message.name for _, _, message in books.heard] == ["MoneyReceived"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--since", "yesterday"], "'yesterday' is no time"),
        (["--since", "2026-09-02", "--until", "2026-09-01T12:00+02:00"], "is later than"),
        (["--since", "2099-01-01"], "is later than"),
    ],
)
def test_a_span_that_is_none_is_wrong_usage(monkeypatch: pytest.MonkeyPatch, options: list[str], said: str) -> None:
    answer = harness(monkeypatch, differing(), *options)
    assert answer.exit_code == 2
    assert said in answer.output


def test_a_comparison_that_is_cut_off_says_so_and_is_not_taken_for_a_good_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def cut_off(*_: Any) -> Any:
        raise UnavailableError("Stripe: APIConnectionError")

    books = differing()
    monkeypatch.setattr(books, "entries", cut_off)
    answer = harness(monkeypatch, books)
    assert answer.exit_code == 2
    assert "APIConnectionError" in answer.output


def test_a_wrong_environment_is_reported_all_at_once(tmp_path: Any) -> None:
    answer = CliRunner(env={"STRIPE_API_KEY": "", "JWT_SECRET": ""}).invoke(main, ["reconcile"])
    assert answer.exit_code == 2
    assert "STRIPE_API_KEY is missing" in answer.output
    assert "JWT_SECRET is missing" in answer.output
