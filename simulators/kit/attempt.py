"""An attempt to deliver one message: what its headers are made of, and what a fault may change before they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from simulators.kit.json_types import Json


@dataclass
class Attempt:
    """One try at a delivery."""

    delivery: Json
    at: datetime
    secrets: Sequence[str]
    body: str

    @property
    def event(self) -> str:
        """The name of what is announced."""
        name: str = self.delivery["event"]
        return name
