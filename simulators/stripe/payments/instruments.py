"""What all test instruments have in common, cards and bank accounts: how a payment with them goes, and what follows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class RefundEnds(Enum):
    """How a refund to the card ends."""

    WELL = "well"
    WELL_LATER = "well later"
    BADLY_LATER = "badly later"


@dataclass(frozen=True)
class Complaint:
    """A dispute that comes as soon as the money is taken; `share`: of so many parts, one is disputed.

    `is_final`: the bank hears no evidence, the case is lost at once.
    """

    reason: str
    inquiry: bool = False
    share: int = 1
    is_final: bool = False


class Authentication(Enum):
    """When the bank wants the cardholder to prove who they are (3-D Secure)."""

    NEVER = "never"
    ON_REQUEST = "on request"
    UNLESS_SET_UP = "unless set up"
    ON_SESSION = "on session"
    ALWAYS = "always"


@dataclass(frozen=True)
class Decline:
    """Why the bank says no; `code` is what the customer may know, `reason` what the merchant may."""

    code: str
    reason: str
    message: str = "Your card was declined."
    advice: str = "try_again_later"
    blocked: bool = False


@dataclass(frozen=True, kw_only=True)
class Instrument:
    """A test instrument; `type` is that of its payment methods."""

    type: str = "card"
    decline: Decline | None = None
    refund: RefundEnds = RefundEnds.WELL
    authentication: Authentication = Authentication.NEVER
    attaches: bool = True
    complaints: tuple[Complaint, ...] = ()
    fraud_warning: bool = False
    available_at_once: bool = False
