package deploy

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// binary is the real program.
func binary(t *testing.T) string {
	t.Helper()
	path := os.Getenv("FIRSTCOME_BINARY")
	if path == "" {
		path = repository + "/build/release/bin/firstcome"
	}
	absolute, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(absolute); err != nil {
		t.Fatal(err)
	}
	return absolute
}

// run returns the exit code and everything that the program prints.
func run(t *testing.T, environment []string, words ...string) (int, string) {
	t.Helper()
	command := exec.Command(binary(t), words...)
	command.Env = append([]string{"PATH=/usr/bin:/bin", "HOME=/nonexistent"}, environment...)
	output, err := command.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return command.ProcessState.ExitCode(), string(output)
}

// mounted has the files that Secrets bring, with the names that the chart and the Compose file give them.
func mounted(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	write := func(name string, text []byte) string {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	certificate, key := selfSigned(t)
	write("tls/tls.crt", certificate)
	write("tls/tls.key", key)
	write("postgres/ca.crt", certificate)
	write("kafka/kafka.properties", []byte("sasl.username=firstcome\nsasl.password=firstcome\n"))
	write("jwt/jwks.json", []byte(`{"keys":[{"kty":"EC","crv":"P-256","kid":"a","alg":"ES256","use":"sig",
		"x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}]}`))
	keys := filepath.Join(folder, "keys/keys.toml")
	if err := os.MkdirAll(filepath.Dir(keys), 0o700); err != nil {
		t.Fatal(err)
	}
	if code, output := run(t, nil, "key", "new", "--name", "operator", "--scopes", "admin", "--keys-file", keys); code != 0 {
		t.Fatal(output)
	}
	return folder
}

func selfSigned(t *testing.T) (certificate, key []byte) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	template := x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "firstcome"}, DNSNames: []string{"firstcome"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(240 * time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, &template, &template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: encoded})
}

var (
	kafkaHosts    = regexp.MustCompile(`(kafka://)[^/]+`)
	postgresHosts = regexp.MustCompile(`(postgresql://[^@]+@)[^/]+`)
	httpHosts     = regexp.MustCompile(`(https?://)[^/]+`)
	silent        = "${1}127.0.0.1:1"
)

// checkCommand gives a command line to the real program. Settings of `serve` are checked whole, with the mounted files. Other
// commands are run against addresses at which nothing listens: exit code 1, and not 2 for wrong usage.
func checkCommand(t *testing.T, where, folder string, environment, arguments []string) {
	t.Helper()
	words := make([]string, len(arguments))
	for i, word := range arguments {
		words[i] = strings.ReplaceAll(word, "/etc/firstcome/", folder+"/")
	}
	if words[0] == "serve" {
		code, output := run(t, environment, append([]string{"config", "check"}, words[1:]...)...)
		if code != 0 || strings.Contains(output, "warning") {
			t.Errorf("%s: exit code %d: %s\n%s", where, code, output, strings.Join(words, " "))
		}
		return
	}
	for i, word := range words {
		word = kafkaHosts.ReplaceAllString(word, silent)
		word = postgresHosts.ReplaceAllString(word, silent)
		words[i] = httpHosts.ReplaceAllString(word, silent)
	}
	code, output := run(t, environment, words...)
	if code != 1 || !strings.Contains(output, "127.0.0.1") {
		t.Errorf("%s: exit code %d: %s\n%s", where, code, output, strings.Join(words, " "))
	}
}

func TestTheProgramAcceptsEachCommandLineOfTheChart(t *testing.T) {
	folder := mounted(t)
	for _, name := range cases(t) {
		for _, one := range podsOf(objectsOf(t, name)) {
			container := one.spec.Containers[0]
			var environment []string
			for _, variable := range container.Env {
				value := variable.Value
				if variable.ValueFrom != nil {
					value = "1"
				}
				environment = append(environment, variable.Name+"="+value)
			}
			checkCommand(t, name+" "+one.owner, folder, environment, container.Args)
		}
	}
}

func TestAWrongCommandLineIsNoticed(t *testing.T) {
	folder := mounted(t)
	for _, words := range [][]string{{"config", "check", "--rol=edge"}, {"topic", "create", "--journal=kafka://127.0.0.1:1", "--partition=3"},
		{"config", "check", "--keys-file=" + folder + "/keys/none.toml"}, {"store", "migrat"}} {
		if code, output := run(t, nil, words...); code == 0 || (code == 1 && words[0] != "config") {
			t.Errorf("%v: %d %s", words, code, output)
		}
	}
}
