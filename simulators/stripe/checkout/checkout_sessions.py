"""Checkout Sessions: a page on which a person pays, made for one purchase."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, request

from simulators.kit.json_types import Json
from simulators.kit.simulator import simulator
from simulators.stripe.account import amend, fetch, fresh_id, now, table
from simulators.stripe.api import takes
from simulators.stripe.checkout import line_items
from simulators.stripe.checkout.session_lifecycle import NOBODY, expire, expire_session
from simulators.stripe.errors import StripeError, UnexpectedStateError
from simulators.stripe.includable import without_session
from simulators.stripe.lists import PAGE, PAGING, page
from simulators.stripe.parameters import Required, Table, integer, list_of, metadata, new_metadata, one_of, text, tree
from simulators.stripe.payments.amounts import require_chargeable
from simulators.stripe.payments.bank_accounts import require_payable
from simulators.stripe.payments.intent_parameters import CAPTURING, LATER, NEW
from simulators.stripe.payments.payment_methods import TYPES
from simulators.stripe.texts import email, require_no_card_descriptor, return_address, text_up_to

routes = Blueprint("checkout_sessions", __name__)

DAY, HALF_HOUR = 24 * 3600, 30 * 60
LOCALES = (
    "auto", "bg", "cs", "da", "de", "el", "en", "en-GB", "es", "es-419", "et", "fi", "fil", "fr", "fr-CA", "hi-IN",
    "hr", "hu", "id", "it", "ja", "ko", "lt", "lv", "ms", "mt", "nb", "nl", "pl", "pt", "pt-BR", "ro", "ru", "sk", "sl",
    "sv", "th", "tr", "vi", "zh", "zh-HK", "zh-TW",
)  # fmt: skip

CREATE: Table = {
    "cancel_url": return_address,
    "client_reference_id": text_up_to(200),
    "customer": text,
    "customer_creation": one_of("always", "if_required"),
    "customer_email": email,
    "expires_at": integer,
    "line_items": Required(line_items.items),
    "locale": one_of(*LOCALES),
    "metadata": new_metadata,
    "mode": Required(one_of("payment")),
    "payment_intent_data": tree({**NEW, **LATER, **CAPTURING}),
    "payment_method_types": list_of(one_of(*TYPES)),
    "submit_type": one_of("auto", "book", "donate", "pay"),
    "success_url": Required(return_address),
    "ui_mode": one_of("hosted_page"),
}
EMPTY = dict.fromkeys((
    "after_expiration", "allow_promotion_codes", "allowed_payment_method_types", "billing_address_collection",
    "branding_settings", "cancel_url", "client_reference_id", "client_secret", "collected_information", "consent",
    "consent_collection", "currency_conversion", "customer", "customer_account", "customer_details", "customer_email",
    "discounts", "excluded_payment_method_types", "integration_identifier", "invoice", "locale", "managed_payments",
    "name_collection", "optional_items", "origin_context", "payment_intent", "payment_link",
    "payment_method_configuration_details", "permissions", "recovered_from", "redirect_on_completion", "return_url",
    "saved_payment_method_options", "setup_intent", "shipping_address_collection", "shipping_cost", "submit_type",
    "subscription", "tax_id_collection", "wallet_options",
))  # fmt: skip
INVOICE = dict.fromkeys((
    "account_tax_ids", "custom_fields", "description", "footer", "issuer", "rendering_options",
)) | {"metadata": {}}  # fmt: skip
DEFAULTS: Json = {
    "object": "checkout.session",
    "adaptive_pricing": {"enabled": False},
    "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
    "custom_fields": [],
    "custom_text": dict.fromkeys(("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")),
    "customer_creation": "if_required",
    "invoice_creation": {"enabled": False, "invoice_data": INVOICE},
    "livemode": False,
    "metadata": {},
    "payment_method_collection": "if_required",
    "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
    "payment_method_types": ["card"],
    "payment_status": "unpaid",
    "phone_number_collection": {"enabled": False},
    "shipping_options": [],
    "status": "open",
    "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
    "ui_mode": "hosted_page",
}


@routes.post("/v1/checkout/sessions")
@takes(CREATE)
def create_checkout_session(params: Json) -> Json:
    """A new page to pay on; its `url` is for the customer."""
    items, wish = line_items.new_line_items(params.pop("line_items")), params.pop("payment_intent_data", {})
    session = _new_session(params, items)
    require_chargeable(session["amount_total"], session["currency"])
    param = "payment_intent_data[statement_descriptor]"
    require_payable(session["payment_method_types"], session["currency"], wish.get("capture_method", "automatic"))
    require_no_card_descriptor(wish.get("statement_descriptor"), session["payment_method_types"], param)
    table("checkout_sessions").put(session)
    table("checkout_wishes").put({"id": session["id"], "payment_intent_data": wish})
    line_items.store_line_items(session["id"], items)
    open_for = timedelta(seconds=session["expires_at"] - now())
    simulator().timers.after(open_for, expire_session, session_id=session["id"])
    return session


@routes.get("/v1/checkout/sessions/<session_id>")
@takes({})
def retrieve_checkout_session(params: Json, session_id: str) -> Json:  # noqa: ARG001 - it takes no parameters
    """One session."""
    return fetch("checkout_sessions", session_id)


@routes.post("/v1/checkout/sessions/<session_id>")
@takes({"metadata": metadata})
def update_checkout_session(params: Json, session_id: str) -> Json:
    """Other metadata; nothing else of a session can be changed here."""
    return table("checkout_sessions").put(amend(fetch("checkout_sessions", session_id), params))


@routes.get("/v1/checkout/sessions")
@takes({**PAGE, "customer": text, "payment_intent": text, "status": one_of("open", "complete", "expired")})
def list_checkout_sessions(params: Json) -> Json:
    """Sessions, newest first, all or those of a customer, an intent, a status."""
    return page("checkout_sessions", params, by=("customer", "payment_intent", "status"))


@routes.get("/v1/checkout/sessions/<session_id>/line_items")
@takes(PAGING)
def list_checkout_line_items(params: Json, session_id: str) -> Json:
    """What the session sells."""
    fetch("checkout_sessions", session_id)
    answer = page("line_items", params, session=session_id)
    answer["data"] = [without_session(item) for item in answer["data"]]
    return answer


@routes.post("/v1/checkout/sessions/<session_id>/expire")
@takes({})
def expire_checkout_session(params: Json, session_id: str) -> Json:  # noqa: ARG001 - it takes no parameters
    """The end of a session that is not paid."""
    session = fetch("checkout_sessions", session_id)
    if session["status"] != "open":
        message = f'Only Checkout Sessions with a status in ["open"] can be expired. This one is {session["status"]}.'
        raise UnexpectedStateError(message)
    return expire(session)


def _new_session(params: Json, items: list[Json]) -> Json:
    if "customer" in params and "customer_email" in params:
        raise StripeError("You may only specify one of these parameters: customer, customer_email.", param="customer")
    session_id = fresh_id("cs_test")
    total = sum(item["amount_total"] for item in items)
    about = {
        "id": session_id,
        "amount_subtotal": total,
        "amount_total": total,
        "created": now(),
        "currency": items[0]["currency"],
        "customer_details": _customer_details(params),
        "expires_at": _expiry(params.get("expires_at")),
        "url": f"{request.host_url}c/pay/{session_id}",
    }
    return EMPTY | DEFAULTS | params | about


def _customer_details(params: Json) -> Json | None:
    if "customer" in params:
        customer = fetch("customers", params["customer"], "customer")
        return NOBODY | {name: customer[name] for name in ("email", "name", "phone")}
    return NOBODY | {"email": params["customer_email"]} if "customer_email" in params else None


def _expiry(params: int | None) -> int:
    if params is not None and not now() + HALF_HOUR <= params <= now() + DAY:
        message = "The `expires_at` timestamp must be from 30 minutes to 24 hours after the creation of the session."
        raise StripeError(message, param="expires_at")
    return params or now() + DAY
