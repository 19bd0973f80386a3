"""The house as data: what each room may use of ours, and which tools. A module's room is the longest name that fits."""

from __future__ import annotations

from typing import NamedTuple

from simulators.world.topology import NEIGHBOURS


class Room(NamedTuple):
    """What a room may import: names of ours, and third-party packages, each with all that lies below it."""

    ours: frozenset[str] = frozenset()
    tools: frozenset[str] = frozenset()


def _room(ours: str = "", tools: str = "") -> Room:
    return Room(frozenset(ours.split()), frozenset(tools.split()))


_PORTS = "reference.domain reference.application.ports reference.application.lists reference.wire reference.tracing"
# The folders of the simulators, as the topology's rows name them: another one needs no line here.
SIMULATORS = ("simulators.stripe", *(create.__module__.rpartition(".")[0] for create in NEIGHBOURS.values()))
_KIT_AND_SERVICES = " ".join(("simulators.kit", *SIMULATORS))
_DATA = "simulators.kit.json_types simulators.kit.currencies"
_WORLD_TOOLS = "flask gunicorn kombu prometheus_client requests urllib3 waitress werkzeug"

ROOMS = {
    "reference": _room(),
    "reference.domain": _room(),
    "reference.sagas": _room("reference.domain", "transitions"),
    "reference.application": _room("reference.domain reference.sagas reference.tracing"),
    "reference.reconciliation": _room("reference.domain reference.application"),
    "reference.wire": _room("reference.domain reference.tracing"),
    "reference.tracing": _room(),
    "reference.json_logs": _room("reference.tracing"),
    "reference.telemetry": _room("reference.tracing", "opentelemetry"),
    "reference.storage": _room(f"{_PORTS} reference.sagas", "sqlalchemy alembic psycopg"),
    "reference.gateways": _room(f"{_PORTS} reference.reconciliation.ledger", "requests stripe"),
    "reference.gateways.broker": _room(f"{_PORTS} reference.gateways.timeouts", "kombu"),
    "reference.web": _room(
        "reference.domain reference.sagas reference.application reference.gateways.stripe_webhook reference.wire "
        "reference.tracing",
        "flask werkzeug jwt prometheus_client",
    ),
    "reference.settings": _room("reference.domain"),
    "reference.runtime": _room("reference.domain reference.application", "requests urllib3"),
    "reference.app": _room(
        "reference", "alembic flask jwt prometheus_client psycopg requests sqlalchemy stripe transitions werkzeug"
    ),
    "simulators": _room(),
    "simulators.kit": _room("", "flask jwt requests tinydb werkzeug"),
    **dict.fromkeys(SIMULATORS, _room("simulators.kit", "flask werkzeug")),
    "simulators.contracts": _room("simulators.kit.json_types", "jinja2 gherkin"),
    "simulators.naive": _room("", "flask requests stripe werkzeug"),
    "simulators.clients": _room("simulators.kit", "requests"),
    "simulators.world": _room(f"simulators.clients {_KIT_AND_SERVICES}", _WORLD_TOOLS),
    "simulators.judge": _room(f"simulators.world simulators.clients {_DATA}"),
    "simulators.stories": _room(
        f"simulators.judge simulators.world simulators.clients simulators.kit.guess {_DATA}",
        "requests",
    ),
    "simulators.check": _room(
        f"simulators.stories simulators.judge simulators.diagram simulators.world simulators.clients {_DATA} "
        "simulators.contracts simulators.kit.http.cloudevents simulators.kit.seams simulators.kit.faults.links "
        "simulators.stripe.webhooks.signing simulators.package_data",
        "cucumber_messages gherkin jinja2 markupsafe pytest pytest_bdd requests",
    ),
    "simulators.book": _room(
        "simulators.check simulators.diagram simulators.console.filters simulators.console.states "
        "simulators.judge simulators.world simulators.clients simulators.kit.json_types",
        "gherkin jinja2 pytest requests",
    ),
    "simulators.diagram": _room(f"simulators.world simulators.clients {_DATA}"),
    "simulators.testing": _room("simulators.check simulators.world simulators.clients", "pytest"),
    "simulators.explore": _room(
        f"simulators.check simulators.stories simulators.judge simulators.world simulators.clients {_DATA} "
        "simulators.kit.seams simulators.kit.delivery simulators.kit.time.background",
        "distributed jinja2",
    ),
    "simulators.console": _room(
        "simulators.explore simulators.check.subject simulators.check.storm_faults simulators.stories simulators.judge "
        "simulators.world simulators.clients simulators.kit simulators.contracts simulators.diagram "
        "simulators.package_data simulators.book",
        "flask markupsafe prometheus_client requests werkzeug",
    ),
    "simulators.cli": _room("simulators reference.app", "click"),
    "simulators.cli.contracts": _room("simulators", "click flask requests"),
    "simulators.cli.verbs": _room("", "click"),
    "simulators.package_data": _room(),
}
