"""TLS settings of Kafka clients whose files may be renewed while the process runs."""

import ssl
from pathlib import Path
from typing import Any, Self

import structlog

from shoal.messaging.clients.settings import KafkaSettings
from shoal.messaging.errors import AccessRefused

Versions = tuple[tuple[int, int, int], ...]
_log = structlog.get_logger("shoal.messaging")


class RenewingContext(ssl.SSLContext):
    """Reads its files again before a handshake if they have changed.

    What a former file trusted stays trusted until the process ends, so that a new authority may come before
    or after the servers' new certificates. A file that cannot be read leaves everything as it was.
    """

    settings: KafkaSettings
    _versions: Versions

    @classmethod
    def of(cls, settings: KafkaSettings) -> Self:
        """Return a context for clients. Raises AccessRefused if a file cannot be read."""
        context = cls(ssl.PROTOCOL_TLS_CLIENT)
        context.verify_flags = ssl.create_default_context().verify_flags
        context.settings = settings
        context._versions = _file_versions(settings)
        if settings.ssl_cafile is None:
            context.load_default_certs()
        context._load_files()
        return context

    def wrap_bio(self, *args: Any, **kwargs: Any) -> ssl.SSLObject:
        """Begin a handshake, with the files as they are now."""
        self._renew()
        return super().wrap_bio(*args, **kwargs)

    def _renew(self) -> None:
        versions = _file_versions(self.settings)
        if versions == self._versions:
            return
        try:
            self._load_files()
        except AccessRefused as error:  # half of a renewal: the files are replaced one after the other
            _log.warning("certificates_unreadable", error=str(error))
            return
        self._versions = versions
        _log.info("certificates_renewed")

    def _load_files(self) -> None:
        cafile, certfile, keyfile = _named_files(self.settings)
        wrong = f"SHOAL_KAFKA_SSL_CAFILE={cafile}"
        try:
            if cafile is not None:
                self.load_verify_locations(cafile)
            if certfile is not None:
                wrong = f"SHOAL_KAFKA_SSL_CERTFILE={certfile}, SHOAL_KAFKA_SSL_KEYFILE={keyfile}"
                self.load_cert_chain(certfile, keyfile)
        except OSError as error:
            message = f"{wrong}: {error}; name a PEM file that this process may read"
            raise AccessRefused(message) from error


def _named_files(settings: KafkaSettings) -> tuple[str | None, str | None, str | None]:
    return settings.ssl_cafile, settings.ssl_certfile, settings.ssl_keyfile


def _file_versions(settings: KafkaSettings) -> Versions:
    """Return what tells a file from the one before it, also where a volume replaces a link."""
    facts = [Path(name).stat() for name in _named_files(settings) if name is not None and Path(name).exists()]
    return tuple((it.st_ino, it.st_mtime_ns, it.st_size) for it in facts)
