"""A learning-service as another team would have it, in another language, with the desk by which it is verified."""

from __future__ import annotations

import json
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

needs_node = pytest.mark.skipif(
    not shutil.which("node"), reason="NOT TESTED: a provider in another language, for want of node"
)


@contextmanager
def learning_service(*forgets: str) -> Iterator[dict[str, str]]:
    """Serve it, and yield where it is; it ends when its standard input does."""
    command = ["node", "learning_desk.js", *forgets]
    with subprocess.Popen(
        command, cwd=Path(__file__).parent, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        yield json.loads(process.stdout.readline())
