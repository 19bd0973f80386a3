"""The package as another team has it: built, installed, and no repository anywhere near."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path
from sysconfig import get_path

import pytest

from tests.rooms.source import ROOT

PARTS = ("reference", "simulators", "features", "pacts")
FILES = ("pyproject.toml", "README.md", "LICENSE", ".env.example")
SDIST = "from setuptools.build_meta import build_sdist; build_sdist('dist')"
SECONDS = 240


@dataclass(frozen=True)
class Installation:
    """A virtual environment with the wheel, which sees the locked dependencies, and an empty folder to work in."""

    bin: Path
    folder: Path

    def command(self, *words: str) -> list[str]:
        return [str(self.bin / words[0]), *words[1:]]

    def environ(self, **more: str) -> dict[str, str]:
        theirs = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PYTEST"))}
        return theirs | {"PATH": f"{self.bin}{os.pathsep}{os.environ['PATH']}", "NO_COLOR": "1"} | more

    def run(self, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*words), cwd=self.folder, env=self.environ(**environ), capture_output=True, text=True,
            timeout=SECONDS, check=False,
        )  # fmt: skip


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the sdist, which is built from what lies here."""
    source = tmp_path_factory.mktemp("source")
    for part in PARTS:
        shutil.copytree(ROOT / part, source / part, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
    for file in FILES:
        shutil.copy(ROOT / file, source)
    done(sys.executable, "-c", SDIST, at=source)
    (sdist,) = (source / "dist").iterdir()
    done(*PIP, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", "wheels", str(sdist), at=source)
    (built,) = (source / "wheels").iterdir()
    return built


@pytest.fixture(scope="session")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where its commands are."""
    home = tmp_path_factory.mktemp("installed")
    venv.create(home, with_pip=False, symlinks=True)
    (packages,) = home.glob("lib/python*/site-packages")
    (packages / "locked.pth").write_text(get_path("purelib") + "\n")
    done(*PIP, "--python", str(home / "bin" / "python"), "install", "--no-deps", "--no-index", str(wheel), at=home)
    return home / "bin"


@pytest.fixture
def installation(environment: Path, tmp_path: Path) -> Installation:
    folder = tmp_path / "empty"
    folder.mkdir()
    return Installation(environment, folder)


PIP = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check")


def done(*command: str, at: Path) -> None:
    """Run a command, which must go well."""
    answer = subprocess.run(command, cwd=at, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert answer.returncode == 0, f"{command}\n{answer.stdout}\n{answer.stderr}"
