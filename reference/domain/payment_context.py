"""What a payment is for: required on every payment, and never changed."""

from enum import StrEnum


class PaymentContext(StrEnum):
    """The kinds of things that can be paid for."""

    SESSION_BOOKING = "SESSION_BOOKING"
    COURSE_ENROLLMENT = "COURSE_ENROLLMENT"
