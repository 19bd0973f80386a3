"""The tables of parameters of the routes of PaymentIntents."""

from __future__ import annotations

from simulators.stripe.catalog.customers import SHIPPING
from simulators.stripe.parameters import (
    Check,
    Clearable,
    Required,
    Table,
    boolean,
    clearable,
    either,
    integer,
    list_of,
    metadata,
    new_metadata,
    one_of,
    text,
    tree,
)
from simulators.stripe.payments.amounts import currency
from simulators.stripe.payments.payment_methods import DATA, TYPES
from simulators.stripe.texts import descriptor_suffix, email, return_address, statement_descriptor, text_up_to

# What can be said of a new intent.
NEW: dict[str, Check] = {
    "description": text_up_to(1000),
    "metadata": new_metadata,
    "receipt_email": email,
    "statement_descriptor": statement_descriptor,
    "statement_descriptor_suffix": descriptor_suffix,
    "transfer_group": text,
}
# What can be said of an intent whatever has become of it.
DESCRIBING: Table = {**clearable(NEW), "metadata": metadata}

METHOD: Table = {"payment_method": text, "payment_method_data": tree(DATA)}
LATER: dict[str, Check] = {"setup_future_usage": one_of("on_session", "off_session"), "shipping": tree(SHIPPING)}
METHOD_TYPES = (*TYPES, "link")
THREE_D_SECURE: Table = {"request_three_d_secure": one_of("automatic", "any", "challenge")}
# What can be said of an intent until it is paid, held or given up.
SHAPING: Table = {
    **METHOD,
    "customer": text,
    "payment_method_options": tree({"card": Clearable(tree(THREE_D_SECURE))}),
    "payment_method_types": list_of(one_of(*METHOD_TYPES)),
}

# How the owner of an account has allowed to debit it; the simulator assumes that they have.
ACCEPTANCE: Table = {
    "type": Required(one_of("offline", "online")),
    "accepted_at": integer,
    "offline": tree({}),
    "online": tree({"infer_from_client": boolean, "ip_address": text, "user_agent": text}),
}
CAPTURING: Table = {"capture_method": one_of("automatic", "automatic_async", "manual")}
# What makes sense only when an intent is confirmed.
CONFIRMING: Table = {
    "error_on_requires_action": boolean,
    "mandate_data": Clearable(tree({"customer_acceptance": Required(tree(ACCEPTANCE))})),
    "off_session": either(
        lambda value: str(value) in {"one_off", "recurring"}, one_of("one_off", "recurring"), boolean
    ),
    "return_url": return_address,
}

AUTOMATIC: Table = {"enabled": Required(boolean), "allow_redirects": one_of("always", "never")}
CREATE: Table = {
    **NEW,
    **SHAPING,
    **LATER,
    **CAPTURING,
    **CONFIRMING,
    "amount": Required(integer),
    "automatic_payment_methods": tree(AUTOMATIC),
    "confirm": boolean,
    "confirmation_method": one_of("automatic", "manual"),
    "currency": Required(currency),
    "use_stripe_sdk": boolean,
}
UPDATE: Table = {**DESCRIBING, **SHAPING, **clearable(LATER), **CAPTURING, "amount": integer, "currency": currency}
CONFIRM: Table = {
    **METHOD,
    **clearable(LATER),
    **CAPTURING,
    **CONFIRMING,
    "client_secret": text,
    "receipt_email": Clearable(email),
    "use_stripe_sdk": boolean,
}
# What a student's own device may not say of a confirmation.
SERVERS = ("capture_method", "error_on_requires_action", "off_session")
CANCEL: Table = {"cancellation_reason": one_of("abandoned", "duplicate", "fraudulent", "requested_by_customer")}
