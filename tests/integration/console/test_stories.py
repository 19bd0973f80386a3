"""Stories in the living world, runs from a seed beside it, and a world that begins anew."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from pathlib import Path

import pytest

from simulators.console.feed import changes
from simulators.console.session import Session
from simulators.explore.spec import StormSpec
from simulators.explore.storm_run import run_storm
from simulators.stories import STORIES
from simulators.world.scheduler import NeverQuiet
from simulators.world.together import ANY_PORTS
from tests.integration.console.conftest import JSON, Visitor, visit

pytestmark = pytest.mark.served


def test_all_stories_are_offered(visitor: Visitor) -> None:
    page = visitor.read_page("/stories")
    assert [each["name"] for each in visitor.read_json("/stories")["items"]] == [each.name for each in STORIES]
    assert all(f'action="/stories/{each.name}/play"' in page for each in STORIES)


def test_a_story_is_played_and_ends_in_its_sentence(visitor: Visitor) -> None:
    content = visitor.act("/stories/webhook-twice/play")
    assert (content["endedWell"], content["outcome"], content["said"]) == (True, "COMPLETED", content["proves"])
    assert {each["standing"] for each in content["verdicts"]} == {"holds"}
    page = visitor.read_page("/stories/webhook-twice")
    assert "✓ Proven." in page
    assert "18 of 18 promises hold" in page
    assert "↻ payment_intent.succeeded" in page


def test_a_story_that_cannot_go_on_does_not_play_for_ever(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise NeverQuiet("still busy")

    monkeypatch.setattr("simulators.console.stories.Play.perform", never)
    answer = visitor.post("/stories/crash/play", headers=JSON)
    assert (answer.status_code, answer.get_json()["detail"]) == (503, "still busy")
    assert "Playing" not in visitor.read_page("/stories/crash")


@pytest.mark.parametrize("pace", ["slowly", "nan"])
def test_a_pace_is_a_number(visitor: Visitor, pace: str) -> None:
    assert visitor.post("/stories/course/play", data={"pace": pace}, headers=JSON).status_code == 400


def test_the_naive_service_breaks_where_the_reference_holds_on_the_same_seed(visitor: Visitor) -> None:
    content = visitor.read_json("/compare/webhook-twice?seed=7")["runs"]
    assert [content[service]["told"]["endedWell"] for service in ("reference", "naive")] == [True, False]
    assert [each["number"] for each in content["naive"]["invariants"] if each["standing"] == "violated"] == [3]
    page = visitor.read_page("/compare/webhook-twice?seed=7")
    assert page.count('differs"><summary>') == 2
    assert "harness stories webhook-twice --seed 7 --service naive" in page


def test_a_lost_webhook_is_crossed_in_a_run_too(visitor: Visitor) -> None:
    assert "payment_intent.succeeded: it never arrives" in visitor.read_page("/runs/lost-webhook/7/naive")


def test_a_run_is_exported_imported_and_the_same(visitor: Visitor) -> None:
    file = visitor.get("/runs/course/7/reference/file")
    assert file.headers["Content-Disposition"] == 'attachment; filename="course-7-reference.json"'
    again = visitor.post("/runs/import", data={"run": (io.BytesIO(file.data), "run.json")}, headers=JSON)
    assert (again.status_code, again.get_json()["difference"]) == (200, "")
    other = json.loads(file.data)
    other["told"]["outcome"] = "REFUNDED"
    changed = visitor.post("/runs/import", data=json.dumps(other), headers=JSON).get_json()
    assert "outcome" in changed["difference"]


def test_a_storm_that_was_kept_is_drawn_as_any_run(visitor: Visitor) -> None:
    kept = run_storm(StormSpec.parse("0/1x0/way=pays-and-cancels+kind=course+thing=sure").brew(), "naive").text
    again = visitor.post("/runs/import", data={"run": (io.BytesIO(kept.encode()), "storm.json")})
    page = again.get_data(as_text=True)
    assert (again.status_code, "The same, byte for byte" in page) == (200, True)
    assert "pays and cancels, for" in page
    assert "harness replay storm-0.json" in page
    assert "<svg" in page
    other = json.loads(kept)
    other["storm"]["purchases"] = [{"student": "nobody"}]
    refused = visitor.post("/runs/import", data=json.dumps(other), headers=JSON)
    assert (refused.status_code, "this is no storm" in refused.get_json()["detail"]) == (400, True)


@pytest.mark.parametrize("sent", [b"", b"{}", b"\xff\xfe", b'{"format": "payment-flow-harness run 1"}'])
def test_what_is_no_run_is_refused(visitor: Visitor, sent: bytes) -> None:
    answer = visitor.post("/runs/import", data=sent, headers=JSON)
    assert answer.status_code == 400
    assert answer.get_json()["detail"].startswith("This file cannot be played")


def test_a_seed_leads_to_an_address_that_can_be_shared(visitor: Visitor) -> None:
    both = visitor.post("/runs", data={"story": "course", "seed": "12"})
    one = visitor.post("/runs", data={"story": "course", "seed": "12", "service": "naive"})
    assert (both.location, one.location) == ("/compare/course?seed=12", "/runs/course/12/naive")


def test_time_moves_as_one_wants_and_a_reset_leaves_nothing(tmp_path: Path) -> None:
    with Session(tmp_path, ANY_PORTS) as session:
        session.pace_seconds = 0
        visitor = visit(session)
        assert "No purchases yet" in visitor.read_page("/")
        _time_stands_still_steps_jumps_and_runs_until_all_is_quiet(visitor, session)
        urls = dict(session.world.topology.urls)
        assert visitor.act("/reset", service="naive")["said"].startswith("All is new: ")
        assert "payment-service: naive, wrong on purpose" in visitor.read_page("/stories")
        assert visitor.read_json("/")["items"] == []
        assert session.world.topology.urls == urls
        assert not visitor.act("/stories/webhook-twice/play")["endedWell"]
        content = visitor.read_json("/stories/webhook-twice")
        (broken,) = [each for each in content["promises"] if each["standing"] == "violated"]
        assert f'href="#x{broken["exchange"]}"' in visitor.read_page("/stories/webhook-twice")
        assert f'id="x{broken["exchange"]}"' in visitor.read_page("/stories/webhook-twice")
        saga_id = visitor.act("/stories/lost-webhook/play")["sagaId"]
        assert "But Stripe has taken the money" in visitor.read_page(f"/sagas/{saga_id}")
        assert "expired, but Stripe has taken the money" in visitor.read_page(f"/pay/{saga_id}")
        assert visitor.post("/reset", data={"service": "cruel"}, headers=JSON).status_code == 400


def _time_stands_still_steps_jumps_and_runs_until_all_is_quiet(visitor: Visitor, session: Session) -> None:
    clock, student = session.world.clock, session.world.student("waiter")
    saga_id = student.enroll("algebra")
    student.client_secret(saga_id)
    visitor.act("/clock/pause")
    assert not visitor.read_json("/clock")["isRunning"]
    before, due = clock.now(), visitor.read_json("/clock")["nextDue"]
    visitor.act("/clock/step")
    assert clock.now().isoformat() >= due
    visitor.act("/clock/jump", seconds="90")
    assert clock.now() >= before + timedelta(seconds=90)
    said = visitor.act("/clock/quiet")["said"]
    assert said.startswith("Idle: nothing is due within 4 d.")
    assert visitor.read_json(f"/sagas/{saga_id}")["saga"]["outcome"] == "EXPIRED"
    visitor.act("/clock/play")
    assert visitor.read_json("/clock")["isRunning"]


def test_the_feed_says_that_there_is_something_new_until_the_session_closes(session: Session) -> None:
    stream = changes(session)
    first = next(stream)
    session.touch()
    second = next(stream)
    assert first != second
    assert second == f"id: {session.version}\ndata: {session.version}\n\n"
    session.close()
    try:
        assert list(stream) == []
    finally:
        session.is_open = True


def test_a_story_is_shown_also_while_a_service_is_down(visitor: Visitor, session: Session) -> None:
    visitor.act("/stories/course/play")
    for name in ("payment-service", "learning-service"):
        session.world.take_down(name)
        try:
            content = visitor.read_json("/stories/course")
        finally:
            session.world.bring_back(name)
        assert (content["saga"], content["lines"] != []) == (None, True)
    assert visitor.read_json("/stories/course")["saga"]["outcome"] == "COMPLETED"
