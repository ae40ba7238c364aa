"""OAUTHBEARER tokens of an OpenID Connect server for Kafka. librdkafka asks for them only if it was built with libcurl (Debian 13);
with another one (Debian 12), firstcome refuses to start."""

import json
import pathlib
import subprocess

import pytest
from authorization_server import CLIENT, SECRET, AuthorizationServer
from server import BINARY, Server, eventually, run

ROOT = pathlib.Path(__file__).resolve().parents[2]
NOWHERE = ("--journal", "kafka://127.0.0.1:1", "--store", "postgresql://me@127.0.0.1:1/shop")
TOKENS = ("--kafka", "security.protocol=sasl_plaintext", "--kafka", "sasl.mechanism=OAUTHBEARER")
ASKS = subprocess.run(["ldd", BINARY], check=True, capture_output=True, text=True).stdout.count("libcurl") > 0


def refusal(*flags):
    code, out, err = run("serve", *NOWHERE, *flags)
    assert code == 1 and out == "", (code, out, err)
    return err


def test_tokens_from_nowhere_are_refused_at_the_start():
    why = refusal(*TOKENS)
    assert "the mechanism OAUTHBEARER requires 'sasl.oauthbearer.method' = oidc" in why and "platforms.md" in why, why


def test_the_mechanism_of_amazon_msk_is_refused_at_the_start():
    why = refusal("--kafka", "security.protocol=sasl_ssl", "--kafka", "sasl.mechanism=AWS_MSK_IAM")
    assert "AWS_MSK_IAM is not supported yet" in why and "SCRAM-SHA-512" in why, why


if not ASKS:
    def test_without_libcurl_the_start_is_refused_with_the_reason():
        why = refusal(*TOKENS, "--kafka", "sasl.oauthbearer.method=oidc", "--kafka", "sasl.oauthbearer.client.id=edge")
        assert "requires a librdkafka that is built with libcurl" in why and "Debian 13" in why, why
        code, _, err = run("topic", "check", *NOWHERE[:2], *TOKENS, "--kafka", "sasl.oauthbearer.method=oidc")
        assert code == 1 and "libcurl" in err, err
else:
    LIFETIME = 6  # seconds; librdkafka renews a token after four fifths of it

    @pytest.fixture(scope="module")
    def authorization(tmp_path_factory):
        with AuthorizationServer(tmp_path_factory.mktemp("keys"), "firstcome-test", "kafka", LIFETIME) as server:
            yield server

    @pytest.fixture(scope="module")
    def servers(authorization):
        command = [ROOT / "scripts/cluster/run", "--postgres", "--tokens", f"{authorization.url}/keys"]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        line = process.stdout.readline()
        assert line, "no servers; the output of scripts/cluster/run above has the reason"
        yield json.loads(line)
        process.stdin.close()
        process.wait(60)

    def properties(folder, authorization, secret):
        file = folder / "kafka.properties"
        file.touch(mode=0o600)
        file.write_text(f"""security.protocol=SASL_PLAINTEXT
sasl.mechanism=OAUTHBEARER
sasl.oauthbearer.method=oidc
sasl.oauthbearer.token.endpoint.url={authorization.url}/token
sasl.oauthbearer.client.id={CLIENT}
sasl.oauthbearer.client.secret={secret}
""")
        return ("--kafka-config", str(file))

    def journal(servers):
        return ("--journal", f"kafka://{servers['brokers'][0]['tokens']['address']}")

    def test_a_node_gets_and_renews_tokens(authorization, servers, tmp_path):
        class Place:
            flags = (*journal(servers), "--store", servers["store"], *properties(tmp_path, authorization, SECRET))

        code, out, err = run("store", "migrate", "--store", servers["store"])
        assert code == 0, out + err
        with Server(Place, "--create-topics", "--replication", "1", "--partitions", "3") as node:
            node.create_policy(7, 10)
            assert node.call("POST", "/v1/policies/7/coupons", {"userId": 42})[0] == 201
            # Every client of the node renews its own.
            granted = authorization.granted
            assert granted > 3
            eventually(lambda: authorization.granted >= 3 * granted, lambda: f"{granted} tokens, later {authorization.granted}")
            status, answer = node.call("POST", "/v1/policies/7/coupons", {"userId": 43})
            assert (status, answer["sequence"]) == (201, 2), answer
            node.stop()
        assert authorization.refused == 0

    def test_a_wrong_secret_is_an_authentication_failure_that_names_the_cause(authorization, servers, tmp_path):
        code, _, err = run("topic", "check", *journal(servers), *properties(tmp_path, authorization, "wrong-secret"))
        assert code == 1 and authorization.refused > 0, err
        assert "Failed to retrieve OIDC token" in err and "unknown client or wrong secret" in err, err
        assert "wrong-secret" not in err, err
