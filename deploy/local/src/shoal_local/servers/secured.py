"""Listeners of Apache Kafka with SASL and TLS, with a password and a certificate of this stack only."""

import secrets
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from shoal_local.ports import HOST, free_port
from shoal_local.process import StartFailed
from shoal_local.servers.broker import find_program

PROTOCOLS = ("SASL_SSL", "SASL_PLAINTEXT", "SSL")
_LOGIN = "org.apache.kafka.common.security"
_RIGHTS = {
    "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
    "super.users": "User:ANONYMOUS",
}


@dataclass(frozen=True, kw_only=True)
class Secured:
    """One user for SCRAM-SHA-512 and PLAIN; the listener SSL requires a client certificate instead.

    `users` are more of them, for PLAIN only, with the same password. With them, Kafka asks for rights: only
    the clients of the listener without security have all.

    The certificate is self-signed. Brokers and clients use the same one and trust no other.
    """

    folder: Path
    user: str = "shoal"
    users: tuple[str, ...] = ()
    password: str = field(default_factory=lambda: secrets.token_hex(16), repr=False)
    ports: dict[str, int] = field(default_factory=lambda: {name: free_port() for name in PROTOCOLS})

    @property
    def certificate(self) -> Path:
        """Return the PEM file to trust."""
        return self.folder / "certificate.pem"

    @property
    def key(self) -> Path:
        """Return the PEM file of the certificate's private key."""
        return self.folder / "key.pem"

    @property
    def scram(self) -> str:
        """Return the user's credentials in the form of Kafka's storage tool."""
        return f"SCRAM-SHA-512=[name={self.user},password={self.password}]"

    @property
    def listeners(self) -> list[str]:
        """Return the listeners in the form of server.properties."""
        return [f"{name}://{HOST}:{port}" for name, port in self.ports.items()]

    def bootstrap(self, protocol: str) -> str:
        """Return the address of a protocol's listener."""
        return f"{HOST}:{self.ports[protocol]}"

    def certify(self) -> None:
        """Create the key and the certificate. Raises StartFailed."""
        self.folder.mkdir(parents=True, exist_ok=True)
        command = [
            find_program("openssl", "openssl"),
            "req",
            "-x509",
            "-nodes",
            "-days",
            "30",
            "-subj",
            "/CN=shoal",
        ]
        command += ["-newkey", "rsa:2048", "-addext", f"subjectAltName=IP:{HOST}"]
        command += ["-keyout", str(self.key), "-out", str(self.certificate)]
        process = subprocess.run(command, capture_output=True, text=True, check=False)
        if process.returncode:
            raise StartFailed(f"the certificate could not be created:\n{process.stderr}")
        (self.folder / "server.pem").write_text(self.key.read_text() + self.certificate.read_text())

    def properties(self) -> dict[str, str]:
        """Return the security settings of server.properties."""
        entries = " ".join(f'user_{name}="{self.password}"' for name in (self.user, *self.users))
        plain = f"{_LOGIN}.plain.PlainLoginModule required {entries};"
        lines = {
            "sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-512",
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": str(self.folder / "server.pem"),
            "ssl.truststore.type": "PEM",
            "ssl.truststore.location": str(self.certificate),
            "listener.name.ssl.ssl.client.auth": "required",
        }
        for name in ("sasl_ssl", "sasl_plaintext"):
            lines[f"listener.name.{name}.plain.sasl.jaas.config"] = plain
            scram = f"{_LOGIN}.scram.ScramLoginModule required;"
            lines[f"listener.name.{name}.scram-sha-512.sasl.jaas.config"] = scram
        return lines | (_RIGHTS if self.users else {})
