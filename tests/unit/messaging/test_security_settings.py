"""What Kafka's security settings refuse before anything is connected, and what they never show."""

from pathlib import Path

import pytest

from shoal.messaging import AccessRefused, KafkaSettings
from shoal.messaging.clients.broker import kafka_connections


def test_a_password_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOAL_KAFKA_SASL_PASSWORD", "hush")
    settings = KafkaSettings()
    assert settings.sasl_password is not None
    assert settings.sasl_password.get_secret_value() == "hush"
    assert "hush" not in f"{settings!r} {settings} {settings.model_dump_json()}"


@pytest.mark.parametrize("values", [{}, {"sasl_username": "shoal"}, {"sasl_password": "hush"}])
def test_sasl_needs_a_user_and_a_password(values: dict[str, str]) -> None:
    settings = KafkaSettings(security_protocol="SASL_SSL", **values)  # type: ignore[arg-type]
    with pytest.raises(AccessRefused, match="needs SHOAL_KAFKA_SASL_USERNAME and SHOAL_KAFKA_SASL_PASSWORD"):
        kafka_connections(settings, "test")


@pytest.mark.parametrize("name", ["ssl_cafile", "ssl_certfile"])
@pytest.mark.parametrize("exists", [True, False])
def test_a_file_that_is_no_certificate(tmp_path: Path, name: str, exists: bool) -> None:
    path = tmp_path / "nothing.pem"
    if exists:
        path.write_text("no certificate")
    settings = KafkaSettings(security_protocol="SSL", **{name: str(path)})  # type: ignore[arg-type]
    with pytest.raises(AccessRefused) as refused:
        kafka_connections(settings, "test")
    assert str(refused.value).startswith(f"SHOAL_KAFKA_{name.upper()}={path}")
