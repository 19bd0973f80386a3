"""The contracts as they were at a revision: git keeps them, and is asked as a process."""

from __future__ import annotations

import io
import subprocess
import tarfile
from typing import TYPE_CHECKING

from simulators.contracts.pact import Pact, in_order, read

if TYPE_CHECKING:
    from pathlib import Path


class NoSuchRevision(ValueError):  # noqa: N818 - says what is wrong
    """Git does not know it, or knows nothing of this place."""


def pacts_at(revision: str, directory: Path) -> tuple[Pact, ...]:
    """Read the contracts that lay in the directory then: none, if it was not there yet; or raise NoSuchRevision."""
    _must_exist(revision, directory)
    kept = _git(directory, "archive", "--format=tar", revision, ".")
    if kept.returncode:
        return ()  # the revision is there, and the directory was not
    with tarfile.open(fileobj=io.BytesIO(kept.stdout)) as archive:
        files = {each.name.removeprefix("./"): archive.extractfile(each) for each in archive if each.isfile()}
        texts = {name: file.read() for name, file in files.items() if file and _is_contract(name)}
    return in_order([read(text, f"{revision}:{name}") for name, text in texts.items()])


def _must_exist(revision: str, directory: Path) -> None:
    if not directory.is_dir():
        raise NoSuchRevision(f"there is no directory {directory}: name the contracts' place with --pacts")
    named = _git(directory, "rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}")
    if named.returncode:
        said = named.stderr.decode(errors="replace").strip().removeprefix("fatal: ")
        raise NoSuchRevision(f"git finds no revision {revision!r} for {directory}: {said}")


def _is_contract(name: str) -> bool:
    return name.endswith(".json") and "/" not in name


def _git(directory: Path, *words: str) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(["git", "-C", str(directory), *words], capture_output=True, check=False)  # noqa: S603, S607 - the user's own git
    except OSError as trouble:
        raise NoSuchRevision(f"git cannot be run: {trouble}") from trouble
