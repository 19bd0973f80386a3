"""Git: which commit this is, and the contracts of before."""

from __future__ import annotations

from pathlib import Path

from simulators.cli.contracts.subprocesses import Missing, ProcessResult, TookTooLong, run
from simulators.cli.usage import WrongUsage
from simulators.contracts.pact import Pact, read
from simulators.package_data import FEATURES

HERE, SECONDS = Path(), 20
NOT_RUN = 127  # As a shell has it.


def git(*words: str, at: Path = HERE) -> ProcessResult:
    """Run git in some place; one that is missing, or does not end, fails as any other."""
    try:
        return run(["git", "-C", str(at), *words], seconds=SECONDS)
    except (Missing, TookTooLong) as trouble:
        return ProcessResult(NOT_RUN, "", f"git cannot be run: {trouble}")


def revision_of(folder: Path) -> str:
    """Return git's name for what is in a folder, `-dirty` if it is in no commit; empty where it knows nothing of it."""
    found = git("describe", "--always", "--dirty", "--tags", at=folder)
    return "" if found.code else found.out.strip()


def own_revision() -> str:
    """Return git's name for what is played here, `-dirty` if it is in no commit; empty where it knows nothing of it."""
    if git("ls-files", "--error-unmatch", ".", at=FEATURES).code:
        return ""
    found = git("describe", "--always", "--dirty", "--abbrev=12", at=FEATURES)
    return "" if found.code else found.out.strip()


def pacts_at(revision: str, place: Path) -> list[Pact]:
    """Read the contracts that were there then, in a folder or a file: none, if it was not there yet."""
    folder, below = (place, "./") if place.is_dir() else (place.parent, f"./{place.name}")

    def output(*words: str) -> str:
        outcome = git(*words, at=folder)
        if outcome.code:
            reason = outcome.err.strip().removeprefix("fatal: ")
            raise WrongUsage(f"git finds no revision {revision!r} for {place}: {reason}")
        return outcome.out

    commit = output("rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}").strip()
    names = output("ls-tree", "-z", "--name-only", commit, below).split("\0")
    return [
        read(output("show", f"{commit}:./{name}"), f"{revision}:{name}") for name in names if name.endswith(".json")
    ]
