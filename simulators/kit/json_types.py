"""JSON as Python has it: the one alias for an object, and text that may be JSON."""

import json
from typing import Any

Json = dict[str, Any]  # a JSON object


def json_or_text(written: str) -> Any:  # noqa: ANN401 - JSON
    """Return the value if it is JSON (`2000`, `true`, `null`), otherwise the text itself."""
    try:
        return json.loads(written)
    except (ValueError, RecursionError):
        return written
