"""The reference with two routes for tests: which process answers, and an answer that takes until a file is there."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from flask import Flask, request

from reference import app
from simulators.world.waiting import wait_for

PATIENCE_SECONDS = 60


def create_app(*arguments: Any, **seams: Any) -> Flask:
    """Return it."""
    served = app.create_app(*arguments, **seams)
    served.add_url_rule("/pid", "pid", lambda: str(os.getpid()))
    served.add_url_rule("/slow", "slow", slow)
    return served


def slow() -> str:
    """Say that the question came, and answer once told to."""
    came, go = Path(request.args["came"]), Path(request.args["go"])
    came.touch()
    return str(wait_for(go.exists, PATIENCE_SECONDS))
