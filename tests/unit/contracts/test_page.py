"""The pages tell all of every contract, leads nowhere else, and needs nothing from anywhere."""

from __future__ import annotations

import json
import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner

from simulators.cli import main
from simulators.contracts.pact import Interaction, pacts_in
from simulators.contracts.page import INDEX, Contracts, anchor, page, pages
from simulators.contracts.scenarios import Scenario, played_in, scenario_of, scenarios_in
from tests.rooms.source import ROOT
from tests.unit.contracts.written import body, call, file, matched, message, pact

PACTS, FEATURES = ROOT / "pacts", ROOT / "features"
CONTRACTS = Contracts(pacts_in(PACTS), scenarios_in(FEATURES), played_in(PACTS))
EVERYTHING = [each for pact in CONTRACTS.pacts for each in pact.interactions]
VOID = {"meta", "line", "path", "rect", "link", "br"}
LOADING = {"src", "srcset", "data", "action", "poster", "xlink:href"}


class Elements(HTMLParser):
    """Every element with the text inside it, by its id."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.texts: dict[str, str] = {}
        self._open: list[tuple[str, str]] = []
        self.feed(html)
        self.close()
        assert [tag for tag, _ in self._open] == ["html"] or not self._open, self._open

    @classmethod
    def of(cls, contracts: Contracts) -> Elements:
        """Those of all pages."""
        return cls("".join(pages(contracts).values()))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.tags.append((tag, found))
        if tag not in VOID:
            self._open.append((tag, found.get("id", "")))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        for _, name in self._open:
            if name:
                self.texts[name] = self.texts.get(name, "") + data

    @property
    def ids(self) -> list[str]:
        return [attributes["id"] for _, attributes in self.tags if "id" in attributes]


@pytest.fixture(scope="module")
def written() -> dict[str, str]:
    return pages(CONTRACTS)


@pytest.fixture(scope="module")
def html(written: dict[str, str]) -> str:
    return "".join(written.values())


@pytest.fixture(scope="module")
def elements(html: str) -> Elements:
    return Elements(html)


def text_of(elements: Elements, each: Interaction) -> str:
    return " ".join(elements.texts[anchor(each)].split())


def test_every_interaction_of_every_file_is_shown_with_its_fields(elements: Elements) -> None:
    written = [
        interaction for path in PACTS.glob("*.json") for interaction in json.loads(path.read_text())["interactions"]
    ]
    assert len(written) == len(EVERYTHING) > 90
    for each in EVERYTHING:
        text = text_of(elements, each)
        assert each.description in text
        assert [state.name for state in each.states if state.name not in text] == []
        assert [field.name for field in each.expected.body if field.name not in text] == []


def test_every_example_is_there_to_be_read(elements: Elements) -> None:
    for each in EVERYTHING:
        for part in filter(None, (each.request, each.expected)):
            if part.content is not None and not isinstance(part.content, str):
                example = " ".join(json.dumps(part.content, indent=2, ensure_ascii=False).split())
                assert example in text_of(elements, each)


def test_every_topic_is_drawn_and_listed_in_words(written: dict[str, str]) -> None:
    drawn = Counter(re.findall(r'<a class="arrow \w+" href="([^"]+)"', written[INDEX]))
    twin = Counter(re.findall(r'<li class="\w+">\w+ <a href="([^"]+)"', written[INDEX]))
    places = Counter(f"{CONTRACTS.page_of_topic(topic)}#{topic.anchor}" for topic in CONTRACTS.topics)
    assert drawn == twin == places


def test_no_two_places_of_a_page_have_one_name_and_every_link_arrives(written: dict[str, str]) -> None:
    found = {name: Elements(html) for name, html in written.items()}
    places = {f"{name}#{id_}" for name, each in found.items() for id_ in each.ids} | found.keys()
    for name, each in found.items():
        assert [id_ for id_, count in Counter(each.ids).items() if count > 1] == []
        links = {attributes["href"] for tag, attributes in each.tags if tag == "a"}
        assert {name + link if link.startswith("#") else link for link in links} - places == set()
        assert name == INDEX or INDEX in links


def test_no_page_is_heavy(written: dict[str, str]) -> None:
    assert {name: len(html.encode()) for name, html in written.items() if len(html.encode()) >= 200_000} == {}
    assert len(written) == 1 + len(CONTRACTS.pairs) + 3


def test_a_page_can_have_the_frame_of_another(written: dict[str, str]) -> None:
    for name in written:
        part = page(CONTRACTS, name, framed=True)
        assert "<html" not in part
        assert "<style" not in part
        assert "<h1>" in part
    with pytest.raises(LookupError, match=r"nothing\.html"):
        page(CONTRACTS, "nothing.html")


def test_nothing_is_fetched_and_nothing_runs(html: str, elements: Elements) -> None:
    assert not {tag for tag, _ in elements.tags} & {"script", "link", "img", "iframe", "object", "embed", "form"}
    assert [
        name for _, attributes in elements.tags for name in attributes if name in LOADING or name.startswith("on")
    ] == []
    assert re.findall(r"@import|url\(|https?://(?!edtech|meet\.example)[^\s\"<]+", html) == []


def test_what_an_example_says_stays_text() -> None:
    sly = {"title": "<script>alert(1)</script>"}
    written = call("a <b>query</b>", body=body(sly), matchingRules={"body": matched(title={"match": "type"})})
    contracts = Contracts((pact(written),))
    html = "".join(pages(contracts).values())
    assert "<script" not in html
    assert "<b>query" not in html


def test_an_interaction_reads_as_a_sentence() -> None:
    rules = {"body": matched(price__amount={"match": "integer"})}
    written = call("a query", body=body({"price": {"amount": 4900}}), matchingRules=rules)
    contracts = Contracts((pact(written),))
    elements = Elements.of(contracts)
    assert " ".join(elements.texts["ada.ben.a-query"].split()).startswith(
        'a query Given a course (courseId "algebra") When ada asks for GET /courses/algebra '
        "Then it needs the answer 200 OK, as application/json: "
        "field must be such as price.amount any whole number such as 4900"
    )


def test_a_message_is_shown_with_its_envelope_apart() -> None:
    content = {"type": "News", "id": "7", "data": {"title": "Rain"}}
    (each,) = pact(message("News", content)).interactions
    text = text_of(Elements.of(Contracts((pact(message("News", content)),))), each)
    assert text.startswith("News When ben tells ada of News Then ada needs, as application/cloudevents+json:")
    assert "and the envelope of a CloudEvent: type, id" in text


def test_scenarios_are_linked_both_ways(elements: Elements) -> None:
    played = played_in(PACTS)
    assert played
    for each in EVERYTHING:
        runs = played.get((each.consumer, each.provider, each.description), ())
        ids = {scenario_of(run) for run in runs}
        assert {name for name in ids if name not in text_of(elements, each)} == set()
        assert {name for name in ids if each.description not in elements.texts[name]} == set()
        assert bool(ids) == ("Played by no scenario" not in text_of(elements, each))


def test_what_is_played_is_in_a_contract_and_by_a_scenario() -> None:
    played = played_in(PACTS)
    assert played.keys() <= {(each.consumer, each.provider, each.description) for each in EVERYTHING}
    runs = {scenario_of(run) for runs in played.values() for run in runs}
    assert runs == {each.id for each in CONTRACTS.scenarios if CONTRACTS.played_by(each)}


def test_without_scenarios_nothing_is_said_of_them() -> None:
    contracts = Contracts((pact(call()),))
    html = page(contracts, contracts.pairs[0].page)
    assert "scenario" not in html.partition("</style>")[2].lower()


def test_the_small_drawing_counts_what_the_wide_one_draws(written: dict[str, str]) -> None:
    small = re.findall(r'<svg class="network small".*?</svg>', written[INDEX], re.DOTALL)[0]
    counts = [int(count) for count in re.findall(r">(\d+)</text>", small)]
    with_hub = [topic for topic in CONTRACTS.topics if "payment-service" in (topic.sender, topic.receiver)]
    assert sum(counts) == len(with_hub)


FEATURE = """\
Feature: Courses
  Background:
    Given a school
  @ABC-01 @smoke
  Scenario: Without a rule
    Given these courses:
      | name    | price |
      | algebra | 49.00 |
    When the page says
      \"\"\"
      Hello
      \"\"\"
  Rule: Money first
    @F2 @ABC-02
    Scenario Outline: Of <many>
      # Nobody reads this.
      When "<many>" pays
      Examples: students
        | many |
        | ada  |
    Scenario: Nobody links to this
      Given nothing
"""


def test_the_scenarios_of_a_feature_are_read_with_their_rules_steps_and_examples(tmp_path: Path) -> None:
    (tmp_path / "courses.feature").write_text(FEATURE)
    steps = ("Given these courses:", "| name | price |", "| algebra | 49.00 |", "When the page says", "Hello")
    outline = ('When "<many>" pays', "Examples: students", "| many |", "| ada |")
    assert scenarios_in(tmp_path) == (
        Scenario("ABC-01", "Courses", "", "Without a rule", steps),
        Scenario("ABC-02", "Courses", "Money first", "Of <many>", outline),
    )


def test_every_scenario_that_has_an_id_is_read() -> None:
    ids = re.findall(
        r"^ *@([A-Z]{3}-\d\d)", "\n".join(path.read_text() for path in FEATURES.glob("*.feature")), re.MULTILINE
    )
    assert sorted(each.id for each in CONTRACTS.scenarios) == sorted(ids)


def test_what_is_no_feature_is_refused_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "courses.feature").write_text("Scenario without a feature")
    with pytest.raises(ValueError, match=r"courses.feature is no feature: Parser errors"):
        scenarios_in(tmp_path)


def test_the_command_writes_the_pages(tmp_path: Path) -> None:
    answer = CliRunner().invoke(
        main,
        ["contracts", "page", "--output", str(tmp_path / "new"), "--pacts", str(PACTS), "--features", str(FEATURES)],
    )
    assert (answer.exit_code, answer.output.strip()) == (0, str(tmp_path / "new" / "index.html"))
    written = {each.name: each.read_text() for each in (tmp_path / "new").iterdir()}
    assert written == pages(CONTRACTS)


def test_scenarios_are_left_out_where_nobody_recorded_what_they_play(tmp_path: Path) -> None:
    (tmp_path / "ada-ben.json").write_text(json.dumps(file(call())))
    arguments = ["--output", str(tmp_path), "--pacts", str(tmp_path), "--features", str(FEATURES)]
    assert CliRunner().invoke(main, ["contracts", "page", *arguments]).exit_code == 0
    assert sorted(each.name for each in tmp_path.glob("*.html")) == ["ada.ben.html", "index.html"]
    assert "ENR-01" not in (tmp_path / "ada.ben.html").read_text()


def test_without_contracts_the_command_says_where_to_look(tmp_path: Path) -> None:
    (tmp_path / "ada-ben.json").write_text(json.dumps(file(version="2.0.0")))
    answer = CliRunner().invoke(main, ["contracts", "page", "--output", str(tmp_path), "--pacts", str(tmp_path)])
    assert (answer.exit_code, "only version 4" in answer.output) == (2, True)
    assert not (tmp_path / "index.html").exists()
