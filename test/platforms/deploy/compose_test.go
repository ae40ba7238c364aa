package deploy

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
)

const composePath = repository + "/deploy/compose.yaml"

// compose is the file, validated by the Compose specification's schema, with its anchors and variables resolved.
func compose(t *testing.T, environment ...string) *types.Project {
	t.Helper()
	options, err := cli.NewProjectOptions([]string{composePath}, cli.WithEnv(environment), cli.WithResolvedPaths(true),
		cli.WithInterpolation(true))
	if err != nil {
		t.Fatal(err)
	}
	project, err := options.LoadProject(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return project
}

func TestTheComposeFileHasTheWholeInstallation(t *testing.T) {
	project := compose(t)
	expected := []string{"edge1", "edge2", "grafana", "issuer1", "issuer2", "kafka1", "kafka2", "kafka3", "migrate", "nginx", "postgres",
		"prometheus", "secrets", "topics"}
	if names := project.ServiceNames(); !slices.Equal(names, expected) {
		t.Error(names)
	}
	for name, service := range project.Services {
		once := slices.Contains([]string{"secrets", "topics", "migrate"}, name)
		if once == (service.Restart == "always") {
			t.Errorf("%s: restart %q", name, service.Restart)
		}
		if strings.HasSuffix(service.Image, ":latest") || !strings.Contains(service.Image, ":") {
			t.Errorf("%s: %s is not one version", name, service.Image)
		}
		for _, port := range service.Ports {
			if port.HostIP != "127.0.0.1" {
				t.Errorf("%s: port %s is open to other machines", name, port.Published)
			}
		}
	}
}

func TestTheComposeFileRunsTheImageOfThisVersion(t *testing.T) {
	if image := compose(t).Services["edge1"].Image; image != "firstcome:"+load(t).Metadata.AppVersion {
		t.Error(image)
	}
	if image := compose(t, "FIRSTCOME_IMAGE=registry.example/firstcome:1").Services["issuer2"].Image; image != "registry.example/firstcome:1" {
		t.Error(image)
	}
}

func ownServices(project *types.Project) []types.ServiceConfig {
	var own []types.ServiceConfig
	for _, name := range project.ServiceNames() {
		if service := project.Services[name]; strings.HasPrefix(service.Image, "firstcome:") {
			own = append(own, service)
		}
	}
	return own
}

func TestContainersOfComposeAreHardened(t *testing.T) {
	for _, service := range ownServices(compose(t)) {
		if !service.ReadOnly || !slices.Equal(service.CapDrop, []string{"ALL"}) || !slices.Contains(service.SecurityOpt, "no-new-privileges:true") {
			t.Errorf("%s: %v %v %v", service.Name, service.ReadOnly, service.CapDrop, service.SecurityOpt)
		}
		for _, volume := range service.Volumes {
			if !volume.ReadOnly {
				t.Errorf("%s: %s can be written", service.Name, volume.Target)
			}
		}
	}
}

func TestServicesOfComposeWaitForWhatTheyNeed(t *testing.T) {
	project := compose(t)
	for name, needs := range map[string]map[string]string{
		"topics":  {"kafka1": types.ServiceConditionHealthy, "kafka2": types.ServiceConditionHealthy, "kafka3": types.ServiceConditionHealthy},
		"migrate": {"postgres": types.ServiceConditionHealthy},
		"issuer1": {"topics": types.ServiceConditionCompletedSuccessfully, "migrate": types.ServiceConditionCompletedSuccessfully},
		"issuer2": {"topics": types.ServiceConditionCompletedSuccessfully, "migrate": types.ServiceConditionCompletedSuccessfully},
		"edge1":   {"issuer1": types.ServiceConditionHealthy},
		"edge2":   {"issuer1": types.ServiceConditionHealthy},
		"nginx":   {"edge1": types.ServiceConditionHealthy, "edge2": types.ServiceConditionHealthy},
	} {
		for needed, condition := range needs {
			if found := project.Services[name].DependsOn[needed].Condition; found != condition {
				t.Errorf("%s waits for %s: %q", name, needed, found)
			}
			if condition == types.ServiceConditionHealthy && project.Services[needed].HealthCheck == nil {
				t.Errorf("%s has no health check", needed)
			}
		}
	}
	// `up --wait` takes the end of a service for a failure, unless another one waits for it to succeed.
	for _, once := range []string{"secrets", "topics", "migrate"} {
		if !slices.ContainsFunc(project.ServiceNames(), func(name string) bool {
			return project.Services[name].DependsOn[once].Condition == types.ServiceConditionCompletedSuccessfully
		}) {
			t.Errorf("no service waits until %s has succeeded", once)
		}
	}
	for _, service := range ownServices(project) {
		if strings.HasPrefix(service.Name, "edge") || strings.HasPrefix(service.Name, "issuer") {
			if grace := service.StopGracePeriod; grace == nil || grace.String() != "25s" {
				t.Errorf("%s: stop_grace_period %v", service.Name, grace)
			}
			if !slices.Equal(service.HealthCheck.Test, []string{"CMD", "firstcome", "health"}) {
				t.Errorf("%s: %v", service.Name, service.HealthCheck.Test)
			}
		}
	}
}

func TestTheProgramAcceptsEachCommandLineOfCompose(t *testing.T) {
	folder := mounted(t)
	if err := os.Rename(filepath.Join(folder, "keys"), filepath.Join(folder, "nodes")); err != nil {
		t.Fatal(err)
	}
	own := ownServices(compose(t))
	if len(own) != 6 {
		t.Errorf("%d services run firstcome", len(own))
	}
	for _, service := range own {
		checkCommand(t, "compose "+service.Name, folder, nil, service.Command)
	}
}

func TestFilesThatComposeMountsExist(t *testing.T) {
	for name, service := range compose(t).Services {
		for _, volume := range service.Volumes {
			if volume.Type != types.VolumeTypeBind {
				continue
			}
			if _, err := os.Stat(volume.Source); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

// The settings that docs/operations/topology.md recommends for brokers and controllers.
func TestBrokersOfComposeHaveTheRecommendedSettings(t *testing.T) {
	page, err := os.ReadFile(repository + "/docs/operations/topology.md")
	if err != nil {
		t.Fatal(err)
	}
	recommended := regexp.MustCompile(`(?m)^((?:broker|controller|replica)[a-z.]+)=(\d+)$`).FindAllStringSubmatch(string(page), -1)
	if len(recommended) < 6 {
		t.Fatalf("%v", recommended)
	}
	project := compose(t)
	for _, name := range []string{"kafka1", "kafka2", "kafka3"} {
		environment := project.Services[name].Environment
		for _, setting := range recommended {
			variable := "KAFKA_" + strings.ToUpper(strings.ReplaceAll(setting[1], ".", "_"))
			if value := environment[variable]; value == nil || *value != setting[2] {
				t.Errorf("%s: %s is not %s", name, variable, setting[2])
			}
		}
	}
}

// nginx.conf is the recipe of docs/operations/proxies.md without TLS.
func TestNginxOfComposeIsTheRecipe(t *testing.T) {
	read := func(path string) string {
		text, err := os.ReadFile(repository + "/" + path)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	recipe := regexp.MustCompile("(?s)```nginx\n(.*?)```").FindStringSubmatch(read("docs/operations/proxies.md"))[1]
	lines := func(text string) []string {
		var kept []string
		for _, line := range strings.Split(text, "\n") {
			line = strings.TrimSpace(line)
			tls := strings.HasPrefix(line, "ssl_") || strings.HasPrefix(line, "listen ") || strings.HasPrefix(line, "server_name ")
			if line != "" && !strings.HasPrefix(line, "#") && !tls {
				kept = append(kept, line)
			}
		}
		return kept
	}
	expected := strings.NewReplacer("10.0.0.7:8080", "edge1:8080", "10.0.0.8:8080", "edge2:8080").Replace(recipe)
	if is, was := lines(read("deploy/compose/nginx.conf")), lines(expected); !slices.Equal(is, was) {
		t.Errorf("%v\n%v", is, was)
	}
}

func TestAComposeFileAgainstTheSchemaIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "compose.yaml")
	for text, part := range map[string]string{
		"services: {edge: {image: firstcome, comand: [serve]}}":                      "comand",
		"services: {edge: {image: firstcome, healthcheck: {retries: many}}}":         "retries",
		"services: {edge: {image: firstcome, depends_on: {kafka: {condition: up}}}}": "depends_on",
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		options, err := cli.NewProjectOptions([]string{path}, cli.WithName("wrong"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := options.LoadProject(context.Background()); err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%s: %v", text, err)
		}
	}
}
