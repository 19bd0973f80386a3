"""When a tutor can be booked: hours of the week by the clock on the tutor's own wall."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from simulators.kit.http.problems import BadField
from simulators.kit.http.validation import Shape, validate
from simulators.kit.json_types import Json
from simulators.kit.time.timestamps import TimeSpan

DAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
WALL_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]|24:00")
MOST_HOURS = 100
DAY = timedelta(days=1)

_time_zones = cache(available_timezones)


def is_open(tutor: Json, wanted: TimeSpan) -> bool:
    """Tell whether all of this time lies in the tutor's hours; hours that adjoin are as good as one."""
    reached = wanted.start
    for hours in sorted(windows(tutor, wanted)):
        if hours.start <= reached:
            reached = max(reached, hours.end)
    return reached >= wanted.end


def windows(tutor: Json, near: TimeSpan) -> Iterator[TimeSpan]:
    """Yield the tutor's hours that share time with this span, each whole."""
    zone = ZoneInfo(tutor["timeZone"])
    day, last = near.start.astimezone(zone).date(), near.end.astimezone(zone).date()
    while day <= last:
        for hours in tutor["weekly"]:
            if hours["day"] == DAYS[day.weekday()] and (found := _on(day, hours, zone)).overlaps(near):
                yield found
        day += DAY


def _on(day: date, hours: Json, zone: ZoneInfo) -> TimeSpan:
    return TimeSpan(_instant(day, hours["from"], zone), _instant(day, hours["to"], zone))


def _instant(day: date, wall_time: str, zone: ZoneInfo) -> datetime:
    """Read a wall's clock as RFC 5545 does: a time that comes twice is the first, a skipped one has the old offset."""
    hour, minute = map(int, wall_time.split(":"))
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
    return (midnight + timedelta(hours=hour, minutes=minute)).astimezone(UTC)  # adds by the wall's clock


def time_zone(value: Any) -> str | None:  # noqa: ANN401 - whatever a stranger sent
    """Demand the IANA name of a time zone."""
    return None if isinstance(value, str) and value in _time_zones() else "must be a time zone such as Europe/Berlin"


def weekly(value: Any) -> str | None:  # noqa: ANN401
    """Demand a list of hours; they may overlap."""
    if not isinstance(value, list) or len(value) > MOST_HOURS:
        return f"must be a list of {MOST_HOURS} entries at most"
    for hours in value:
        if not isinstance(hours, dict):
            return "must be a list of objects"
        validate(hours, HOURS)
        if hours["from"] >= hours["to"]:
            raise BadField("to", "must be later than from; hours beyond midnight are another day's")
    return None


def _day(value: Any) -> str | None:  # noqa: ANN401
    return None if value in DAYS else f"must be one of {', '.join(DAYS)}"


def _wall_time(value: Any) -> str | None:  # noqa: ANN401
    fits = isinstance(value, str) and WALL_TIME.fullmatch(value)
    return None if fits else "must be a time of day from 00:00 to 24:00"


HOURS: Shape = {"day": _day, "from": _wall_time, "to": _wall_time}
