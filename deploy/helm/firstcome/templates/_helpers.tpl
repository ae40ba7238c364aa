{{- define "firstcome.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" -}}
{{- else if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 50 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "firstcome.selectorLabels" -}}
app.kubernetes.io/name: firstcome
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "firstcome.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: firstcome
{{ include "firstcome.selectorLabels" . }}
{{- end -}}

{{- define "firstcome.image" -}}
{{- if .Values.image.digest -}}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest -}}
{{- else -}}
{{- printf "%s:%s" .Values.image.repository (.Values.image.tag | default .Chart.AppVersion) -}}
{{- end -}}
{{- end -}}

{{- define "firstcome.journal" -}}
{{- printf "kafka://%s/%s" .Values.kafka.bootstrap .Values.kafka.topic -}}
{{- end -}}

{{/* The address of the store for one role: dict "root" $ "role" "edge" */}}
{{- define "firstcome.store" -}}
{{- $postgres := .root.Values.postgres -}}
{{- $user := (index $postgres .role).user -}}
{{- $hosts := list -}}
{{- range splitList "," $postgres.host -}}
{{- $hosts = append $hosts (printf "%s:%v" . (int $postgres.port)) -}}
{{- end -}}
{{- $address := printf "postgresql://%s@%s/%s?sslmode=%s" $user (join "," $hosts) $postgres.database $postgres.sslmode -}}
{{- if hasPrefix "verify-" $postgres.sslmode -}}
{{- $ca := ternary "/etc/firstcome/postgres/ca.crt" "/etc/ssl/certs/ca-certificates.crt" (ne $postgres.caSecret.name "") -}}
{{- $address = printf "%s&sslrootcert=%s" $address $ca -}}
{{- end -}}
{{- $address -}}
{{- end -}}

{{/* Arguments that name Kafka. */}}
{{- define "firstcome.kafkaArgs" -}}
- --journal={{ include "firstcome.journal" . }}
{{- range $key, $value := .Values.kafka.properties }}
- {{ printf "--kafka=%s=%s" $key $value | quote }}
{{- end }}
{{- if .Values.kafka.propertiesSecret.name }}
- --kafka-config=/etc/firstcome/kafka/kafka.properties
{{- end }}
{{- end -}}

{{/* libpq reads no password file that its group may read, and files of a Secret are always readable for the group of a pod. */}}
{{- define "firstcome.password" -}}
{{- $secret := (index .root.Values.postgres .role).passwordSecret -}}
{{- if $secret.name }}
- name: PGPASSWORD
  valueFrom:
    secretKeyRef:
      name: {{ $secret.name }}
      key: {{ $secret.key }}
{{- end }}
{{- end -}}

{{/* Mounts of Secrets by which servers are reached: nodes and Jobs have them. */}}
{{- define "firstcome.serverMounts" -}}
{{- if .Values.kafka.propertiesSecret.name }}
- name: kafka
  mountPath: /etc/firstcome/kafka
  readOnly: true
{{- end }}
{{- if .Values.postgres.caSecret.name }}
- name: postgres-ca
  mountPath: /etc/firstcome/postgres
  readOnly: true
{{- end }}
{{- with .Values.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "firstcome.serverVolumes" -}}
{{- with .Values.kafka.propertiesSecret }}
{{- if .name }}
- name: kafka
  secret:
    secretName: {{ .name }}
    defaultMode: 0440
    items: [{key: {{ .key }}, path: kafka.properties}]
{{- end }}
{{- end }}
{{- with .Values.postgres.caSecret }}
{{- if .name }}
- name: postgres-ca
  secret:
    secretName: {{ .name }}
    defaultMode: 0440
    items: [{key: {{ .key }}, path: ca.crt}]
{{- end }}
{{- end }}
{{- with .Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "firstcome.containerSecurityContext" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{- define "firstcome.podBasics" -}}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  {{- toYaml .Values.podSecurityContext | nindent 2 }}
{{- end -}}
