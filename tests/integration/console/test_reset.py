"""To begin anew: all of it, or only some students; and a run made by hand, kept and played again in new services."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from simulators.cli import main
from simulators.console.session import Session
from simulators.stories.demo import tell_by_hand
from simulators.world.together import ANY_PORTS
from tests.integration.console.conftest import JSON, Visitor, visit

pytestmark = pytest.mark.served


@pytest.fixture(scope="module")
def own_session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """A session that may be reset."""
    with Session(tmp_path_factory.mktemp("reset"), ANY_PORTS) as session:
        session.pace_seconds = 0
        yield session


@pytest.fixture
def own(own_session: Session) -> Session:
    own_session.reset()
    return own_session


@pytest.fixture
def guest(own: Session) -> Visitor:
    return visit(own)


def asked(guest: Visitor, own: Session, student: str, course: str = "algebra") -> str:
    saga_id = guest.act("/school/enroll", **{"as": student, "courseId": course})["sagaId"]
    own.world.student(student).client_secret(saga_id)
    own.world.settle()
    return str(saga_id)


def again(guest: Visitor, run: str | bytes) -> Any:
    answer = guest.post("/runs/import", data=run, headers=JSON)
    assert answer.status_code == 200, answer.text
    return answer.get_json()


def test_the_printed_lines_work_before_and_after_a_reset(guest: Visitor, own: Session) -> None:
    printed: list[str] = []
    tell_by_hand(own.world, lambda line, tone="": printed.append(line) if tone == "plain" else None)
    for _ in range(2):
        done = subprocess.run(
            ["bash", "-c", "\n".join(printed)], capture_output=True, text=True, timeout=60, check=True
        )
        own.world.settle()
        saga_id = re.findall(r"saga_[a-z0-9]+", done.stdout)[0]
        assert guest.read_json(f"/sagas/{saga_id}")["saga"]["outcome"] == "COMPLETED", done.stdout + done.stderr
        guest.act("/reset")


def test_only_the_students_of_a_prefix_are_forgotten(guest: Visitor, own: Session) -> None:
    mine, other = asked(guest, own, "t1-ada"), asked(guest, own, "t2-ada")
    said = guest.act("/reset", prefix="t1-")["said"]
    assert said == "1 purchase of students named t1-\u2026 is shown no more, 1 of them cancelled."
    listed = guest.read_json("/")
    assert [each["sagaId"] for each in listed["items"]] == [other]
    assert listed["counters"] == {"AWAITING_PAYMENT": 1}
    assert {each["sagaId"] for each in guest.read_json("/webhooks")["items"]} == {other}
    assert guest.read_json(f"/sagas/{mine}")["saga"]["outcome"] == "CANCELLED"
    assert guest.act("/reset", prefix="t1-")["said"].startswith("0 purchases")


def test_a_run_by_hand_is_kept_and_played_again_in_new_services(guest: Visitor, own: Session, tmp_path: Path) -> None:
    guest.act("/faults/stripe/delayed_delivery", event="payment_intent.succeeded", seconds="259200")
    saga_id = asked(guest, own, "lea", "french")
    guest.act(f"/pay/{saga_id}/card", card="pm_card_visa_chargeDeclined")
    guest.act(f"/pay/{saga_id}/card", card="pm_card_visa")
    own.world.settle()
    (held,) = guest.read_json(f"/webhooks?saga={saga_id}&status=PENDING")["items"]
    guest.act("/clock/jump", seconds="60")
    guest.act(f"/deliveries/stripe/{held['id']}/now")
    own.world.settle()
    other = asked(guest, own, "mia")
    guest.act(f"/sagas/{other}/cancel")
    (fault,) = own.faults()
    guest.act(f"/faults/stripe/{fault['id']}/lift")
    own.world.settle()
    run = guest.get("/runs/by-hand/file").data
    found = again(guest, run)
    assert (found["isReplay"], found["difference"]) == (True, "")
    assert [each["outcome"] for each in found["purchases"]] == ["COMPLETED", "CANCELLED"]
    assert saga_id not in {each["sagaId"] for each in found["purchases"]}
    assert [each["path"].split("/")[1] for each in found["acts"]] == [
        each["path"].split("/")[1] for each in json.loads(run)["acts"]
    ]
    assert "The same." in guest.post("/runs/import", data=run).text
    file = tmp_path / "by-hand.json"
    file.write_bytes(run)
    answer = CliRunner().invoke(main, ["replay", str(file)])
    assert (answer.exit_code, "the same, purchase by purchase: 9 acts" in answer.output) == (0, True), answer.output
    file.write_text(json.dumps(json.loads(run) | {"service": "elsewhere"}))
    answer = CliRunner().invoke(main, ["replay", str(file)])
    assert (answer.exit_code, "It is a run of elsewhere" in answer.output) == (2, True), answer.output


def test_a_session_booked_by_hand_is_booked_again_on_the_same_day_of_another_week(guest: Visitor, own: Session) -> None:
    days = guest.read_json("/school?tutor=grace&minutes=60")["days"]
    slot = next(slot["scheduledAt"] for day in days for slot in day["slots"] if slot["status"] == "FREE")
    guest.act("/school/book", **{"as": "lea", "tutorId": "grace", "scheduledAt": slot, "minutes": "60"})
    own.world.settle()
    found = again(guest, guest.get("/runs/by-hand/file").data)
    assert (found["difference"], found["purchases"][0]["state"]) == ("", "AWAITING_PAYMENT")


def test_a_run_that_goes_another_way_is_said_to_differ(guest: Visitor, own: Session) -> None:
    asked(guest, own, "lea")
    whole = json.loads(guest.get("/runs/by-hand/file").data)
    whole["ends"][0]["state"] = "COMPLETED"
    assert again(guest, json.dumps(whole))["difference"] == "Purchase 1, of lea, was COMPLETED and is AWAITING_PAYMENT."
    whole["acts"].append({"after": 1.0, "path": "/faults/stripe/flt_gone/lift", "fields": {}})
    assert again(guest, json.dumps(whole))["difference"] == (
        "Act 2, /faults/stripe/flt_gone/lift: what was flt_gone is not there."
    )


@pytest.mark.parametrize(
    "change",
    [
        {"service": "elsewhere"},
        {"began": "yesterday"},
        {"acts": [{"path": "/calm"}]},
        {"acts": [{"after": 0, "path": "/reset", "fields": {}}]},
        {"acts": [{"after": 0, "path": "/pay/../reset", "fields": {}}]},
        {"acts": [{"after": -1, "path": "/calm", "fields": {}}]},
        {"acts": [{"after": 0, "path": "/calm", "fields": {}}] * 1001},
        {"acts": 7},
    ],
)
def test_what_cannot_be_played_is_refused_and_nothing_is_lost(guest: Visitor, own: Session, change: Any) -> None:
    saga_id = asked(guest, own, "lea")
    whole = json.loads(guest.get("/runs/by-hand/file").data) | change
    answer = guest.post("/runs/import", data=json.dumps(whole), headers=JSON)
    assert (answer.status_code, bool(answer.get_json()["detail"])) == (400, True)
    assert [each["sagaId"] for each in guest.read_json("/")["items"]] == [saga_id]
