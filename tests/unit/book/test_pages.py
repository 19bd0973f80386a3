"""The book: every scenario is in it with what its run showed, and nothing is passed over."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner

from simulators.book.chapters import Chapter, Example, chapters_in
from simulators.book.matrix import columns, matrix
from simulators.book.pages import Book, chapter_page, index_page
from simulators.book.playing import Playing, read_playing
from simulators.book.runs import play_scenarios
from simulators.book.scenario_run import RunOutcome
from simulators.check.subject import Subject
from simulators.cli import main
from simulators.judge.fault_model import FAULTS
from simulators.judge.invariants import INVARIANTS
from simulators.package_data import FEATURES
from simulators.stories.run import SERVICES

CHAPTERS = chapters_in(FEATURES)
LARGEST = 200_000
CASES = ("ENR-15", "ENR-17", "BKS-15", "BKS-27")


@pytest.fixture(scope="module")
def played() -> dict[str, Playing]:
    quiet = lambda *_: None  # noqa: E731 - nobody is shown
    return {
        name: read_playing(play_scenarios(Subject(SERVICES[name]), cases=CASES, jobs=1, tell=quiet, revision="abc"))
        for name in SERVICES
    }


@pytest.fixture(scope="module")
def book(played: dict[str, Playing]) -> Book:
    return Book(CHAPTERS, (played["reference"],), played["naive"])


def named(slug: str) -> Chapter:
    return next(each for each in CHAPTERS if each.slug == slug)


def example(name: str) -> Example:
    return next(each for chapter in CHAPTERS for each in chapter.examples if each.id == name)


def article(page: str, name: str) -> str:
    return page.partition(f'<article id="{name}">')[2].partition("</article>")[0]


def test_every_scenario_of_the_features_is_in_the_book() -> None:
    written = re.findall(r"@([A-Z]{3}-\d\d)", "".join(each.read_text() for each in FEATURES.glob("*.feature")))
    assert sorted(each.id for chapter in CHAPTERS for each in chapter.examples) == sorted(written)
    assert all(chapter.why for chapter in CHAPTERS)


def test_a_run_is_shown_with_what_struck_and_passed_and_leads_to_what_was_said(book: Book) -> None:
    shown = article(chapter_page(book, named("enroll_in_course")), "ENR-15")
    assert "✓ held</span> in one process" in shown
    assert "What struck: lost delivery at stripe" in shown
    passed = "The states it passed: initiated → verifying course → awaiting payment → enrolling → completed"
    assert passed in shown
    assert "harness check --scenario ENR-15" in shown
    assert '<a href="ENR-15.html">' in shown
    said = dict(book.pages())["ENR-15.html"]
    assert passed in said
    assert "payment to stripe: </b>GET /payment_intents/" in said
    assert "200, asked by itself" in said


def test_a_page_says_who_was_played_when_and_at_which_revision(book: Book) -> None:
    shown = chapter_page(book, named("payments"))
    assert re.search(
        r"reference\.app:create_app at revision abc, in one process: \d runs on \d+ \w+ \d{4}, \d\d:\d\d UTC", shown
    )


def test_what_the_naive_service_breaks_is_told_beside_it(book: Book) -> None:
    shown = article(chapter_page(book, named("enroll_in_course")), "ENR-15")
    assert "<b>The naive service:</b> I1 every payment ends once: ada paid 49.00 EUR for the course algebra" in shown
    assert "I8 nothing is left lying" in article(chapter_page(book, named("book_session")), "BKS-15")


def test_who_is_nobody_has_a_lane_too_and_every_row_its_diagram(book: Book) -> None:
    said = dict(book.pages())["ENR-17.html"]
    assert "somebody to payment: </b>" in said
    assert said.count('<ol class="d n') == len(book.runs_of(example("ENR-17"))) > 1


def test_a_run_in_which_a_service_is_down_to_the_end_is_a_run(book: Book) -> None:
    assert all(book.runs[each].is_kept and book.runs[each].states for each in ("BKS-27/1", "BKS-27/2"))


def test_what_was_not_played_or_did_not_hold_is_missing(played: dict[str, Playing]) -> None:
    here = played["reference"]
    broken = replace(here.runs["ENR-15"], outcome=RunOutcome.BROKEN, reason="I1 broken")
    there = replace(here, world="there", runs={**here.runs, "ENR-15": broken})
    missing = Book(CHAPTERS, (here, there)).missing()
    assert "ENR-15: I1 broken, there" in missing
    assert "ENR-14: was not played, in one process" in missing
    assert not any(each.startswith(("BKS-15", "ENR-17/2")) for each in missing)
    shown = article(chapter_page(Book(CHAPTERS, (here, there)), named("enroll_in_course")), "ENR-15")
    assert '<span class="broken">✗</span>' in shown
    assert "✓ held</span> in one process" in shown
    assert "✗ did not hold</span> there" in shown
    assert "I1 broken" in shown


def test_what_was_left_out_is_shown_with_its_reason_and_does_not_count_as_held(played: dict[str, Playing]) -> None:
    here = played["reference"]
    aside = replace(here.runs["ENR-15"], outcome=RunOutcome.LEFT_OUT, reason="nobody here can kill it")
    book = Book(CHAPTERS, (replace(here, runs={**here.runs, "ENR-15": aside}),))
    shown = article(chapter_page(book, named("enroll_in_course")), "ENR-15")
    assert "○ was left out</span> in one process" in shown
    assert "nobody here can kill it" in shown
    assert "✓" not in shown
    assert not [each for each in book.missing() if each.startswith("ENR-15")]


def test_a_feature_that_has_changed_since_it_was_played_is_missing(played: dict[str, Playing]) -> None:
    here = played["reference"]
    texts = {**here.texts, "features/payments.feature": "Feature: as it was\n"}
    missing = Book(CHAPTERS, (replace(here, texts=texts),)).missing()
    assert "features/payments.feature: has changed since it was played, in one process" in missing
    assert not [each for each in missing if each.startswith("features/book")]


def test_the_matrix_is_the_fault_model_and_shows_where_no_example_is() -> None:
    rows = {row.fault.number: row for row in matrix(CHAPTERS)}
    assert list(rows) == [each.number for each in FAULTS]
    assert [number for number, _, _ in columns()] == sorted(each.number for each in INVARIANTS)
    assert ("enroll_in_course", "ENR-15") in rows[1].examples
    page = index_page(Book(CHAPTERS))
    gaps = sum(len(row.fault.invariants) for row in rows.values() if not (row.examples or row.fault.left_out))
    assert page.count('<td class="gap">') == gaps
    assert page.count("<td>○</td>") == sum(len(row.fault.invariants) for row in rows.values() if row.examples)
    assert '<td class="y">' not in page


def test_a_fault_does_no_harm_only_where_an_example_of_it_was_played(played: dict[str, Playing]) -> None:
    bears = len(next(each for each in FAULTS if each.number == 1).invariants)
    shown = {name: index_page(Book(CHAPTERS, (each,))) for name, each in played.items()}
    rows = {name: page.partition('<tr id="F1">')[2].partition("</tr>")[0] for name, page in shown.items()}
    assert rows["reference"].count('<td class="y">✓</td>') == bears
    assert rows["naive"].count('<td class="broken">✗</td>') == bears


class Links(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.found, self.names, self.tags = list[str](), set[str](), set[str]()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.add(tag)
        self.found += [given["href"] or ""] if "href" in given else []
        self.names |= {given["id"] or ""} if "id" in given else set()


def test_every_link_leads_somewhere_and_no_page_needs_a_script_or_a_network(book: Book) -> None:
    pages = dict(book.pages())
    assert {"index.html", "payments.html", "ENR-15.html"} <= set(pages)
    parsed = {name: Links(page) for name, page in pages.items()}
    for name, each in parsed.items():
        assert not each.tags & {"script", "link", "img", "iframe"}
        for href in each.found:
            file, _, anchor = href.partition("#")
            assert not anchor or anchor in parsed[file or name].names, f"{name}: {href}"
            assert (file or name) in parsed


def test_a_page_has_room_for_twice_as_many_scenarios_with_a_run_each(book: Book) -> None:
    ids = [each for chapter in CHAPTERS for example in chapter.examples for each in example.run_ids]
    full = replace(book.playings[0], runs=dict.fromkeys(ids, book.runs["ENR-15"]))
    assert book.naive
    naive = replace(book.naive, runs=dict.fromkeys(ids, book.naive.runs["ENR-15"]))
    pages = dict(Book(CHAPTERS, (full, replace(full, world="elsewhere")), naive).pages())
    assert all(2 * len(text.encode()) < LARGEST for text in pages.values())


def test_a_folder_without_features_and_an_example_without_an_id_are_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="there are no features in"):
        chapters_in(tmp_path)
    (tmp_path / "a.feature").write_text("Feature: A\n  Rule: B\n    Scenario: C\n      Given d\n")
    with pytest.raises(ValueError, match=r"a\.feature is no feature whose examples stand in rules and have ids: 'C'"):
        chapters_in(tmp_path)


def test_a_scenario_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    answer = CliRunner().invoke(main, ["features", "page", "--output", str(tmp_path / "book"), "--scenario", "ENR-00"])
    assert answer.exit_code == 2
    assert "there is no case of this name" in answer.output
    assert not (tmp_path / "book").exists()
