"""TLS with the clients that callers use: curl, openssl s_client, Java, and the commands of firstcome."""

import os
import pathlib
import signal
import socket
import ssl
import subprocess

import pytest
from certificates import Authority
from server import DEADLINE, Server, run

JAVA = pathlib.Path(__file__).parent / "ReadsOverTls.java"


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path)


class TlsServer(Server):
    def __init__(self, folder, authority, *flags):
        self.authority = authority
        self.certificate, self.key = authority.issue("server")
        super().__init__(folder / "data", "--tls-cert", str(self.certificate), "--tls-key", str(self.key), *flags)

    def command(self, *words):
        return run(*words, "--server", f"https://{self.users}", "--admin", f"https://{self.admin}", "--ca",
                   str(self.authority.certificate))

    def curl(self, path, *words, admin=False):
        return subprocess.run(["curl", "-sS", "--max-time", str(DEADLINE), "--cacert", str(self.authority.certificate), *words,
                               f"https://{self.admin if admin else self.users}{path}"], capture_output=True, text=True, check=False)

    def s_client(self, *words, sent="GET /livez HTTP/1.0\r\n\r\n"):
        """What openssl s_client prints until the server closes."""
        done = subprocess.run(["openssl", "s_client", "-connect", self.users, "-CAfile", str(self.authority.certificate),
                               "-verify_return_error", "-ign_eof", *words], input=sent, capture_output=True, text=True,
                              timeout=DEADLINE, check=False)
        return done.stdout + done.stderr


def create_policy(server):
    code, output, errors = server.command("policy", "create", "--name", "One", "--max-count", "10")
    assert code == 0, errors
    assert "policy 1 " in output


def test_health_over_tls_verifies_the_certificate(tmp_path, authority):
    with TlsServer(tmp_path, authority) as server:
        admin = ("--admin", f"https://{server.admin}")
        assert run("health", *admin, "--ca", str(authority.certificate))[0] == 0
        code, _, err = run("health", *admin)
        assert code == 1 and "is from an authority that is not trusted here" in err, err


def test_curl_on_both_listeners_and_on_one_connection(tmp_path, authority):
    with TlsServer(tmp_path, authority) as server:
        for version in ("1.2", "1.3"):
            answer = server.curl("/livez", f"--tlsv{version}", "--tls-max", version, "-w", "%{http_version} %{ssl_verify_result}")
            assert answer.stdout == '{"live":true}\n1.1 0', answer
        assert '"ready":true' in server.curl("/readyz", admin=True).stdout.replace(" ", "")
        twice = server.curl("/livez", "-v", f"https://{server.users}/livez")
        assert "Re-using existing connection" in twice.stderr, twice.stderr
        refused = server.curl("/livez", "--tls-max", "1.1", "--ciphers", "DEFAULT@SECLEVEL=0")
        assert refused.returncode == 35, refused
        plain = subprocess.run(["curl", "-sS", f"http://{server.users}/livez"], capture_output=True, text=True, check=True)
        assert "https://" in plain.stdout
        server.stop()


def test_openssl_s_client(tmp_path, authority):
    with TlsServer(tmp_path, authority) as server:
        for version in ("-tls1_2", "-tls1_3"):
            output = server.s_client(version, "-alpn", "h2,http/1.1")
            assert "200 OK" in output and "ALPN protocol: http/1.1" in output and "Compression: NONE" in output, output
        assert "no application protocol" in server.s_client("-alpn", "h2")
        # A line with R alone makes it renegotiate.
        renegotiates = server.s_client("-tls1_2", sent="R\nGET /livez HTTP/1.0\r\n\r\n")
        assert "200 OK" not in renegotiates or "no renegotiation" in renegotiates, renegotiates
        assert server.curl("/livez").returncode == 0
        server.stop()


def test_java(tmp_path, authority):
    with TlsServer(tmp_path, authority) as server:
        create_policy(server)
        done = subprocess.run(["java", "-XX:TieredStopAtLevel=1", str(JAVA), str(authority.certificate), f"https://{server.users}"],
                              capture_output=True, text=True, timeout=DEADLINE * 2, check=False)
        lines = done.stdout.splitlines()
        assert len(lines) == 2 and lines[0].startswith("HTTP_1_1 TLSv1.3 201 "), done
        assert lines[1].startswith("HTTP_1_1 TLSv1.3 200 "), done
        server.stop()


def test_commands_speak_https(tmp_path, authority):
    with TlsServer(tmp_path, authority) as server:
        create_policy(server)
        code, output, _ = server.command("issue", "--policy", "1", "--user", "42")
        assert code == 0 and output.startswith("SUCCESS: user 42 has coupon 1")
        code, output, errors = server.command("bench", "--users", "200", "--requests", "400", "--max-count", "100",
                                              "--connections", "20")
        assert code == 0, errors + output
        server.stop()


def test_commands_say_why_tls_failed(tmp_path, authority):
    other = tmp_path / "other"
    other.mkdir()
    with TlsServer(tmp_path, authority) as server, Server(tmp_path / "plain") as plain:
        def issue(address, ca):
            code, _, errors = run("issue", "--policy", "1", "--user", "1", "--server", address, "--ca", str(ca))
            assert code == 1, errors
            return errors
        unknown = issue(f"https://{server.users}", Authority(other).certificate)
        assert "authority that is not trusted" in unknown and "--ca" in unknown
        assert "does not speak TLS" in issue(f"https://{plain.users}", authority.certificate)
        assert "https://" in issue(f"http://{server.users}", authority.certificate)
        assert "cannot be read" in issue(f"https://{server.users}", tmp_path / "missing.pem")
        elsewhere = authority.issue("elsewhere", alternatives="DNS:elsewhere.example")
        os.replace(elsewhere[0], server.certificate)
        os.replace(elsewhere[1], server.key)
        server.wait_for("TLS with the certificate CN = elsewhere")
        assert "is not for 127.0.0.1" in issue(f"https://{server.users}", authority.certificate)
        server.stop()


def test_mutual_tls(tmp_path, authority):
    clients = Authority(tmp_path, "clients")
    shop = clients.issue("shop")
    with TlsServer(tmp_path, authority, "--tls-client-ca", str(clients.certificate)) as server:
        own = ("--client-cert", str(shop[0]), "--client-key", str(shop[1]))
        code, output, errors = server.command("policy", "create", "--name", "One", "--max-count", "10", *own)
        assert code == 0, errors + output
        code, output, errors = server.command("issue", "--policy", "1", "--user", "42")
        assert code == 1 and "requires a certificate of the client" in errors and "--client-cert" in errors, errors
        code, output, errors = server.command("bench", "--users", "20", "--requests", "20", "--connections", "4", *own)
        assert code == 0, errors + output
        assert server.curl("/livez", "--cert", str(shop[0]), "--key", str(shop[1])).stdout == '{"live":true}\n'
        assert server.curl("/livez").returncode == 56
        server.stop()


def subject(server):
    context = ssl.create_default_context(cafile=str(server.authority.certificate))
    host, port = server.users.split(":")
    with socket.create_connection((host, int(port))) as plain, context.wrap_socket(plain, server_hostname=host) as tls:
        return tls.getpeercert()["subject"][0][0][1]


def test_a_certificate_is_replaced_while_connections_are_open(tmp_path, authority):
    with TlsServer(tmp_path, authority) as server:
        assert subject(server) == "server"
        context = ssl.create_default_context(cafile=str(authority.certificate))
        host, port = server.users.split(":")
        with socket.create_connection((host, int(port))) as plain, context.wrap_socket(plain, server_hostname=host) as before:
            renewed = authority.issue("renewed")
            os.replace(renewed[0], server.certificate)
            os.replace(renewed[1], server.key)
            server.wait_for("TLS with the certificate CN = renewed")
            assert subject(server) == "renewed"
            server.key.write_text("no key")
            server.wait_for("The certificate was not replaced, and the one in use stays: .*server.key.* Hint: ")
            assert subject(server) == "renewed"
            before.sendall(b"GET /livez HTTP/1.1\r\nHost: h\r\n\r\n")
            assert before.recv(100).startswith(b"HTTP/1.1 200")
        server.process.send_signal(signal.SIGHUP)
        server.wait_for("SIGHUP")
        assert subject(server) == "renewed"
        server.stop()


def test_an_expired_certificate_is_used_with_a_warning(tmp_path, authority):
    with TlsServer(tmp_path, authority) as server:
        server.stop()
    authority.issue("server", days=-1)
    with Server(tmp_path / "data", "--tls-cert", str(server.certificate), "--tls-key", str(server.key)) as expired:
        expired.wait_for("server.pem: this certificate has expired")
        code, _, errors = run("issue", "--policy", "1", "--user", "1", "--server", f"https://{expired.users}", "--ca",
                              str(authority.certificate))
        assert code == 1 and "has expired" in errors
        expired.stop()


@pytest.mark.parametrize("flags, message", [
    (("--tls-cert", "{folder}/server.pem"), "requires --tls-key"),
    (("--tls-key", "{folder}/server.key"), "requires --tls-cert"),
    (("--tls-client-ca", "{folder}/ca.pem"), "requires --tls-cert and --tls-key"),
    (("--tls-cert", "{folder}/server.pem", "--tls-key", "{folder}/ca.key"), "does not belong to the certificate"),
    (("--tls-cert", "{folder}/no.pem", "--tls-key", "{folder}/server.key"), "no.pem: cannot be read: No such file"),
    (("--tls-cert", "{folder}/server.pem", "--tls-key", "{folder}/server.key", "--demo"), "does not go with --demo"),
])
def test_files_that_cannot_be_used_are_refused_at_the_start(tmp_path, authority, flags, message):
    authority.issue("server")
    code, _, errors = run("serve", "--data", str(tmp_path / "data"), *(flag.format(folder=tmp_path) for flag in flags))
    assert code == 2 and message in errors, errors
