"""The settings, read from the environment; .env.example explains each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import unquote, urlsplit

from reference.domain.messages import Wait


class ConfigurationError(ValueError):
    """All that is missing or wrong, a line each."""


@dataclass(frozen=True, repr=False)
class Settings:
    """The environment, read and checked. It shows nothing of itself: most of it is secret."""

    database_url: str
    stripe_api_key: str
    stripe_api_base: str
    stripe_webhook_secret: tuple[str, ...]
    bank_debits: frozenset[str]
    learning_service_url: str
    tutor_matching_service_url: str
    communication_service_url: str
    service_token: tuple[str, ...]
    jwt_secret: tuple[str, ...]
    broker_url: str  # Empty: messages travel over HTTP.
    broker_visibility: timedelta
    waits: Mapping[Wait, timedelta]
    outbox_lease: timedelta
    database_timeout: timedelta
    database_connections: int
    log_format: str
    span_exporters: tuple[str, ...]  # By OpenTelemetry's names; nothing is recorded when there are none.

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must stand in no log."""
        password = urlsplit(self.database_url).password or ""
        secrets = (*self.stripe_webhook_secret, *self.service_token, *self.jwt_secret)
        return tuple(filter(None, (self.stripe_api_key, password, unquote(password), *secrets)))

    @property
    def is_live(self) -> bool:
        """Whether real money moves."""
        return "_live_" in self.stripe_api_key


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Return the settings; ConfigurationError names everything that is missing or wrong, not only the first."""
    read = _EnvironmentReader(environ)
    settings = Settings(
        database_url=read.text("DATABASE_URL", "sqlite:///payments.sqlite3", _database),
        stripe_api_key=read.text("STRIPE_API_KEY", check=_key(environ.get("ALLOW_LIVE_KEYS", ""))),
        stripe_api_base=read.text("STRIPE_API_BASE", "https://api.stripe.com", _url),
        stripe_webhook_secret=read.several("STRIPE_WEBHOOK_SECRET"),
        bank_debits=read.some_of("BANK_DEBITS", DEBITED),
        learning_service_url=read.text("LEARNING_SERVICE_URL", check=_url),
        tutor_matching_service_url=read.text("TUTOR_MATCHING_SERVICE_URL", check=_url),
        communication_service_url=read.text("COMMUNICATION_SERVICE_URL", check=_url),
        service_token=read.several("SERVICE_TOKEN"),
        jwt_secret=read.several("JWT_SECRET", _long),
        broker_url=read.text("BROKER_URL", check=_broker, optional=True),
        broker_visibility=read.seconds("BROKER_VISIBILITY_SECONDS", 60),
        waits={wait: read.seconds(wait.value, default) for wait, default in WAITS.items()},
        outbox_lease=read.seconds("OUTBOX_LEASE_SECONDS", 20),
        database_timeout=read.seconds("DATABASE_TIMEOUT_SECONDS", 5),
        database_connections=read.number("DATABASE_CONNECTIONS", 12, 4, 1000),
        log_format=read.text("LOG_FORMAT", "text", lambda value: "" if value in FORMATS else "must be text or json"),
        span_exporters=read.span_exporters(),
    )
    if read.faults:
        raise ConfigurationError("\n".join(read.faults))
    return settings


WAITS = {
    Wait.PAYMENT_WINDOW: 1800,
    Wait.PAYMENT_CHECK: 300,
    Wait.BANK_ANSWER: 21_600,
    Wait.REPLY: 60,
    Wait.PATIENCE: 7200,
    Wait.REFUND: 259_200,
}
DEBITED = frozenset({"EUR", "USD"})  # The currencies in which students may pay from their bank accounts.
FORMATS = ("text", "json")
SPAN_EXPORTERS = ("otlp", "console", "none")  # Of those that OpenTelemetry knows.
A_YEAR = 31_536_000  # Seconds.


class _EnvironmentReader:
    """Collects every fault instead of stopping at the first."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ, self.faults = environ, list[str]()

    def text(
        self, name: str, default: str = "", check: Callable[[str], str] = lambda _: "", *, optional: bool = False
    ) -> str:
        value = self._environ.get(name, "").strip() or default
        fault = check(value) if value else "" if optional else "is missing"
        if fault:
            self.faults.append(f"{name} {fault}")
        return value

    def several(self, name: str, check: Callable[[str], str] = lambda _: "") -> tuple[str, ...]:
        """Two values are good while one replaces the other."""
        values = tuple(each.strip() for each in self._environ.get(name, "").split(",") if each.strip())
        faults = [fault for each in values if (fault := check(each))]
        if not values or faults:
            self.faults.append(f"{name} {(faults or ['is missing'])[0]}")
        return values

    def some_of(self, name: str, known: frozenset[str]) -> frozenset[str]:
        found = frozenset(each.strip() for each in self._environ.get(name, "").split(",") if each.strip())
        if found - known:
            self.faults.append(f"{name} must be some of {', '.join(sorted(known))}")
        return found

    def span_exporters(self) -> tuple[str, ...]:
        """Read OpenTelemetry's own variables: whether anything is to be recorded, and where it goes."""
        is_disabled = self._environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true"
        endpoints = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
        default = "otlp" if any(self._environ.get(each) for each in endpoints) else "none"
        names = [each.strip() for each in (self._environ.get("OTEL_TRACES_EXPORTER") or default).split(",")]
        if not is_disabled and not {*names} <= {*SPAN_EXPORTERS}:
            self.faults.append(f"OTEL_TRACES_EXPORTER must be one of {', '.join(SPAN_EXPORTERS)}, or several")
        return () if is_disabled else tuple(each for each in names if each != "none")

    def seconds(self, name: str, default: int) -> timedelta:
        return timedelta(seconds=self.number(name, default, 1, A_YEAR, "a number of seconds"))

    def number(self, name: str, default: int, least: int, most: int, kind: str = "a number") -> int:
        value: Any = self._environ.get(name, "").strip() or str(default)
        if not (value.isascii() and value.isdecimal() and len(value) < 9 and least <= int(value) <= most):  # noqa: PLR2004 - nor huge to read
            self.faults.append(f"{name} must be {kind}, from {least} to {most}")
            return default
        return int(value)


def _database(value: str) -> str:
    known = ("sqlite:///", "postgresql+psycopg://")
    is_kept = value.startswith(known) and not value.endswith(("//", "///", ":memory:"))
    return "" if is_kept else f"must start with {' or '.join(known)} and name what outlives the process"


BROKERS = ("amqp://", "amqps://", "redis://", "rediss://", "sqs://")
LOSING = {  # kombu speaks these, too.
    "memory": "nobody outside the process hears what is said there, and it dies with the process",
    "filesystem": "a message is lost when whoever took it is killed",
    "sqla": "a message is lost when whoever took it is killed",
    "sqlalchemy": "a message is lost when whoever took it is killed",
}


def _broker(value: str) -> str:
    """Refuse what is no broker; those that lose messages by name, since they are easily taken for one."""
    kind = value.partition("://")[0].partition("+")[0].lower()
    if kind in LOSING:
        return f"must not be {kind}://: {LOSING[kind]}"
    return "" if value.startswith(BROKERS) else f"must start with {', '.join(BROKERS)}"


def _url(value: str) -> str:
    try:
        parts = urlsplit(value)
        is_good = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        is_good = False
    return "" if is_good else "must be an http or https URL"


def _long(value: str) -> str:
    return "" if len(value.encode()) >= 32 else "must be 32 bytes or longer"  # noqa: PLR2004 - RFC 7518, 3.2


def _key(allow_live: str) -> Callable[[str], str]:
    def check(value: str) -> str:
        if not value.startswith(("sk_", "rk_")):
            return "must be a secret key of Stripe's, such as sk_test_…"
        live = "_live_" in value and allow_live != "yes"
        return "is a live key; set ALLOW_LIVE_KEYS=yes if real money shall move" if live else ""

    return check
