"""What a broker brings, read; and a broker that cannot be spoken to, told at start."""

from __future__ import annotations

import json
import socket
import ssl
import sys
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from reference.app import create_app
from reference.application.ports import UnavailableError
from reference.domain.enrollment import EnrollInCourseInitiated
from reference.domain.messages import Unreadable
from reference.gateways.broker import KombuBroker, read
from reference.settings import ConfigurationError
from tests.unit.reference.builders import NOON, StillClock
from tests.unit.reference.test_settings import GOOD

DATA = {"sagaId": "saga_1", "studentId": "ada", "courseId": "algebra"}
ENVELOPE: dict[str, Any] = {
    "specversion": "1.0",
    "id": "evt_1",
    "source": "edtech.learning-service",
    "type": "EnrollInCourseInitiated",
    "subject": "saga_1",
    "data": DATA,
}


@pytest.mark.parametrize("body", [json.dumps(ENVELOPE), json.dumps(ENVELOPE).encode()])
def test_an_event_is_read_as_over_http(body: str | bytes) -> None:
    found = read(body)
    assert (found.source, found.message_id, found.unreadable) == ("edtech.learning-service", "evt_1", "")
    assert found.message == EnrollInCourseInitiated(saga_id="saga_1", student_id="ada", course_id="algebra")


def test_an_event_belongs_to_the_trace_that_its_envelope_names() -> None:
    trace = "00-" + "a" * 32 + "-" + "b" * 16 + "-01"
    assert str(read(json.dumps(ENVELOPE | {"traceparent": trace})).trace) == trace
    assert read(json.dumps(ENVELOPE)).trace is None


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"type": "CREATE_ENROLLMENT_RECORD"}, "/type: CREATE_ENROLLMENT_RECORD is not accepted here"),
        ({"type": "PaymentIntentCreated"}, "/type: PaymentIntentCreated is not accepted here"),
        ({"data": {"sagaId": "saga_1"}}, "/data/studentId: is required"),
        ({"source": "stripe"}, "/source: must be edtech.<service>"),
    ],
)
def test_what_cannot_be_read_says_why_and_does_not_take_the_id_of_what_may_come_mended(
    change: dict[str, Any], reason: str
) -> None:
    found = read(json.dumps(ENVELOPE | change))
    assert found.source == "broker"
    assert found.message_id.startswith("sha256:")
    assert isinstance(found.message, Unreadable)
    assert found.unreadable == f"it cannot be read: {reason}"


@pytest.mark.parametrize("body", [b"\xff\xfe", "", "[]", '"x"', "[" * 100_000, '{"id": "a\\u0000"}', '{"id": 7}'])
def test_what_is_no_envelope_is_named_by_what_it_is_and_can_be_stored(body: str | bytes) -> None:
    found, again = read(body), read(body)
    assert found.source == "broker"
    assert found.message_id == again.message_id
    assert found.message_id.startswith("sha256:")
    assert isinstance(found.message, Unreadable)
    assert "\0" not in found.message.body


def test_a_giant_is_kept_in_part() -> None:
    found = read("x" * 10_000_000)
    assert isinstance(found.message, Unreadable)
    assert len(found.message.body) < 1_000_000


@pytest.mark.parametrize("scheme", ["amqps", "rediss"])
def test_a_broker_must_show_a_certificate_of_its_own_name(
    scheme: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The certificate is trusted, and for another host."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate(tmp_path, "elsewhere.example")))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "certificate.pem")
    accepted: list[bool] = []

    def serve() -> None:
        with server.accept()[0] as connection:
            try:
                context.wrap_socket(connection, server_side=True).close()
            except (ssl.SSLError, ConnectionError):
                accepted.append(False)
            else:
                accepted.append(True)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve)
        thread.start()
        broker = KombuBroker(f"{scheme}://127.0.0.1:{server.getsockname()[1]}/", timedelta(seconds=60), StillClock())
        with pytest.raises(UnavailableError):
            broker.consume(lambda _: True, lambda: True)
        thread.join()
    assert accepted == [False]


def certificate(folder: Path, name: str) -> Path:
    """Write a certificate that is its own authority, and its key."""
    key, subject = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    draft = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
    draft = (
        draft.serial_number(1)
        .not_valid_before(NOON - timedelta(days=9999))
        .not_valid_after(NOON + timedelta(days=9999))
    )
    draft = draft.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    signed = draft.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True).sign(key, SHA256())
    path = folder / "certificate.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(signed.public_bytes(Encoding.PEM) + private)
    return path


@pytest.mark.parametrize(("url", "extra"), [("amqp://mq", "broker"), ("sqs://", "sqs")])
def test_who_names_a_broker_is_told_what_to_install(
    url: str, extra: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "kombu", None)
    with pytest.raises(ConfigurationError, match=rf"BROKER_URL needs .*payment-flow-harness\[{extra}\]"):
        create_app(GOOD | {"BROKER_URL": url, "DATABASE_URL": f"sqlite:///{tmp_path / 'x'}"})
