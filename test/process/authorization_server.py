"""An authorization server of OpenID Connect for one client: signs tokens and publishes the key that verifies them."""

import base64
import http.server
import json
import subprocess
import threading
import time
import urllib.parse

CLIENT, SECRET = "firstcome-edge", "0123456789abcdef"


def text64(some):
    return base64.urlsafe_b64encode(some).rstrip(b"=").decode()


def openssl(*words, data=None):
    return subprocess.run(["openssl", *map(str, words)], input=data, check=True, capture_output=True).stdout


class AuthorizationServer:
    """Tokens are valid for `lifetime` seconds. `granted` and `refused` count the answers to requests for tokens."""

    def __init__(self, folder, issuer, audience, lifetime):
        self.key, self.issuer, self.audience, self.lifetime = folder / "signing.key", issuer, audience, lifetime
        self.granted = self.refused = 0
        openssl("genrsa", "-out", self.key, "2048")
        served = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.answer(200, served.keys())

            def do_POST(self):
                form = urllib.parse.parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
                self.answer(*served.token(self.headers.get("Authorization"), form))

            def answer(self, status, body):
                text = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_):
                pass

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}"
        self.thread = threading.Thread(target=self.http.serve_forever)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.http.shutdown()
        self.thread.join()
        self.http.server_close()

    def keys(self):
        """RFC 7517"""
        modulus = openssl("rsa", "-in", self.key, "-noout", "-modulus").decode().strip().partition("=")[2]
        return {"keys": [{"kty": "RSA", "alg": "RS256", "use": "sig", "kid": "1", "e": "AQAB",
                          "n": text64(bytes.fromhex(modulus))}]}

    def token(self, authorization, form):
        """RFC 6749, sections 4.4 and 5"""
        expected = "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if form.get("grant_type") != ["client_credentials"] or authorization != expected:
            self.refused += 1
            return 401, {"error": "invalid_client", "error_description": "unknown client or wrong secret"}
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": self.audience, "sub": CLIENT, "iat": now, "exp": now + self.lifetime}
        signed = ".".join(text64(json.dumps(part).encode()) for part in ({"alg": "RS256", "kid": "1"}, claims))
        signature = openssl("dgst", "-sha256", "-sign", self.key, data=signed.encode())
        self.granted += 1
        return 200, {"access_token": f"{signed}.{text64(signature)}", "token_type": "Bearer", "expires_in": self.lifetime}
