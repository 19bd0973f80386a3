"""The secrets by which the services of one world trust each other: drawn at its start, worth nothing outside it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from simulators.kit.http.auth import Person, token
from simulators.kit.seams import new_id

PREFIXES = {
    "stripe_key": "sk_test",
    "publishable_key": "pk_test",
    "webhook_secret": "whsec",
    "service_token": "service_token",
    "jwt_secret": "jwt_secret",
}
A_JUMP = timedelta(days=30)  # Nobody moves time further at once.


@dataclass(frozen=True)
class Credentials:
    """All secrets of one world."""

    stripe_key: str
    publishable_key: str
    webhook_secret: str
    service_token: str
    jwt_secret: str

    @classmethod
    def draw(cls, randomness: Random, **known: str) -> "Credentials":
        """Draw those that are not known yet."""
        drawn = {name: new_id(randomness, prefix) for name, prefix in PREFIXES.items()}
        return cls(**drawn | known)

    def token(self, sub: str, role: str, now: datetime, valid: timedelta = A_JUMP) -> str:
        """Return the JWT by which a person is known to all services, also when time is moved before it arrives."""
        return token(Person(sub, role), self.jwt_secret, now + valid)
