"""Every page, for people and for programs; and who may not press its buttons."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import simulators.console
from simulators.console.session import Session
from tests.integration.console.conftest import JSON, Visitor

pytestmark = pytest.mark.served
PAGES = [
    *("/", "/stories", "/stories/course", "/school", "/inbox", "/webhooks", "/webhooks?sender=learning-service"),
    *("/faults", "/faults?service=learning-service", "/stripe", "/stripe?kind=events", "/stripe?kind=charges"),
    *("/stripe/requests", "/clock", "/help", "/dead-letters", "/runs/by-hand", "/coverage"),
]
NOWHERE = [
    *("/nothing", "/sagas/saga_none", "/pay/saga_none", "/stripe/xx_1", "/webhooks/evt_none", "/stories/none"),
    *("/faults?service=x", "/stripe?kind=x", "/webhooks?sender=x", "/webhooks?status=x", "/school?tutor=nobody"),
    *("/compare/none", "/runs/course/1/x"),
]
SENSELESS = [
    "/school?minutes=7",
    "/inbox?page=0",
    "/inbox?page=x",
    "/school?minutes=²",
    "/school?as=a%20b%3C",
    "/compare/course?seed=-1",
    "/runs/course/x/naive",
]


@pytest.mark.parametrize("path", PAGES)
def test_each_page_is_whole_for_people_and_programs(visitor: Visitor, bought: str, path: str) -> None:
    page = visitor.read_page(path)
    assert "Simulation: no real money, not affiliated with Stripe" in page
    assert '<main id="main"' in page
    assert "wrong on purpose" not in page.partition("<main")[0]
    assert visitor.read_json(path) is not None


def test_pages_of_one_thing_have_addresses_of_their_own(visitor: Visitor, bought: str) -> None:
    (intent,) = [each for each in visitor.read_json("/stripe")["items"] if each["metadata"]["sagaId"] == bought]
    events = [each["about"] for each in visitor.read_json(f"/webhooks?saga={bought}")["items"] if each.get("about")]
    for path in (f"/sagas/{bought}", f"/pay/{bought}", f"/stripe/{intent['id']}", f"/webhooks/{events[0]}"):
        assert visitor.read_page(path)
        assert visitor.read_json(path)


@pytest.mark.parametrize("path", NOWHERE)
def test_what_is_not_there_is_said_plainly(visitor: Visitor, path: str) -> None:
    assert visitor.get(path).status_code == 404
    answer = visitor.get(path, headers=JSON)
    assert (answer.status_code, answer.get_json()["status"]) == (404, 404)


@pytest.mark.parametrize("path", SENSELESS)
def test_what_makes_no_sense_is_named(visitor: Visitor, path: str) -> None:
    answer = visitor.get(path, headers=JSON)
    assert answer.status_code == 400
    assert answer.get_json()["detail"]


@pytest.mark.parametrize("number", ["²", "٣", "1e9", "-1", "1.5", "", "9" * 5000])
@pytest.mark.parametrize(
    ("path", "name"),
    [("/clock/jump", "seconds"), ("/school/book", "minutes"), ("/school/courses/algebra/price", "amount")],
)
def test_what_is_no_number_is_named(visitor: Visitor, path: str, name: str, number: str) -> None:
    answer = visitor.post(path, data={name: number, "tutorId": "grace"}, headers=JSON)
    assert answer.status_code == 400
    assert name in answer.get_json()["detail"]


def test_only_our_own_pages_press_buttons(visitor: Visitor) -> None:
    foreign = visitor.post("/calm", headers={"Origin": "https://elsewhere.example"})
    rebound = visitor.get("/", base_url="http://elsewhere.example:8080")
    ours = visitor.post("/calm", headers={"Origin": "http://127.0.0.1:8080", **JSON})
    assert (foreign.status_code, rebound.status_code, ours.status_code) == (403, 421, 200)
    assert visitor.post("/calm", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_nothing_is_loaded_from_anywhere_else(visitor: Visitor, bought: str) -> None:
    policy = visitor.get("/").headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'self';")
    for path in ("/", f"/sagas/{bought}", "/stories"):
        page = visitor.read_page(path)
        assert re.findall(r'(?:src|href)="(?:https?:)?//(?!127\.0\.0\.1)', page) == []
        assert re.findall(r"<script(?! src=\"/static/)|<style| style=| on\w+=", page) == []


def test_the_script_is_small() -> None:
    assert (Path(str(simulators.console.__file__)).parent / "static" / "console.js").stat().st_size < 20_000


def test_no_page_shows_a_secret(visitor: Visitor, bought: str, session: Session) -> None:
    known = session.world.topology.credentials
    secrets = [known.stripe_key, known.webhook_secret, known.service_token, known.jwt_secret]
    secrets += [each["client_secret"] for each in session.world.stripe.intents()]
    for path in (*PAGES, f"/sagas/{bought}", f"/pay/{bought}", *_everything_of_stripe(visitor)):
        for text in (visitor.read_page(path), visitor.get(path, headers=JSON).text):
            assert [each for each in secrets if each in text] == [], path
            assert re.search(r"_secret_\w|whsec_\w|sk_test_\w", text) is None, path


def _everything_of_stripe(visitor: Visitor) -> list[str]:
    kinds = ("payment_intents", "charges", "events", "webhook_endpoints")
    return [f"/stripe/{visitor.read_json(f'/stripe?kind={kind}')['items'][0]['id']}" for kind in kinds]


def test_a_person_is_led_back_to_the_page_they_came_from(visitor: Visitor) -> None:
    back = visitor.post("/calm", headers={"Referer": "http://127.0.0.1:8080/faults?service=stripe"})
    away = visitor.post("/calm", headers={"Referer": "https://elsewhere.example/x"})
    assert (back.status_code, back.location, away.location) == (303, "/faults?service=stripe", "/")


def test_a_reset_asks_before_anything_is_forgotten(visitor: Visitor) -> None:
    before, _, after = visitor.read_page("/").partition("is forgotten. Really?")
    assert '<details class="reset"' in before
    assert 'action="/reset"' not in before
    assert after.count('action="/reset"') == 3


def test_one_sentence_says_what_a_saga_is(visitor: Visitor) -> None:
    for page in ("/", "/help"):
        assert "A saga is one purchase, carried out by several services step by step" in visitor.read_page(page)
