"""Listeners of a broker for clients with TLS and with a password; for tests."""

import subprocess

from children import free_ports

USER, PASSWORD = "firstcome", "secret"


class Guarded:
    """The broker's certificate is self-signed."""

    def __init__(self, folder):
        self.certificate, self.keystore = folder / "certificate.pem", folder / "keystore.pem"
        self.tls, self.sasl = (f"127.0.0.1:{port}" for port in free_ports(2))

    def lines(self):
        """Lines of server.properties, besides the addresses of the listeners."""
        if not self.keystore.exists():
            self._make()
        login = "org.apache.kafka.common.security.plain.PlainLoginModule"
        return {
            "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_SSL:SASL_SSL",
            # Clients without a password may do anything; clients with one only what their ACLs allow.
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "super.users": "User:ANONYMOUS",
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": self.keystore,
            "sasl.enabled.mechanisms": "PLAIN",
            "listener.name.sasl_ssl.plain.sasl.jaas.config": f'{login} required user_{USER}="{PASSWORD}";',
        }

    def listeners(self):
        return f"SSL://{self.tls},SASL_SSL://{self.sasl}"

    def _make(self):
        key = self.keystore.with_name("key.pem")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-days", "2", "-subj", "/CN=firstcome-test", "-addext", "subjectAltName=IP:127.0.0.1",
                        "-keyout", key, "-out", self.certificate], check=True, capture_output=True)
        self.keystore.write_text(key.read_text() + self.certificate.read_text())

    def facts(self):
        return {"tls": self.tls, "sasl": self.sasl, "authority": str(self.certificate), "user": USER,
                "password": PASSWORD}
