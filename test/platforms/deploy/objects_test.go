package deploy

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	monitoring "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	apps "k8s.io/api/apps/v1"
	autoscaling "k8s.io/api/autoscaling/v2"
	batch "k8s.io/api/batch/v1"
	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	policy "k8s.io/api/policy/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	serializer "k8s.io/apimachinery/pkg/runtime/serializer/json"
	"k8s.io/apimachinery/pkg/util/intstr"
	podsecurityapi "k8s.io/pod-security-admission/api"
	podsecurity "k8s.io/pod-security-admission/policy"
	"sigs.k8s.io/yaml"
)

// decode is strict: an unknown or repeated member is an error.
func decode(t *testing.T, documents []string) []runtime.Object {
	t.Helper()
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{core.AddToScheme, apps.AddToScheme, autoscaling.AddToScheme,
		batch.AddToScheme, networking.AddToScheme, policy.AddToScheme, monitoring.AddToScheme} {
		if err := add(scheme); err != nil {
			t.Fatal(err)
		}
	}
	strict := serializer.NewSerializerWithOptions(serializer.DefaultMetaFactory, scheme, scheme,
		serializer.SerializerOptions{Yaml: true, Strict: true})
	var objects []runtime.Object
	for _, document := range documents {
		object, _, err := strict.Decode([]byte(document), nil, nil)
		if err != nil {
			t.Fatalf("%v in\n%s", err, document)
		}
		objects = append(objects, object)
	}
	return objects
}

func objectsOf(t *testing.T, name string) []runtime.Object {
	t.Helper()
	return decode(t, mustRender(t, name))
}

// pod is one that the chart creates, by itself or by an object above it.
type pod struct {
	owner string
	meta  meta.ObjectMeta
	spec  core.PodSpec
}

func podsOf(objects []runtime.Object) []pod {
	var pods []pod
	for _, object := range objects {
		switch one := object.(type) {
		case *apps.Deployment:
			pods = append(pods, pod{"Deployment/" + one.Name, one.Spec.Template.ObjectMeta, one.Spec.Template.Spec})
		case *apps.StatefulSet:
			spec := one.Spec.Template.Spec
			for _, claim := range one.Spec.VolumeClaimTemplates {
				volume := core.Volume{Name: claim.Name}
				volume.PersistentVolumeClaim = &core.PersistentVolumeClaimVolumeSource{ClaimName: claim.Name}
				spec.Volumes = append(spec.Volumes, volume)
			}
			pods = append(pods, pod{"StatefulSet/" + one.Name, one.Spec.Template.ObjectMeta, spec})
		case *batch.Job:
			pods = append(pods, pod{"Job/" + one.Name, one.Spec.Template.ObjectMeta, one.Spec.Template.Spec})
		case *core.Pod:
			pods = append(pods, pod{"Pod/" + one.Name, one.ObjectMeta, one.Spec})
		}
	}
	return pods
}

func (p pod) isNode() bool { return slices.Contains(p.spec.Containers[0].Args, "serve") }

func selected(selector *meta.LabelSelector, pods []pod) []pod {
	parsed, err := meta.LabelSelectorAsSelector(selector)
	if err != nil {
		panic(err)
	}
	var found []pod
	for _, one := range pods {
		if parsed.Matches(labels.Set(one.meta.Labels)) {
			found = append(found, one)
		}
	}
	return found
}

func forEachCase(t *testing.T, check func(t *testing.T, objects []runtime.Object, pods []pod)) {
	for _, name := range cases(t) {
		t.Run(name, func(t *testing.T) {
			objects := objectsOf(t, name)
			pods := podsOf(objects)
			if len(pods) == 0 {
				t.Fatal("no pods")
			}
			check(t, objects, pods)
		})
	}
}

func TestPodsKeepTheRestrictedPodSecurityStandard(t *testing.T) {
	evaluator, err := podsecurity.NewEvaluator(podsecurity.DefaultChecks(), nil)
	if err != nil {
		t.Fatal(err)
	}
	restricted := podsecurityapi.LevelVersion{Level: podsecurityapi.LevelRestricted, Version: podsecurityapi.LatestVersion()}
	forEachCase(t, func(t *testing.T, _ []runtime.Object, pods []pod) {
		for _, one := range pods {
			for _, result := range evaluator.EvaluatePod(restricted, &one.meta, &one.spec) {
				if !result.Allowed {
					t.Errorf("%s: %s: %s", one.owner, result.ForbiddenReason, result.ForbiddenDetail)
				}
			}
			for _, container := range one.spec.Containers {
				if !*container.SecurityContext.ReadOnlyRootFilesystem {
					t.Errorf("%s: the root can be written", one.owner)
				}
				if container.Resources.Limits.Memory().IsZero() || container.Resources.Requests.Cpu().IsZero() {
					t.Errorf("%s: without resources", one.owner)
				}
			}
			if *one.spec.AutomountServiceAccountToken || *one.spec.EnableServiceLinks {
				t.Errorf("%s: has the token of a service account, or variables of every Service", one.owner)
			}
		}
	})
}

func TestSecretsAreReferencesAndFilesOnlyTheGroupCanRead(t *testing.T) {
	forEachCase(t, func(t *testing.T, objects []runtime.Object, pods []pod) {
		for _, object := range objects {
			if _, is := object.(*core.Secret); is {
				t.Error("the chart makes a Secret")
			}
		}
		for _, one := range pods {
			for _, volume := range one.spec.Volumes {
				if volume.Secret != nil && *volume.Secret.DefaultMode != 0o440 {
					t.Errorf("%s: %s has mode %o", one.owner, volume.Name, *volume.Secret.DefaultMode)
				}
			}
			for _, variable := range one.spec.Containers[0].Env {
				if strings.Contains(variable.Name, "PASSWORD") && variable.ValueFrom.SecretKeyRef == nil {
					t.Errorf("%s: %s has a value", one.owner, variable.Name)
				}
			}
		}
	})
}

func TestMountsHaveVolumesAndFilesOfArgumentsHaveMounts(t *testing.T) {
	forEachCase(t, func(t *testing.T, _ []runtime.Object, pods []pod) {
		for _, one := range pods {
			volumes, mounts := []string{}, []string{"/etc/ssl/certs"} // in the image
			for _, volume := range one.spec.Volumes {
				volumes = append(volumes, volume.Name)
			}
			for _, mount := range one.spec.Containers[0].VolumeMounts {
				mounts = append(mounts, mount.MountPath)
				if !slices.Contains(volumes, mount.Name) {
					t.Errorf("%s: no volume %s", one.owner, mount.Name)
				}
				if mount.SubPath != "" {
					t.Errorf("%s: %s by subPath is never updated", one.owner, mount.Name)
				}
			}
			for _, argument := range one.spec.Containers[0].Args {
				path, found := pathOf(argument)
				if found && !slices.ContainsFunc(mounts, func(mount string) bool { return strings.HasPrefix(path, mount+"/") }) {
					t.Errorf("%s: %s is not mounted", one.owner, argument)
				}
			}
		}
	})
}

// pathOf is the file that an argument names, also in the address of a database.
func pathOf(argument string) (string, bool) {
	at := strings.LastIndex(argument, "=/")
	if at < 0 {
		return "", false
	}
	return argument[at+1:], true
}

func TestProbesReachAPortAndDoNotSwapLiveAndReady(t *testing.T) {
	forEachCase(t, func(t *testing.T, _ []runtime.Object, pods []pod) {
		for _, one := range pods {
			if !one.isNode() {
				continue
			}
			container := one.spec.Containers[0]
			for path, probes := range map[string][]*core.Probe{"/livez": {container.StartupProbe, container.LivenessProbe},
				"/readyz": {container.ReadinessProbe}} {
				for _, probe := range probes {
					port := probe.HTTPGet.Port.StrVal
					if probe.HTTPGet.Path != path || !slices.ContainsFunc(container.Ports, func(p core.ContainerPort) bool { return p.Name == port }) {
						t.Errorf("%s: a probe asks %s of port %q", one.owner, probe.HTTPGet.Path, port)
					}
					tls := slices.ContainsFunc(container.Args, func(a string) bool { return strings.HasPrefix(a, "--tls-cert=") })
					if tls != (probe.HTTPGet.Scheme == core.URISchemeHTTPS) {
						t.Errorf("%s: the probe's scheme is %q", one.owner, probe.HTTPGet.Scheme)
					}
				}
			}
		}
	})
}

func TestAPodHasTimeToDrainAndToStop(t *testing.T) {
	for name, expected := range map[string]struct{ sleep, grace int64 }{"minimal": {5, 30}, "production": {10, 45}, "openshift": {0, 25}} {
		for _, one := range podsOf(objectsOf(t, name)) {
			if !one.isNode() {
				continue
			}
			lifecycle, sleep := one.spec.Containers[0].Lifecycle, int64(0)
			if lifecycle != nil {
				sleep = lifecycle.PreStop.Sleep.Seconds
			}
			if sleep != expected.sleep || *one.spec.TerminationGracePeriodSeconds != expected.grace {
				t.Errorf("%s %s: %d, %d", name, one.owner, sleep, *one.spec.TerminationGracePeriodSeconds)
			}
		}
	}
}

func TestSelectorsFindTheirPods(t *testing.T) {
	forEachCase(t, func(t *testing.T, objects []runtime.Object, pods []pod) {
		nodes := 0
		for _, one := range pods {
			if one.isNode() {
				nodes++
			}
		}
		expect := func(what string, found []pod, count int) {
			t.Helper()
			for _, one := range found {
				if !one.isNode() {
					t.Errorf("%s selects %s", what, one.owner)
				}
			}
			if len(found) != count {
				t.Errorf("%s selects %d kinds of pods, expected %d", what, len(found), count)
			}
		}
		for _, object := range objects {
			switch one := object.(type) {
			case *apps.Deployment:
				expect(one.Name, selected(one.Spec.Selector, pods), 1)
			case *apps.StatefulSet:
				expect(one.Name, selected(one.Spec.Selector, pods), 1)
			case *policy.PodDisruptionBudget:
				expect("PDB "+one.Name, selected(one.Spec.Selector, pods), 1)
			case *core.Service:
				count := 1
				if one.Spec.Ports[0].Name == "admin" {
					count = nodes
				}
				found := selected(&meta.LabelSelector{MatchLabels: one.Spec.Selector}, pods)
				expect("Service "+one.Name, found, count)
				for _, target := range found {
					port := one.Spec.Ports[0].TargetPort.StrVal
					if !slices.ContainsFunc(target.spec.Containers[0].Ports, func(p core.ContainerPort) bool { return p.Name == port }) {
						t.Errorf("%s has no port %q", target.owner, port)
					}
				}
			case *networking.NetworkPolicy:
				if !strings.HasSuffix(one.Name, "-commands") {
					expect("NetworkPolicy "+one.Name, selected(&one.Spec.PodSelector, pods), nodes)
				}
			case *monitoring.ServiceMonitor:
				services := 0
				for _, other := range objects {
					service, is := other.(*core.Service)
					if is && labels.SelectorFromSet(one.Spec.Selector.MatchLabels).Matches(labels.Set(service.Labels)) {
						services++
						if service.Spec.Ports[0].Name != one.Spec.Endpoints[0].Port || service.Labels[one.Spec.JobLabel] != "firstcome" {
							t.Errorf("ServiceMonitor: %v", service)
						}
					}
				}
				if services != 1 {
					t.Errorf("the ServiceMonitor selects %d Services", services)
				}
			case *autoscaling.HorizontalPodAutoscaler:
				for _, other := range objects {
					target, is := other.(*apps.Deployment)
					if is && target.Name == one.Spec.ScaleTargetRef.Name && target.Spec.Replicas != nil {
						t.Error("the Deployment sets a number of replicas against its autoscaler")
					}
				}
			case *networking.Ingress:
				backend := one.Spec.Rules[0].HTTP.Paths[0]
				if backend.Path != "/v1/" || len(one.Spec.Rules[0].HTTP.Paths) != 1 {
					t.Error("the Ingress forwards more than /v1/")
				}
			}
		}
	})
}

func TestPoliciesOpenThePortsOfKafkaAndPostgres(t *testing.T) {
	for _, object := range objectsOf(t, "production") {
		one, is := object.(*networking.NetworkPolicy)
		if !is {
			continue
		}
		open := map[int]int{} // port to the number of peers
		for _, rule := range one.Spec.Egress {
			for _, port := range rule.Ports {
				open[port.Port.IntValue()] = len(rule.To)
			}
		}
		for port, peers := range map[int]int{53: 0, 9093: 1, 9094: 1, 5433: 1, 4318: 0} {
			if found, is := open[port]; !is || found != peers {
				t.Errorf("%s: port %d: %v", one.Name, port, open)
			}
		}
		for _, rule := range one.Spec.Ingress {
			if len(rule.From) == 0 {
				t.Errorf("%s: anyone reaches %v", one.Name, rule.Ports)
			}
		}
	}
}

func TestHooksRunInOrderAndNeedNothingOfTheChart(t *testing.T) {
	weights := map[string]string{}
	for _, object := range objectsOf(t, "production") {
		switch one := object.(type) {
		case *batch.Job:
			weights[one.Name] = one.Annotations["helm.sh/hook-weight"]
			if one.Annotations["helm.sh/hook"] != "pre-install,pre-upgrade" {
				t.Errorf("%s: %v", one.Name, one.Annotations)
			}
			if account := one.Spec.Template.Spec.ServiceAccountName; account != "" {
				t.Errorf("%s runs before the ServiceAccount %s exists", one.Name, account)
			}
		case *networking.NetworkPolicy:
			if weight, is := one.Annotations["helm.sh/hook-weight"]; is {
				weights[one.Name] = weight
			}
		}
	}
	expected := map[string]string{"shop-firstcome-commands": "-20", "shop-firstcome-topics": "-10", "shop-firstcome-migrate": "-5"}
	if len(weights) != len(expected) {
		t.Errorf("%v", weights)
	}
	for name, weight := range expected {
		if weights[name] != weight {
			t.Errorf("%s has %q", name, weights[name])
		}
	}
}

func TestRulesAndDashboardAreThoseOfTheRepository(t *testing.T) {
	source := func(path string) []byte {
		text, err := os.ReadFile(repository + "/deploy/" + path)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	found := 0
	for _, object := range objectsOf(t, "production") {
		switch one := object.(type) {
		case *monitoring.PrometheusRule:
			found++
			var expected monitoring.PrometheusRuleSpec
			if err := yaml.UnmarshalStrict(source("prometheus/firstcome.rules.yml"), &expected); err != nil {
				t.Fatal(err)
			}
			if is, was := asJSON(t, one.Spec), asJSON(t, expected); is != was || len(one.Spec.Groups[0].Rules) == 0 {
				t.Error("other rules")
			}
		case *core.ConfigMap:
			found++
			if one.Data["firstcome.json"] != strings.TrimRight(string(source("grafana/firstcome.json")), "\n") {
				t.Error("another dashboard")
			}
		}
	}
	if found != 2 {
		t.Errorf("%d of rules and dashboard", found)
	}
}

func asJSON(t *testing.T, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestBudgetsLetNodesBeDrained(t *testing.T) {
	for _, object := range objectsOf(t, "minimal") {
		if one, is := object.(*policy.PodDisruptionBudget); is && *one.Spec.MaxUnavailable != intstr.FromInt32(1) {
			t.Errorf("%s: %v", one.Name, one.Spec)
		}
	}
}
