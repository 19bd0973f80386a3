"""The Gherkin steps as a pytest plugin, a file for each part of the world they speak of; it needs the extra `check`.

A suite names it in its `conftest.py`, `pytest_plugins = ["simulators.check.steps"]`, and has a fixture `world`.
"""

pytest_plugins = [
    f"simulators.check.steps.{name}"
    for name in (
        "scenario",
        "banks",
        "booking",
        "disputes",
        "forgery",
        "impostors",
        "learning",
        "neighbours",
        "purchase",
        "stripe",
        "stripe_troubles",
    )
]
