"""A stand-in for the Pact Broker, for tests: enough of it to publish, to verify, and to do what the guide says.

Not covered, and left to a real broker: the algebra of selectors (the latest pact of each consumer is given for
verification, whatever is asked for; it is pending until a version on the provider's branch kept it), the matrix beyond
one version and what is deployed, work-in-progress pacts, webhooks, releases, the pages for people. It forgets
everything when it stops. `test_stand_in.py` holds it to the contract that the official client itself publishes.
"""

from __future__ import annotations

from flask import Flask, request

from tests.contracts.broker import hal, matrix, pacticipants, publishing
from tests.contracts.broker.books import Books, Changed
from tests.contracts.broker.hal import Answer, link
from tests.contracts.broker.matrix import Unknown

RELATIONS = {
    "pb:publish-contracts": "/contracts/publish",
    "pb:pacticipants": "/pacticipants",
    "pb:pacticipant": "/pacticipants/{pacticipant}",
    "pb:pacticipant-version": "/pacticipants/{pacticipant}/versions/{version}",
    "pb:pacticipant-version-tag": "/pacticipants/{pacticipant}/versions/{version}/tags/{tag}",
    "pb:pacticipant-branch-version": "/pacticipants/{pacticipant}/branches/{branch}/versions/{version}",
    "pb:provider-pacts-for-verification": "/pacts/provider/{provider}/for-verification",
    "pb:environments": "/environments",
}


def create_app(*credentials: str) -> Flask:
    """Return a broker without any contract; with credentials (whole Authorization headers), it is closed to others."""
    app = Flask("broker")
    app.url_map.strict_slashes = False
    books = app.extensions["books"] = Books()
    for room in (pacticipants, publishing, matrix):
        app.register_blueprint(room.routes(books))

    @app.get("/")
    def index() -> Answer:
        return hal.answer({"_links": {name: link(path, templated="{" in path) for name, path in RELATIONS.items()}})

    @app.before_request
    def is_known() -> Answer | None:
        if not credentials or request.headers.get("Authorization") in credentials:
            return None
        return hal.answer({"error": {"message": "Authentication is required"}}, 401)

    @app.errorhandler(Changed)
    def changed(problem: Changed) -> Answer:
        return hal.answer(
            {"errors": {"contracts": [str(problem)]}, "notices": [{"type": "error", "text": str(problem)}]}, 409
        )

    @app.errorhandler(Unknown)
    def unknown(problem: Unknown) -> Answer:
        return hal.answer({"errors": [str(problem)]}, 400)

    return app


def books_of(app: Flask) -> Books:
    books: Books = app.extensions["books"]
    return books
