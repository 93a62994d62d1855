"""Standard Webhooks: signed and fresh, or refused."""

from datetime import UTC, datetime, timedelta

import pytest

from shoal.security import StaleWebhook, UnsignedWebhook, sign_webhook, verify_webhook

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BODY = b'{"test": 2432232314}'
NOW = datetime.fromtimestamp(1614265330, UTC)
HEADERS = {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
}


def test_the_example_of_the_specification_s_libraries() -> None:
    assert sign_webhook(SECRET, HEADERS["webhook-id"], 1614265330, BODY) == HEADERS["webhook-signature"]
    verify_webhook(SECRET, HEADERS, BODY, now=NOW)


def test_one_of_several_signatures_is_enough() -> None:
    both = {**HEADERS, "webhook-signature": "v1,AAAA " + HEADERS["webhook-signature"]}
    verify_webhook(SECRET, both, BODY, now=NOW)


@pytest.mark.parametrize("name", HEADERS)
def test_a_missing_header(name: str) -> None:
    with pytest.raises(UnsignedWebhook):
        verify_webhook(SECRET, {**HEADERS, name: ""}, BODY, now=NOW)


def test_another_body_another_secret_another_time() -> None:
    with pytest.raises(UnsignedWebhook):
        verify_webhook(SECRET, HEADERS, BODY + b" ", now=NOW)
    with pytest.raises(UnsignedWebhook):
        verify_webhook("plain secret", HEADERS, BODY, now=NOW)
    with pytest.raises(UnsignedWebhook):
        verify_webhook(SECRET, {**HEADERS, "webhook-timestamp": "1614265331"}, BODY, now=NOW)


@pytest.mark.parametrize("seconds", [301, -301])
def test_an_old_or_future_timestamp(seconds: int) -> None:
    with pytest.raises(StaleWebhook, match="301 s"):
        verify_webhook(SECRET, HEADERS, BODY, now=NOW + timedelta(seconds=seconds))
