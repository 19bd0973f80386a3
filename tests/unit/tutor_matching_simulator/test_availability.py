"""Which times lie in a tutor's hours, above all when the clocks change (Berlin: 29 March and 25 October 2026)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from simulators.kit.time.timestamps import TimeSpan
from simulators.tutor_matching.availability import is_open


def tutor(*hours: str, zone: str = "Europe/Berlin") -> dict[str, object]:
    """`MONDAY 09:00 17:00` and so on."""
    weekly = [dict(zip(("day", "from", "to"), each.split(), strict=True)) for each in hours]
    return {"timeZone": zone, "weekly": weekly}


def time(start: str, minutes: int = 60) -> TimeSpan:
    begin = datetime.fromisoformat(start + "Z")
    return TimeSpan(begin, begin + timedelta(minutes=minutes))


def opened(who: dict[str, object], day: str) -> list[str]:
    """Return every quarter of an hour of a day (UTC) that can be booked."""
    begin = datetime.fromisoformat(day + "T00:00:00Z")
    quarters = (begin + timedelta(minutes=15 * number) for number in range(96))
    return [f"{at:%H:%M}" for at in quarters if is_open(who, TimeSpan(at, at + timedelta(minutes=15)))]


def test_a_time_must_lie_in_the_hours_from_beginning_to_end() -> None:
    monday = tutor("MONDAY 09:00 17:00")
    assert is_open(monday, time("2026-09-07T07:00", 480))
    assert not is_open(monday, time("2026-09-07T06:59"))
    assert not is_open(monday, time("2026-09-07T14:01"))
    assert not is_open(monday, time("2026-09-08T08:00"))


def test_hours_that_adjoin_or_overlap_are_as_good_as_one() -> None:
    monday = tutor("MONDAY 12:00 15:00", "MONDAY 09:00 12:00", "MONDAY 10:00 11:00")
    assert is_open(monday, time("2026-09-07T09:30", 60))
    assert not is_open(tutor("MONDAY 09:00 11:59", "MONDAY 12:00 15:00"), time("2026-09-07T09:30", 60))


def test_hours_go_on_beyond_midnight_as_the_next_days() -> None:
    late = tutor("MONDAY 22:00 24:00", "TUESDAY 00:00 02:00")
    assert is_open(late, time("2026-09-07T20:00", 240))
    assert not is_open(late, time("2026-09-07T20:00", 241))


def test_the_week_is_that_of_the_tutors_own_zone() -> None:
    auckland = tutor("MONDAY 08:00 09:00", zone="Pacific/Auckland")
    assert is_open(auckland, time("2026-09-06T20:00"))
    honolulu = tutor("MONDAY 20:00 21:00", zone="Pacific/Honolulu")
    assert is_open(honolulu, time("2026-09-08T06:00"))


def test_the_same_hour_of_the_wall_is_another_in_summer() -> None:
    monday = tutor("MONDAY 09:00 10:00")
    assert is_open(monday, time("2026-03-23T08:00"))
    assert is_open(monday, time("2026-03-30T07:00"))
    assert not is_open(monday, time("2026-03-30T08:00"))


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        ("01:00 04:00", ["00:00", "00:15", "00:30", "00:45", "01:00", "01:15", "01:30", "01:45"]),
        ("02:00 03:00", []),
        ("02:30 03:00", []),
        ("02:30 04:00", ["01:30", "01:45"]),
        ("01:30 02:30", ["00:30", "00:45", "01:00", "01:15"]),
        ("03:00 03:30", ["01:00", "01:15"]),
    ],
)
def test_in_spring_an_hour_is_missing(hours: str, expected: list[str]) -> None:
    assert opened(tutor(f"SUNDAY {hours}"), "2026-03-29") == expected


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        ("02:00 03:00", ["00:00", "00:15", "00:30", "00:45", "01:00", "01:15", "01:30", "01:45"]),
        ("01:30 02:30", ["00:00", "00:15"]),
        ("02:30 03:15", ["00:30", "00:45", "01:00", "01:15", "01:30", "01:45", "02:00"]),
        ("03:00 03:30", ["02:00", "02:15"]),
    ],
)
def test_in_autumn_an_hour_comes_twice(hours: str, expected: list[str]) -> None:
    found = opened(tutor(f"SUNDAY {hours}"), "2026-10-25")
    assert [at for at in found if at != "23:30"] == expected


def test_a_clock_that_changes_by_half_an_hour_is_read_as_well() -> None:
    lord_howe = tutor("SUNDAY 01:30 02:30", zone="Australia/Lord_Howe")
    assert opened(lord_howe, "2026-10-03") == ["15:00", "15:15"]
    assert opened(lord_howe, "2026-04-04") == ["14:30", "14:45", "15:00", "15:15", "15:30", "15:45"]


def test_a_night_that_crosses_the_change_is_as_long_as_it_really_is() -> None:
    nights = tutor("SATURDAY 22:00 24:00", "SUNDAY 00:00 06:00")
    assert is_open(nights, time("2026-03-28T21:00", 7 * 60))
    assert not is_open(nights, time("2026-03-28T21:00", 7 * 60 + 1))
    assert is_open(nights, time("2026-10-24T20:00", 9 * 60))
    assert not is_open(nights, time("2026-10-24T20:00", 9 * 60 + 1))
