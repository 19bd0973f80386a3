"""The recipes for several processes, held to what the service really has: its paths, ports, settings and patience."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]
from flask import Flask

from reference.app import create_app
from reference.gateways.timeouts import TIMEOUT
from reference.runtime import PROBE_SECONDS
from simulators.world.serving import DRAIN_SECONDS, Port, Server
from simulators.world.topology import PAYMENT, PORTS
from simulators.world.worker_processes import TIDY_SECONDS
from tests.bench.service import environ
from tests.rooms.source import ROOT

RECIPES = ROOT / "simulators" / "recipes"
POSTGRESQL_LETS_IN = 97  # 100, of which three are kept for whoever administers it.
DEPLOYMENT, SERVICE, BUDGET = yaml.safe_load_all((RECIPES / "kubernetes.yaml").read_text())
POD: Any = DEPLOYMENT["spec"]["template"]["spec"]
(CONTAINER,) = POD["containers"]
COMPOSE: Any = yaml.safe_load((RECIPES / "compose-postgresql.yaml").read_text())
PROBES = ("startupProbe", "livenessProbe", "readinessProbe")


def option(words: list[str], name: str) -> str:
    return words[words.index(name) + 1]


def seconds(text: str) -> int:
    return int(text.removesuffix("s"))


def test_the_pieces_for_kubernetes_mean_each_other() -> None:
    assert [each["kind"] for each in (DEPLOYMENT, SERVICE, BUDGET)] == ["Deployment", "Service", "PodDisruptionBudget"]
    labels = DEPLOYMENT["spec"]["template"]["metadata"]["labels"]
    for selector in (DEPLOYMENT["spec"]["selector"]["matchLabels"], SERVICE["spec"]["selector"]):
        assert selector == labels
    assert BUDGET["spec"]["selector"]["matchLabels"] == labels
    assert BUDGET["spec"]["minAvailable"] < DEPLOYMENT["spec"]["replicas"], "else no node could ever be emptied"
    (port,) = CONTAINER["ports"]
    assert port["containerPort"] == PORTS[PAYMENT], "the command listens there unless told otherwise"
    assert "--port" not in CONTAINER["args"]
    assert SERVICE["spec"]["ports"][0]["targetPort"] == port["name"]
    assert {CONTAINER[probe]["httpGet"]["port"] for probe in PROBES} == {port["name"]}


def test_probes_ask_what_the_service_has_and_wait_as_long_as_it_needs(tmp_path: Path) -> None:
    app = create_app(environ(f"sqlite:///{tmp_path}/payments.sqlite3", "http://partner.test"))
    paths = {rule.rule for rule in app.url_map.iter_rules()}
    annotations = DEPLOYMENT["spec"]["template"]["metadata"]["annotations"]
    assert {CONTAINER[probe]["httpGet"]["path"] for probe in PROBES} | {annotations["prometheus.io/path"]} <= paths
    assert CONTAINER["readinessProbe"]["httpGet"]["path"] == "/readyz"
    assert CONTAINER["livenessProbe"]["httpGet"]["path"] == "/healthz", "a database that is away kills nobody"
    assert CONTAINER["readinessProbe"]["timeoutSeconds"] > PROBE_SECONDS


def test_a_pod_has_the_time_that_it_takes_to_end_in_good_order() -> None:
    pause = int(option(CONTAINER["lifecycle"]["preStop"]["exec"]["command"], "sleep"))
    assert pause + TIDY_SECONDS < POD["terminationGracePeriodSeconds"]
    assert sum(TIMEOUT) + DRAIN_SECONDS < TIDY_SECONDS
    services = [each for each in COMPOSE["services"].values() if each.get("command", [""])[0] == "serve"]
    assert all(seconds(each["stop_grace_period"]) > TIDY_SECONDS for each in services)


def test_all_pods_together_have_enough_of_postgresqls_connections() -> None:
    settings = {each["name"]: each["value"] for each in CONTAINER["env"]}
    surge = DEPLOYMENT["spec"]["strategy"]["rollingUpdate"]["maxSurge"]
    pods, workers = DEPLOYMENT["spec"]["replicas"] + surge, int(option(CONTAINER["args"], "--workers"))
    assert pods * workers * int(settings["DATABASE_CONNECTIONS"]) <= POSTGRESQL_LETS_IN
    assert int(CONTAINER["resources"]["requests"]["cpu"]) == workers


def test_a_pod_may_write_where_the_processes_add_up_their_figures() -> None:
    assert CONTAINER["securityContext"]["readOnlyRootFilesystem"]
    (mount,) = CONTAINER["volumeMounts"]
    assert mount["mountPath"] == "/tmp"
    assert [each["name"] for each in POD["volumes"]] == [mount["name"]]


def test_both_services_of_compose_are_reached_and_share_one_database() -> None:
    services = {name: each for name, each in COMPOSE["services"].items() if name.startswith("payment-")}
    ports = {option(each["command"], "--port") for each in services.values()}
    assert len(services) == len(ports) == 2
    gateway = COMPOSE["services"]["gateway"]["command"].split()
    assert set(re.findall(r"--to 127\.0\.0\.1:(\d+)", " ".join(gateway))) == ports
    assert option(COMPOSE["services"]["simulators"]["command"], "--service-url") == option(gateway, "--from")
    (url,) = {each["environment"]["DATABASE_URL"] for each in services.values()}
    made = COMPOSE["services"]["database"]["environment"]
    user, password, name = (made[f"POSTGRES_{each}"] for each in ("USER", "PASSWORD", "DB"))
    assert url == f"postgresql+psycopg://{user}:{password}@database/{name}"
    for each in services.values():
        assert option(each["command"], "--port") in each["healthcheck"]["test"][-1]


@pytest.mark.served
@pytest.mark.parametrize(("status", "code"), [(200, 0), (503, 1)])
def test_the_health_check_of_a_service_is_well_when_it_is_ready(status: int, code: int) -> None:
    check = COMPOSE["services"]["payment-1"]["healthcheck"]["test"][-1]
    app, port = Flask("ready"), Port("ready", 0)
    app.add_url_rule("/readyz", "readyz", lambda: ("", status))
    server = Server(app, port)
    here = check.replace("http://127.0.0.1:8000", port.url)
    done = subprocess.run([sys.executable, "-c", here], check=False, capture_output=True)
    server.stop()
    assert done.returncode == code
