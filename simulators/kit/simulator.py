"""A simulator: a Flask app with store, faults, calls, timers, background and control routes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

from flask import Flask, current_app
from werkzeug.local import LocalProxy

from simulators.kit.delivery import DELIVERY
from simulators.kit.faults.deliveries import DELIVERY_FAULTS
from simulators.kit.faults.fault import Fault, Faults
from simulators.kit.faults.network import NETWORK_FAULTS
from simulators.kit.faults.requests import REQUEST_FAULTS, install_faults
from simulators.kit.http.calls import Calls
from simulators.kit.http.control import control_routes
from simulators.kit.http.protection import protect
from simulators.kit.http.validation import Shape
from simulators.kit.seams import Seams
from simulators.kit.storage.store import Store
from simulators.kit.time.background import Background
from simulators.kit.time.timers import TIMER, Timers

HERE = str(Path(__file__).parent)


class SimulatorApp(Flask):
    """A Flask app of which all functions are plain ones, and that has no files: nothing has to be looked for."""

    def __init__(self, name: str) -> None:
        super().__init__(name, root_path=HERE, instance_path=HERE, static_folder=None)

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return it as it is."""
        return func


class Simulator:
    """A Flask app's store, faults, calls, timers and background, and its control routes under `/_sim`."""

    def __init__(
        self,
        app: Flask,
        seams: Seams,
        state_path: Path | None = None,
        *,
        more_faults: Iterable[type[Fault]] = (),
        documents: Mapping[str, Shape] = MappingProxyType({}),
    ) -> None:
        self.seams = seams
        self.documents: Mapping[str, Shape] = {"timers": TIMER, "deliveries": DELIVERY, **documents}
        self.store = Store(state_path, self.documents)
        self.faults = Faults(seams.randomness, [*REQUEST_FAULTS, *NETWORK_FAULTS, *DELIVERY_FAULTS, *more_faults])
        self.background = Background(seams.clock)
        self.timers = Timers(app, seams, self.store, self.background)
        self.calls = Calls(app, seams.clock)
        self.seed_data: Callable[[], None] = _no_data  # what is there at first, and after a reset
        protect(app)
        install_faults(app, self.faults, seams.clock)
        app.register_blueprint(control_routes(self))
        app.extensions |= {"simulator": self, "background": self.background}

    def reset(self) -> None:
        """Begin anew: no state, no faults, no calls."""
        with self.store.transaction():
            self.faults.clear()
            self.calls.clear()
            self.store.reset()
            self.seed_data()
        self.background.reload()

    def close(self) -> None:
        """Stop the background and let go of the state's file."""
        self.background.stop()
        self.store.close()


def _no_data() -> None:
    """Leave it empty."""


def simulator() -> Simulator:
    """Return the simulator that the current request is for."""
    app = cast("LocalProxy[Flask]", current_app)._get_current_object()  # noqa: SLF001 - asked fifty times a request
    current: Simulator = app.extensions["simulator"]
    return current
