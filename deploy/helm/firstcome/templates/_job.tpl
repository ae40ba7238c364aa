{{/* One command in a pod: dict "root" $ "args" … "env" …. Not selected by the Services and policies of nodes. */}}
{{- define "firstcome.commandLabels" -}}
app.kubernetes.io/name: firstcome-command
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "firstcome.commandSpec" -}}
{{- $values := .root.Values -}}
{{- include "firstcome.podBasics" .root }}
containers:
  - name: firstcome
    image: {{ include "firstcome.image" .root }}
    imagePullPolicy: {{ $values.image.pullPolicy }}
    args:
      {{- .args | nindent 6 }}
    {{- if or .env $values.extraEnv }}
    env:
      {{- with .env }}
      {{- . | trim | nindent 6 }}
      {{- end }}
      {{- with $values.extraEnv }}
      {{- toYaml . | nindent 6 }}
      {{- end }}
    {{- end }}
    resources:
      {{- toYaml $values.jobs.resources | nindent 6 }}
    securityContext:
      {{- include "firstcome.containerSecurityContext" . | nindent 6 }}
    {{- with include "firstcome.serverMounts" .root | trim }}
    volumeMounts:
      {{- . | nindent 6 }}
    {{- end }}
{{- with include "firstcome.serverVolumes" .root | trim }}
volumes:
  {{- . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* A Job before each install and upgrade: dict "root" $ "name" … "weight" … "args" … "env" …. It runs before the ServiceAccount of
     the chart exists, and has none. */}}
{{- define "firstcome.job" }}
apiVersion: batch/v1
kind: Job
metadata:
  name: {{ include "firstcome.fullname" .root }}-{{ .name }}
  labels:
    {{- include "firstcome.labels" .root | nindent 4 }}
    app.kubernetes.io/component: {{ .name }}
  annotations:
    helm.sh/hook: pre-install,pre-upgrade
    helm.sh/hook-weight: {{ .weight | quote }}
    helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
spec:
  backoffLimit: 6
  activeDeadlineSeconds: {{ .root.Values.jobs.activeDeadlineSeconds }}
  template:
    metadata:
      labels:
        {{- include "firstcome.commandLabels" .root | nindent 8 }}
        app.kubernetes.io/component: {{ .name }}
        {{- with .root.Values.jobs.podLabels }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
    spec:
      restartPolicy: OnFailure
      {{- include "firstcome.commandSpec" . | nindent 6 }}
{{- end }}
