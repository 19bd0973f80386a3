"""How a person buys a course with nothing but curl: the student's app as lines for a shell."""

from simulators.clients.learning import enroll_path
from simulators.clients.stripe import INTENTS


def purchase_by_curl(
    course_id: str, token: str, publishable_key: str, *, learning: str, payments: str, stripe: str
) -> list[str]:
    """Return the lines to paste into a terminal, for services at these URLs."""
    bearer = '-H "Authorization: Bearer $TOKEN"'
    return [
        f"TOKEN={token}",
        f"SAGA=$(curl -s -X POST {learning}{enroll_path(course_id)} {bearer} | {_pick('sagaId')})",
        "sleep 1",
        f"SECRET=$(curl -s {payments}/sagas/$SAGA {bearer} | {_pick('clientSecret')})",
        f"curl -s {stripe}{INTENTS}/${{SECRET%%_secret_*}}/confirm -u {publishable_key}: \\",
        "     -d client_secret=$SECRET -d payment_method=pm_card_visa",
        "sleep 1",
        f"curl -s {payments}/sagas/$SAGA {bearer}",
    ]


def look_by_curl(token: str, payments: str) -> list[str]:
    """Return the lines by which the person in charge looks at all sagas and at the dead letters."""
    bearer = '-H "Authorization: Bearer $OPERATOR"'
    return [f"OPERATOR={token}", *(f"curl -s {payments}{path} {bearer}" for path in ("/sagas", "/dead-letters"))]


def _pick(key: str) -> str:
    """Return the shell's way to one value of a JSON document, without asking for more tools."""
    return rf"""sed -n 's/.*"{key}": *"\([^"]*\)".*/\1/p'"""
