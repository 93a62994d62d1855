"""Check access to Kafka, whose clients report a refusal only in logs and as an unreachable server."""

import asyncio
import ssl

from aiokafka.errors import (
    BrokerResponseError,
    IllegalSaslStateError,
    KafkaConnectionError,
    KafkaError,
    SaslAuthenticationFailed,
    UnsupportedSaslMechanismError,
)

from shoal.messaging.clients.broker import kafka_connections
from shoal.messaging.clients.settings import KafkaSettings
from shoal.messaging.errors import AccessRefused

TIMEOUT_S = 10.0


async def check_access(settings: KafkaSettings, client_id: str) -> None:
    """Log in at the first bootstrap server that answers; without security, do nothing.

    Raises AccessRefused if it refuses the login, KafkaConnectionError if no server answers.
    """
    if settings.security_protocol == "PLAINTEXT":
        return
    for connection in kafka_connections(settings, client_id):
        try:
            async with asyncio.timeout(TIMEOUT_S):
                await connection.connect()
            return
        except (SaslAuthenticationFailed, UnsupportedSaslMechanismError, IllegalSaslStateError) as error:
            raise AccessRefused(_login_refusal(settings, error)) from error
        except (KafkaError, OSError) as error:
            refused = _tls_error(error)
            if refused is not None:
                raise AccessRefused(_tls_failure(settings, refused)) from error
            # an outage: the next server may answer
        finally:
            connection.close()
    raise KafkaConnectionError(f"no Kafka server answers at {settings.bootstrap}")


def _tls_error(error: BaseException) -> ssl.SSLError | None:
    """Return the cause of a TLS failure. A missing client certificate shows only at the first request."""
    if isinstance(error, ssl.SSLError) and not isinstance(error, ssl.SSLEOFError):
        return error
    return _tls_error(error.__cause__) if error.__cause__ is not None else None


def _login_refusal(settings: KafkaSettings, error: BrokerResponseError) -> str:
    answer = error.args[0] if isinstance(error, SaslAuthenticationFailed) and error.args else error.message
    return (
        f"Kafka at {settings.bootstrap} refuses user {settings.sasl_username!r} by {settings.sasl_mechanism}: "
        f"{answer}; check SHOAL_KAFKA_SASL_USERNAME, SHOAL_KAFKA_SASL_PASSWORD and SHOAL_KAFKA_SASL_MECHANISM"
    )


def _tls_failure(settings: KafkaSettings, error: ssl.SSLError) -> str:
    reason = error.verify_message if isinstance(error, ssl.SSLCertVerificationError) else error.reason
    return (
        f"TLS with Kafka at {settings.bootstrap} fails: {reason}; check SHOAL_KAFKA_SECURITY_PROTOCOL, "
        "SHOAL_KAFKA_SSL_CAFILE and, if Kafka requires a client certificate, SHOAL_KAFKA_SSL_CERTFILE"
    )
