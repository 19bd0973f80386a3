"""JSON as Python has it: the one alias that all simulators use."""

from typing import Any

Json = dict[str, Any]  # a JSON object
