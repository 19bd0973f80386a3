"""What a step does when something is not as its sentence says."""


def expect(found: object, wanted: object, what: str) -> None:
    """Raise an AssertionError with a sentence about `what`, unless the two are equal."""
    if found != wanted:
        raise AssertionError(f"{what}: expected {wanted!r}, found {found!r}")
