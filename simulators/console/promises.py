"""The promises as they stand for one saga, as its page shows them."""

from __future__ import annotations

from simulators.console.saga_data import exchanges_of
from simulators.console.session import Session
from simulators.diagram.sequence import Numbered
from simulators.judge.evidence import Evidence
from simulators.judge.gathering import gather
from simulators.judge.verdict import judge
from simulators.kit.json_types import Json


def promises(session: Session, saga_id: str, exchanges: list[Numbered]) -> list[Json]:
    """Judge one saga; `exchange` is the number, among these, of the one that broke the promise, or None.

    While anything moves, nothing is broken yet.
    """
    verdicts = judge(session.world, saga_id, is_quiet=session.is_quiet(), look=lambda: _evidence(session, saga_id))
    causes = {each.number: [finding.cause for finding in each.findings] for each in verdicts}
    broken_by = {name: [number for number, each in exchanges if each in found] for name, found in causes.items()}
    return [each.to_json() | {"exchange": next(iter(broken_by[each.number]), None)} for each in verdicts]


def _evidence(session: Session, saga_id: str) -> Evidence:
    saga = session.world.payment.find_saga(saga_id)
    found = exchanges_of(session, saga, session.world.stripe.intents(saga_id)) if saga else []
    return gather(session.world, saga_id, [each for _, each in found if each.answer])
