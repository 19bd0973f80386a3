"""What a step does when something is not as its sentence says."""

from enum import IntEnum


def expect(found: object, wanted: object, what: str) -> None:
    """Raise an AssertionError with a sentence about `what`, unless the two are equal."""
    if found != wanted:
        raise AssertionError(f"{what}: expected {_plain(wanted)}, found {_plain(found)}")


def _plain(value: object) -> str:
    """Return it as a person writes it: a status by its number, nothing by a word."""
    if value in ([], {}, "", None):
        return "nothing"
    if isinstance(value, list):
        return f"[{', '.join(map(_plain, value))}]"
    return str(value.value) if isinstance(value, IntEnum) else repr(value)
