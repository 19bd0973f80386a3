"""The slots of a tutor as a student sees them: hours cut in pieces, and which of these are free."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from simulators.kit.http.auth import caller
from simulators.kit.http.problems import BadField
from simulators.kit.http.validation import query_number
from simulators.kit.json_types import Json
from simulators.kit.simulator import simulator
from simulators.kit.storage.documents import fetch
from simulators.kit.time.timestamps import LONGEST_MINUTES, TimeSpan, format_instant, instant
from simulators.tutor_matching.availability import windows
from simulators.tutor_matching.holds import busy_times, status
from simulators.tutor_matching.prices import price

routes = Blueprint("slots", __name__)

USUAL_RANGE, LONGEST_RANGE = timedelta(days=7), timedelta(days=31)
SHORTEST_MINUTES, USUAL_MINUTES = 15, 60


@routes.get("/tutors/<tutor_id>/slots")
def list_slots(tutor_id: str) -> ResponseReturnValue:
    """Slots of `duration` minutes that begin in `from`..`to` and are still to come (services, students, operators)."""
    caller("service", "student", "operator")
    minutes = query_number("duration", USUAL_MINUTES, SHORTEST_MINUTES, LONGEST_MINUTES)
    with simulator().store.transaction():
        tutor = fetch("tutors", tutor_id)
        starts, times = _starts(tutor, _range(), timedelta(minutes=minutes)), list(busy_times(tutor_id))
        items = [_slot(tutor, start, minutes, times) for start in sorted(set(starts))]
    return {"items": items, "nextCursor": None}


def _starts(tutor: Json, asked: TimeSpan, length: timedelta) -> Iterator[datetime]:
    """Yield where slots begin, counted from the beginning of each of the hours; any other time can be booked too."""
    now = simulator().seams.clock.now()
    for hours in windows(tutor, asked):
        start = hours.start
        while start + length <= hours.end:
            if asked.start <= start < asked.end and start > now:
                yield start
            start += length


def _slot(tutor: Json, start: datetime, minutes: int, times: list[tuple[TimeSpan, str]]) -> Json:
    slot = TimeSpan(start, start + timedelta(minutes=minutes))
    return {
        "scheduledAt": format_instant(slot.start),
        "endsAt": format_instant(slot.end),
        "duration": minutes,
        "price": price(tutor, minutes),
        "status": status(times, slot),
    }


def _range() -> TimeSpan:
    start = _moment("from", simulator().seams.clock.now())
    end = _moment("to", start + USUAL_RANGE)
    if not start < end <= start + LONGEST_RANGE:
        raise BadField("to", f"must be later than from, by {LONGEST_RANGE.days} days at most")
    return TimeSpan(start, end)


def _moment(name: str, default: datetime) -> datetime:
    if (asked := request.args.get(name)) is None:
        return default
    if why := instant(asked):
        raise BadField(name, why)
    return datetime.fromisoformat(asked)
