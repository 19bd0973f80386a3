"""The list of routes in the simulator's README; run this file to write it anew."""

from __future__ import annotations

import inspect
import re
from datetime import UTC, datetime
from pathlib import Path

from simulators.kit.seams import seeded_seams
from simulators.stripe.app import create_app

README = Path(__file__).parents[3] / "simulators" / "stripe" / "README.md"
BEGIN, END = "<!-- routes -->\n", "<!-- /routes -->"


def routes() -> str:
    """Return the table of all routes but the control routes, sorted by path."""
    app = create_app(seeded_seams(1, datetime(2026, 1, 1, tzinfo=UTC)))
    rows = {
        (re.sub(r"<(\w+)>", r"{\1}", rule.rule), method): inspect.getdoc(app.view_functions[rule.endpoint]) or ""
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if not rule.rule.startswith(("/_sim", "/static"))
    }
    lines = [f"| `{method} {path}` | {rows[path, method]} |" for path, method in sorted(rows)]
    return "\n".join(["| route | is |", "| --- | --- |", *lines, ""])


def written() -> str:
    """Return the table as it stands in the README."""
    return README.read_text().partition(BEGIN)[2].partition(END)[0]


if __name__ == "__main__":
    before, after = README.read_text().split(BEGIN)[0], README.read_text().split(END)[1]
    README.write_text(before + BEGIN + routes() + END + after)
