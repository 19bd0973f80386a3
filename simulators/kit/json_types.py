"""JSON as Python has it: the one alias that all simulators use, and text that may be JSON."""

import json
from typing import Any

Json = dict[str, Any]  # a JSON object


def json_or_text(text: str) -> Any:  # noqa: ANN401 - any JSON
    """Return the value that this text is as JSON, or else the text itself: people write `5` and `stripe` alike."""
    try:
        return json.loads(text)
    except ValueError:
        return text
