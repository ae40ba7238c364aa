package deploy

import (
	"errors"
	"flag"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"testing"

	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/chartutil"
	"helm.sh/helm/v3/pkg/engine"
	"helm.sh/helm/v3/pkg/lint"
	"helm.sh/helm/v3/pkg/lint/support"
	"helm.sh/helm/v3/pkg/releaseutil"
	"sigs.k8s.io/yaml"
)

const (
	repository = "../../.."
	chartPath  = repository + "/deploy/helm/firstcome"
)

// oldest is the oldest Kubernetes that the chart accepts.
var oldest = chartutil.KubeVersion{Version: "v1.30.0", Major: "1", Minor: "30"}

var update = flag.Bool("update", false, "write the golden renders: scripts/go test ./... -update")

// cases are the names of the files in testdata/values.
func cases(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/values/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no values: %v", err)
	}
	names := make([]string, len(files))
	for i, file := range files {
		names[i] = strings.TrimSuffix(filepath.Base(file), ".yaml")
	}
	return names
}

func load(t *testing.T) *chart.Chart {
	t.Helper()
	loaded, err := loader.Load(chartPath)
	if err != nil {
		t.Fatal(err)
	}
	return loaded
}

func valuesOf(t *testing.T, name string) map[string]any {
	t.Helper()
	values, err := chartutil.ReadValuesFile("testdata/values/" + name + ".yaml")
	if err != nil {
		t.Fatal(err)
	}
	return values
}

// render is `helm template shop`: the schema, the templates, hooks and tests.
func render(t *testing.T, values map[string]any) ([]string, error) {
	t.Helper()
	return renderChart(load(t), values)
}

func renderChart(loaded *chart.Chart, values map[string]any) ([]string, error) {
	capabilities := chartutil.DefaultCapabilities.Copy()
	capabilities.KubeVersion = oldest
	release := chartutil.ReleaseOptions{Name: "shop", Namespace: "coupons", Revision: 1, IsInstall: true}
	all, err := chartutil.ToRenderValues(loaded, values, release, capabilities)
	if err != nil {
		return nil, err
	}
	files, err := engine.Render(loaded, all)
	if err != nil {
		return nil, err
	}
	var documents []string
	for name, text := range files {
		if !strings.HasSuffix(name, ".yaml") {
			continue
		}
		for _, document := range releaseutil.SplitManifests(text) {
			documents = append(documents, strings.TrimSpace(document)+"\n")
		}
	}
	sort.Strings(documents)
	return documents, nil
}

func mustRender(t *testing.T, name string) []string {
	t.Helper()
	documents, err := render(t, valuesOf(t, name))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return documents
}

func TestLintFindsNothing(t *testing.T) {
	for _, name := range cases(t) {
		linter := lint.AllWithKubeVersion(chartPath, valuesOf(t, name), "coupons", &oldest)
		for _, message := range linter.Messages {
			if message.Severity > support.InfoSev {
				t.Errorf("%s: %v", name, message)
			}
		}
	}
}

// copies of files that are tested as what they are, and not in the golden renders
func isCopy(document string) bool {
	return strings.Contains(document, "kind: PrometheusRule") || strings.Contains(document, "firstcome.json: |-")
}

func TestRendersAreGolden(t *testing.T) {
	for _, name := range cases(t) {
		var kept []string
		for _, document := range mustRender(t, name) {
			if !isCopy(document) {
				kept = append(kept, document)
			}
		}
		rendered, path := strings.Join(kept, "---\n"), "testdata/golden/"+name+".yaml"
		if *update {
			if err := os.WriteFile(path, []byte(rendered), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		golden, err := os.ReadFile(path)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
		if rendered != string(golden) {
			t.Errorf("%s has changed; after a look at the difference: scripts/go test ./... -update\n%s", path,
				firstDifference(string(golden), rendered))
		}
	}
}

func firstDifference(golden, rendered string) string {
	was, is := strings.Split(golden, "\n"), strings.Split(rendered, "\n")
	for i := range max(len(was), len(is)) {
		line := func(lines []string) string {
			if i < len(lines) {
				return lines[i]
			}
			return "(end)"
		}
		if line(was) != line(is) {
			return "line " + strings.TrimSpace(line(was)) + "\nis   " + strings.TrimSpace(line(is))
		}
	}
	return ""
}

func TestValuesThatCannotWorkAreRefusedWithWhatToDo(t *testing.T) {
	set := func(name, path string, value any) map[string]any {
		values, keys := valuesOf(t, name), strings.Split(path, ".")
		at := values
		for _, key := range keys[:len(keys)-1] {
			inner, found := at[key].(map[string]any)
			if !found {
				inner = map[string]any{}
				at[key] = inner
			}
			at = inner
		}
		at[keys[len(keys)-1]] = value
		return values
	}
	for _, one := range []struct {
		values map[string]any
		part   string
	}{
		{set("minimal", "kafka.bootstrap", ""), "--set kafka.bootstrap=kafka.kafka:9092"},
		{set("minimal", "postgres.host", ""), "--set postgres.host=db.example"},
		{set("minimal", "access.keysSecret", map[string]any{"name": ""}), "firstcome key new --name operator"},
		{set("embedded-trial", "access.allowAnonymous", false), "access.allowAnonymous=true"},
		{set("embedded-trial", "serviceMonitor.enabled", true), "access.keysSecret.name"},
		{set("minimal", "serviceMonitor.enabled", true), "serviceMonitor.keySecret.name"},
		{set("minimal", "kafka.bootstrap", "kafka"), "kafka/bootstrap"},
		{set("minimal", "kafka.properties", map[string]any{"sasl.password": "x"}), "sasl.password"},
		{set("minimal", "edge.options", map[string]any{"store": "postgresql://x"}), "store"},
		{set("minimal", "edge.options", map[string]any{"--wait": "1s"}), "--wait"},
		{set("minimal", "edge.replica", 3), "replica"},
		{set("minimal", "ingress.enabled", true), "host"},
		{set("minimal", "mode", "both"), "mode"},
		{set("minimal", "postgres.edge.password", "secret"), "password"},
		{set("minimal", "image.digest", "latest"), "digest"},
	} {
		_, err := render(t, one.values)
		if err == nil || !strings.Contains(err.Error(), one.part) {
			t.Errorf("expected an error with %q: %v", one.part, err)
		}
	}
}

func TestAnOldKubernetesIsRefused(t *testing.T) {
	loaded := load(t)
	if chartutil.IsCompatibleRange(loaded.Metadata.KubeVersion, "v1.29.9") {
		t.Error("1.29 has no preStop.sleep by default")
	}
	for _, version := range []string{"v1.30.0", "v1.33.1-gke.1200", "v1.35.0+k3s1"} {
		if !chartutil.IsCompatibleRange(loaded.Metadata.KubeVersion, version) {
			t.Error(version)
		}
	}
}

func TestTheChartHasTheVersionOfTheProject(t *testing.T) {
	project, err := os.ReadFile(repository + "/CMakeLists.txt")
	if err != nil {
		t.Fatal(err)
	}
	metadata := load(t).Metadata
	if !strings.Contains(string(project), "project(firstcome VERSION "+metadata.AppVersion+" ") || metadata.Version != metadata.AppVersion {
		t.Errorf("chart %s, app %s", metadata.Version, metadata.AppVersion)
	}
}

// Each value of values.yaml is in the schema, which refuses unknown ones, and each of the schema in values.yaml.
func TestValuesAndSchemaHaveTheSameNames(t *testing.T) {
	text, err := os.ReadFile(chartPath + "/values.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var schema map[string]any
	if err := yaml.Unmarshal(text, &schema); err != nil {
		t.Fatal(err)
	}
	compareNames(t, "", schema, load(t).Values)
}

func compareNames(t *testing.T, path string, schema, values map[string]any) {
	properties, _ := schema["properties"].(map[string]any)
	for name, inner := range properties {
		value, found := values[name]
		optional := name == "global" || strings.HasSuffix(path, ".resources") || strings.HasSuffix(path, "podDisruptionBudget")
		if !found && !optional {
			t.Errorf("values.yaml lacks %s.%s", path, name)
		}
		if object, is := value.(map[string]any); is {
			compareNames(t, path+"."+name, inner.(map[string]any), object)
		}
	}
}

func TestTheValuesOfThePageRender(t *testing.T) {
	page, err := os.ReadFile(repository + "/docs/operations/kubernetes.md")
	if err != nil {
		t.Fatal(err)
	}
	block := regexp.MustCompile("(?s)```yaml\n(# values.yaml\n.*?)```").FindSubmatch(page)
	values, err := chartutil.ReadValues(block[1])
	if err != nil {
		t.Fatal(err)
	}
	documents, err := render(t, values)
	if err != nil || !strings.Contains(strings.Join(documents, ""), "name: firstcome-issuer\n") {
		t.Errorf("%v", err)
	}
}

// The archive of a release is the folder, with the files that the folder has as links.
func TestThePackedChartRendersAsTheFolder(t *testing.T) {
	files := []string{t.TempDir() + "/chart.tgz", t.TempDir() + "/again.tgz"}
	var bytes [2]string
	for i, file := range files {
		if output, err := exec.Command(repository+"/scripts/chart", file).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, output)
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		bytes[i] = string(text)
	}
	if bytes[0] != bytes[1] {
		t.Error("two archives differ")
	}
	packed, err := loader.Load(files[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range cases(t) {
		values := valuesOf(t, name)
		documents, err := renderChart(packed, values)
		if err != nil || strings.Join(documents, "---\n") != strings.Join(mustRender(t, name), "---\n") {
			t.Errorf("%s differs: %v", name, err)
		}
	}
}
