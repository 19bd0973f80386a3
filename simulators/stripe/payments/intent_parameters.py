"""The tables of parameters of the routes of PaymentIntents."""

from __future__ import annotations

from simulators.stripe.catalog.customers import SHIPPING
from simulators.stripe.parameters import (
    Clearable,
    Required,
    Table,
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

# What can be said of an intent whatever has become of it.
DESCRIBING: Table = {
    **dict.fromkeys(("description", "receipt_email", "statement_descriptor", "transfer_group"), Clearable(text)),
    "metadata": metadata,
    "statement_descriptor_suffix": Clearable(text),
}

METHOD: Table = {"payment_method": text, "payment_method_data": tree(DATA)}
LATER: Table = {
    "setup_future_usage": Clearable(one_of("on_session", "off_session")),
    "shipping": Clearable(tree(SHIPPING)),
}
THREE_D_SECURE: Table = {"request_three_d_secure": one_of("automatic", "any", "challenge")}
# What can be said of an intent until it is paid, held or given up.
SHAPING: Table = {
    **METHOD,
    **LATER,
    "customer": text,
    "payment_method_options": tree({"card": tree(THREE_D_SECURE)}),
    "payment_method_types": list_of(one_of("card", "link")),
}

CAPTURING: Table = {"capture_method": one_of("automatic", "automatic_async", "manual")}
# What makes sense only when an intent is confirmed.
CONFIRMING: Table = {
    "error_on_requires_action": boolean,
    "off_session": either(
        lambda value: str(value) in {"one_off", "recurring"}, one_of("one_off", "recurring"), boolean
    ),
    "return_url": return_address,
}

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
# What a student's own device may not say of a confirmation.
SERVERS = ("capture_method", "error_on_requires_action", "off_session")
CANCEL: Table = {"cancellation_reason": one_of("abandoned", "duplicate", "fraudulent", "requested_by_customer")}
