"""The recipes for a clock that can be moved do what they say, each in its own language."""

from __future__ import annotations

import os
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest

from simulators.world.foreign_time import CLOCK_VARIABLE, HOOK, ClockFile
from tests.documents.reading import blocks
from tests.rooms.source import ROOT

GUIDE = ROOT / "simulators" / "YOUR_SERVICE.md"
AHEAD = timedelta(hours=1, milliseconds=250)
SECONDS = 120
JAVA = """public class Print {
    public static void main(String[] args) throws Exception {
        var ahead = java.time.Duration.between(java.time.Instant.now(), Now.instant());
        System.out.println(ahead.toMillis() / 1000.0);
    }
}
"""
GO = """package main

import ("fmt"; "time"; "hook/clock")

func main() { fmt.Println(clock.Now().Sub(time.Now()).Seconds()) }
"""
JS = 'import { now } from "./clock.mjs";\nconsole.log((now() - Date.now()) / 1000);\n'
PHP = "<?php\nrequire 'clock.php';\necho now() - microtime(true), PHP_EOL;\n"
# By language: the file of the recipe, the file that prints the seconds it is ahead, how that is run, and what is in it.
PRINTERS = {
    "js": ("clock.mjs", "print.mjs", "node print.mjs", JS),
    "java": ("Now.java", "Print.java", "java -cp . Print", JAVA),
    "go": ("clock/clock.go", "main.go", "go run .", GO),
    "php": ("clock.php", "print.php", "php print.php", PHP),
}
FIRST = {"java": "javac Now.java Print.java", "go": "go mod init hook"}
TIMER = """import { callAt, now } from "./clock.mjs";
const began = Date.now();
callAt(now() + 3_600_000, () => { console.log(Date.now() - began < 60_000); });
console.log("waits");
"""


def written(language: str, folder: Path) -> Path:
    recipe, printer, _, text = PRINTERS[language]
    (block,) = blocks(GUIDE, language)
    (folder / recipe).parent.mkdir(exist_ok=True)
    (folder / recipe).write_text(block.text)
    (folder / printer).write_text(text)
    return folder


def environ(folder: Path, clock: ClockFile | None) -> dict[str, str]:
    named = dict(clock.variables(HOOK, None)) if clock else {}
    known = {name: value for name, value in os.environ.items() if name != CLOCK_VARIABLE}
    return known | {"GOCACHE": str(folder / ".cache"), "GOFLAGS": "-mod=mod", "GO111MODULE": "on"} | named


def run(command: str, folder: Path, clock: ClockFile | None) -> str:
    known = environ(folder, clock)
    done = subprocess.run(
        command.split(), cwd=folder, env=known, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("language", PRINTERS)
def test_a_clock_with_the_hook_is_as_far_ahead_as_the_harness_says(language: str, tmp_path: Path) -> None:
    needed = (FIRST.get(language) or PRINTERS[language][2]).split()[0]
    if not shutil.which(needed):
        pytest.skip(f"NOT TESTED: the hook's recipe in {language}, for want of {needed}")
    folder = written(language, tmp_path)
    if language in FIRST:
        run(FIRST[language], folder, None)
    command = PRINTERS[language][2]
    assert float(run(command, folder, None)) == pytest.approx(0, abs=60)
    (tmp_path / "world").mkdir()
    clock = ClockFile(tmp_path / "world")
    clock.advance(AHEAD)
    assert float(run(command, folder, clock)) == pytest.approx(AHEAD.total_seconds(), abs=60)


@pytest.mark.node
@pytest.mark.skipif(not shutil.which("node"), reason="NOT TESTED: the hook's timer, for want of node")
def test_a_timer_with_the_hook_fires_when_time_is_moved(tmp_path: Path) -> None:
    folder, clock = written("js", tmp_path), ClockFile(tmp_path)
    (folder / "timer.mjs").write_text(TIMER)
    with subprocess.Popen(
        ["node", "timer.mjs"], cwd=folder, env=environ(folder, clock), stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "waits\n"
        clock.advance(timedelta(hours=2))
        assert process.stdout.readline() == "true\n"
