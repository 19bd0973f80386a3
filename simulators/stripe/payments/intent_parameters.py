"""What the routes of PaymentIntents take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulators.stripe.catalog.customers import SHIPPING
from simulators.stripe.parameters import (
    Clearable,
    Required,
    boolean,
    either,
    integer,
    list_of,
    metadata,
    one_of,
    return_address,
    text,
    tree,
)
from simulators.stripe.payments.amounts import currency
from simulators.stripe.payments.payment_methods import DATA

if TYPE_CHECKING:
    from simulators.stripe.parameters import Table

DESCRIBING: Table = {
    **dict.fromkeys(("description", "receipt_email", "statement_descriptor", "transfer_group"), Clearable(text)),
    "metadata": metadata,
    "statement_descriptor_suffix": Clearable(text),
}
"""What can be said of an intent whatever has become of it."""

METHOD: Table = {"payment_method": text, "payment_method_data": tree(DATA)}
LATER: Table = {
    "setup_future_usage": Clearable(one_of("on_session", "off_session")),
    "shipping": Clearable(tree(SHIPPING)),
}
THREE_D_SECURE: Table = {"request_three_d_secure": one_of("automatic", "any", "challenge")}
SHAPING: Table = {
    **METHOD,
    **LATER,
    "customer": text,
    "payment_method_options": tree({"card": tree(THREE_D_SECURE)}),
    "payment_method_types": list_of(one_of("card", "link")),
}
"""What can be said of an intent until it is paid, held or given up."""

CAPTURING: Table = {"capture_method": one_of("automatic", "automatic_async", "manual")}
CONFIRMING: Table = {
    "error_on_requires_action": boolean,
    "off_session": either(lambda sent: str(sent) in {"one_off", "recurring"}, one_of("one_off", "recurring"), boolean),
    "return_url": return_address,
}
"""What makes sense only when an intent is confirmed."""

AUTOMATIC: Table = {"enabled": Required(boolean), "allow_redirects": one_of("always", "never")}
CREATE: Table = {
    **DESCRIBING,
    **SHAPING,
    **CAPTURING,
    **CONFIRMING,
    "amount": Required(integer),
    "automatic_payment_methods": tree(AUTOMATIC),
    "confirm": boolean,
    "confirmation_method": one_of("automatic", "manual"),
    "currency": Required(currency),
    "use_stripe_sdk": boolean,
}
UPDATE: Table = {**DESCRIBING, **SHAPING, **CAPTURING, "amount": integer, "currency": currency}
CONFIRM: Table = {
    **METHOD,
    **LATER,
    **CAPTURING,
    **CONFIRMING,
    "client_secret": text,
    "receipt_email": text,
    "use_stripe_sdk": boolean,
}
SERVERS = ("capture_method", "error_on_requires_action", "off_session")
"""What a student's own device may not say of a confirmation."""
CANCEL: Table = {"cancellation_reason": one_of("abandoned", "duplicate", "fraudulent", "requested_by_customer")}
