from __future__ import annotations

from tests.contracts.consumers.listeners import Listener


def test_a_command_confirms_the_session(meetings: Listener) -> None:
    with meetings.handling("CREATE_CONFIRMED_SESSION"):
        [session] = meetings.shows("/sessions")["items"]
        assert (session["sessionId"], session["status"]) == ("session-1", "CONFIRMED")


def test_a_refund_cancels_the_session(meetings: Listener) -> None:
    meetings.has_handled("CREATE_CONFIRMED_SESSION")
    assert meetings.shows_each("/sessions", "status") == ["CONFIRMED"]
    with meetings.handling("PaymentRefunded"):
        assert meetings.shows_each("/sessions", "status") == ["CANCELLED"]


def test_a_notice_is_in_the_inbox_of_whom_it_is_for(meetings: Listener) -> None:
    with meetings.handling("SEND_NOTICE"):
        assert meetings.shows_each("/notices?personId=ada", "kind") == ["CONFIRMED"]


def test_a_notice_of_a_declined_attempt_is_beside_that_of_another(meetings: Listener) -> None:
    declined = "SEND_NOTICE of a declined attempt"
    meetings.has_handled(declined, attempt="ch-0")
    with meetings.handling(declined):
        assert sorted(meetings.shows_each("/notices?personId=ada", "attempt")) == ["ch-0", "ch-1"]
