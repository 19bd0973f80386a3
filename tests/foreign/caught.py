"""Which check catches which mistake of the service in Node: measured, and kept beside this.

`python -m tests.foreign.caught` puts each mistake to the cases that are kept for it, `… MISTAKE --try ENR-15` to others
(`--try crashes` to a whole part), and writes down what caught it, in the words of the check.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.foreign.service import FOLDER, install_packages
from tests.rooms.source import ROOT

MISTAKES = FOLDER / "mistakes.json"
CAUGHT = Path(__file__).parent / "caught.json"
LOOPBACK = re.compile(r"http://127\.0\.0\.1:\d+")
LONG_ID = re.compile(r"\b([a-z]+)_[0-9a-f]{20,}\b")


def read(file: Path) -> Any:
    return json.loads(file.read_text())


def measure(mistake: str, tried: str) -> dict[str, str] | None:
    """Put a mistake to a case or a part; returns what caught it, None when nothing did."""
    which = ["--only", tried] if tried in ("contracts", "crashes", "storms", "stories") else ["--scenario", tried]
    command = ["--command", f"node {FOLDER / 'server.js'}", "--env", f"MISTAKE={mistake}", "--json", *which]
    done = subprocess.run(
        [sys.executable, "-m", "simulators.cli", "check", *command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode not in (0, 1):
        raise RuntimeError(done.stderr)
    broken = [each for each in json.loads(done.stdout)["cases"] if each["outcome"] == "broken"]
    return {"case": tried if which[0] == "--scenario" else broken[0]["id"], **words(broken[0])} if broken else None


def words(case: dict[str, Any]) -> dict[str, str]:
    """Return by what a case was broken: the first promise, or the step and what it says."""
    for each in case["promises"]:
        return {"by": f"I{each['number']}", "words": shortened(each["breaches"][0]["found"])}
    return {"by": case["part"], "words": shortened(": ".join(filter(None, [case["step"], *case["reasons"][:1]])))}


def shortened(text: str) -> str:
    return LONG_ID.sub(r"\1_…", LOOPBACK.sub("", text).removesuffix(": not so, although all is quiet:"))


def table() -> str:
    """Return the document's table: each mistake, what it does, by which case it is caught, in which words."""
    caught = read(CAUGHT)
    rows = ["| kind | mistake | what it does | caught by | in its words |", "| --- | --- | --- | --- | --- |"]
    missed = []
    for name, about in read(MISTAKES).items():
        if found := caught.get(name):
            by = f"{found['case']}, {found['by']}" if found["by"].startswith("I") else found["case"]
            rows.append(f"| {about['kind']} | `{name}` | {about['does']} | {by} | {found['words'].replace('|', '/')} |")
        else:
            missed.append(f"- `{name}`: {about['does']}")
    head = f"{len(caught)} of {len(read(MISTAKES))} mistakes are caught by the case that is named.\n\n"
    rest = ["", "Not seen yet, or not tried:", "", *missed] if missed else []
    return "\n" + head + "\n".join([*rows, *rest]) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("mistakes", nargs="*")
    parser.add_argument("--try", dest="tried", help="this case or part, instead of those that are kept")
    given = parser.parse_args()
    install_packages()
    caught = read(CAUGHT) if CAUGHT.exists() else {}
    for name in given.mistakes or [*caught]:
        tried = given.tried or caught[name]["case"]
        found = measure(name, tried)
        print(name, tried, found or "is not caught", flush=True)  # noqa: T201 - for whoever measures
        if found:
            caught[name] = found
        elif not given.tried:
            del caught[name]
        ordered = {each: caught[each] for each in read(MISTAKES) if each in caught}
        CAUGHT.write_text(json.dumps(ordered, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
