"""A listener of a broker for clients with OAUTHBEARER tokens; for tests."""

from children import free_ports

AUDIENCE, ISSUER = "kafka", "firstcome-test"
_PACKAGE = "org.apache.kafka.common.security.oauthbearer"
_LISTENER = "listener.name.sasl_plaintext.oauthbearer"


class Tokens:
    """The broker verifies tokens with the keys at `keys_url`, and takes the claim `sub` as the user."""

    def __init__(self, keys_url):
        self.keys_url = keys_url
        self.address = f"127.0.0.1:{free_ports(1)[0]}"

    def lines(self):
        """Lines of server.properties, besides the addresses of the listener."""
        return {
            "listener.security.protocol.map":
                "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT",
            "sasl.enabled.mechanisms": "OAUTHBEARER",
            f"{_LISTENER}.sasl.jaas.config": f"{_PACKAGE}.OAuthBearerLoginModule required;",
            f"{_LISTENER}.sasl.server.callback.handler.class": f"{_PACKAGE}.OAuthBearerValidatorCallbackHandler",
            f"{_LISTENER}.sasl.oauthbearer.jwks.endpoint.url": self.keys_url,
            f"{_LISTENER}.sasl.oauthbearer.expected.audience": AUDIENCE,
            f"{_LISTENER}.sasl.oauthbearer.expected.issuer": ISSUER,
            # A token that ends must be renewed on the connection, or the broker closes it.
            "connections.max.reauth.ms": 3_600_000,
        }

    def java(self):
        """Kafka 4 reads keys only from the addresses that this names."""
        return [f"-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls={self.keys_url}"]

    def listeners(self):
        return f"SASL_PLAINTEXT://{self.address}"

    def facts(self):
        return {"address": self.address, "audience": AUDIENCE, "issuer": ISSUER}
