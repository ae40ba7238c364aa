{{/* The pods of a role. The argument: dict "root" $ "role" "edge|issuer|embedded". */}}

{{- define "firstcome.hasAdmin" -}}
{{- if .Values.access.keysSecret.name }}yes{{ end -}}
{{- end -}}

{{- define "firstcome.nodeLabels" -}}
{{ include "firstcome.selectorLabels" .root }}
app.kubernetes.io/component: {{ .role }}
{{- end -}}

{{- define "firstcome.serveArgs" -}}
{{- $root := .root -}}
{{- $values := .root.Values -}}
- serve
{{- if eq .role "embedded" }}
- --data=/data/firstcome
{{- else }}
- --role={{ .role }}
{{ include "firstcome.kafkaArgs" $root }}
- --store={{ include "firstcome.store" . }}
- --events={{ $values.kafka.events }}
{{- end }}
{{- if ne .role "issuer" }}
- {{ printf "--listen=%s:8080" $values.listenHost | quote }}
{{- end }}
{{- if include "firstcome.hasAdmin" $root }}
- {{ printf "--admin-listen=%s:8081" $values.listenHost | quote }}
- --keys-file=/etc/firstcome/keys/keys.toml
{{- end }}
{{- if ne .role "issuer" }}
{{- with $values.access }}
{{- if .jwtKeysSecret.name }}
- --jwt-keys=/etc/firstcome/jwt/jwks.json
{{- with .jwtIssuer }}
- --jwt-issuer={{ . }}
{{- end }}
{{- with .jwtAudience }}
- --jwt-audience={{ . }}
{{- end }}
{{- end }}
{{- if .allowAnonymous }}
- --allow-anonymous
{{- end }}
{{- end }}
{{- end }}
{{- if $values.tls.secretName }}
- --tls-cert=/etc/firstcome/tls/tls.crt
- --tls-key=/etc/firstcome/tls/tls.key
{{- end }}
- --stop-within={{ $values.stopSeconds }}s
- --log-format={{ $values.logFormat }}
{{- range $name, $value := (index $values .role).options }}
{{- if kindIs "bool" $value }}
{{- if $value }}
- --{{ $name }}
{{- end }}
{{- else if kindIs "float64" $value }}
- --{{ $name }}={{ int64 $value }}
{{- else }}
- {{ printf "--%s=%v" $name $value | quote }}
{{- end }}
{{- end }}
{{- end -}}

{{/* On the admin listener users cannot delay a probe. */}}
{{- define "firstcome.probe" -}}
httpGet:
  path: {{ .path }}
  port: {{ ternary "admin" "users" (ne (include "firstcome.hasAdmin" .root) "") }}
  {{- if .root.Values.tls.secretName }}
  scheme: HTTPS
  {{- end }}
{{- end -}}

{{- define "firstcome.nodeMounts" -}}
{{- $values := .root.Values -}}
{{- if eq .role "embedded" }}
- name: data
  mountPath: /data
{{- with $values.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- else }}
{{- include "firstcome.serverMounts" .root }}
{{- end }}
{{- if $values.access.keysSecret.name }}
- name: keys
  mountPath: /etc/firstcome/keys
  readOnly: true
{{- end }}
{{- if and $values.access.jwtKeysSecret.name (ne .role "issuer") }}
- name: jwt
  mountPath: /etc/firstcome/jwt
  readOnly: true
{{- end }}
{{- if $values.tls.secretName }}
- name: tls
  mountPath: /etc/firstcome/tls
  readOnly: true
{{- end }}
{{- end -}}

{{- define "firstcome.nodeVolumes" -}}
{{- $values := .root.Values -}}
{{- if eq .role "embedded" }}
{{- with $values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- else }}
{{- include "firstcome.serverVolumes" .root }}
{{- end }}
{{- with $values.access.keysSecret }}
{{- if .name }}
- name: keys
  secret:
    secretName: {{ .name }}
    defaultMode: 0440
    items: [{key: {{ .key }}, path: keys.toml}]
{{- end }}
{{- end }}
{{- if ne .role "issuer" }}
{{- with $values.access.jwtKeysSecret }}
{{- if .name }}
- name: jwt
  secret:
    secretName: {{ .name }}
    defaultMode: 0440
    items: [{key: {{ .key }}, path: jwks.json}]
{{- end }}
{{- end }}
{{- end }}
{{- with $values.tls.secretName }}
- name: tls
  secret:
    secretName: {{ . }}
    defaultMode: 0440
{{- end }}
{{- end -}}

{{- define "firstcome.nodePod" -}}
{{- $values := .root.Values -}}
{{- $own := index $values .role -}}
metadata:
  labels:
    {{- include "firstcome.nodeLabels" . | nindent 4 }}
    {{- with $own.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- with $own.podAnnotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  serviceAccountName: {{ include "firstcome.fullname" .root }}
  {{- include "firstcome.podBasics" .root | nindent 2 }}
  terminationGracePeriodSeconds: {{ add $values.drainSeconds $values.stopSeconds 5 }}
  {{- with $own.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  containers:
    - name: firstcome
      image: {{ include "firstcome.image" .root }}
      imagePullPolicy: {{ $values.image.pullPolicy }}
      args:
        {{- include "firstcome.serveArgs" . | nindent 8 }}
      env:
        - name: FIRSTCOME_THREADS
          valueFrom:
            resourceFieldRef: {resource: requests.cpu, divisor: "1"}
        {{- if ne .role "embedded" }}
        {{- include "firstcome.password" . | nindent 8 }}
        {{- end }}
        {{- with $values.extraEnv }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      ports:
        {{- if ne .role "issuer" }}
        - {name: users, containerPort: 8080}
        {{- end }}
        {{- if include "firstcome.hasAdmin" .root }}
        - {name: admin, containerPort: 8081}
        {{- end }}
      startupProbe:
        {{- include "firstcome.probe" (merge (dict "path" "/livez") .) | nindent 8 }}
        periodSeconds: 1
        failureThreshold: 300
      livenessProbe:
        {{- include "firstcome.probe" (merge (dict "path" "/livez") .) | nindent 8 }}
        periodSeconds: 10
        timeoutSeconds: 5
        failureThreshold: 6
      readinessProbe:
        {{- include "firstcome.probe" (merge (dict "path" "/readyz") .) | nindent 8 }}
        periodSeconds: 2
        timeoutSeconds: 2
        failureThreshold: 1
      {{- if gt (int $values.drainSeconds) 0 }}
      lifecycle:
        preStop:
          sleep: {seconds: {{ $values.drainSeconds }}}
      {{- end }}
      resources:
        {{- toYaml $own.resources | nindent 8 }}
      securityContext:
        {{- include "firstcome.containerSecurityContext" . | nindent 8 }}
      {{- with include "firstcome.nodeMounts" . | trim }}
      volumeMounts:
        {{- . | nindent 8 }}
      {{- end }}
  {{- with include "firstcome.nodeVolumes" . | trim }}
  volumes:
    {{- . | nindent 4 }}
  {{- end }}
  {{- if ne .role "embedded" }}
  {{- with $values.topologySpread }}
  topologySpreadConstraints:
    {{- range . }}
    - {{ toYaml . | nindent 6 | trim }}
      labelSelector:
        matchLabels:
          {{- include "firstcome.nodeLabels" $ | nindent 10 }}
      matchLabelKeys: [pod-template-hash]
    {{- end }}
  {{- end }}
  {{- end }}
  {{- with $own.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $own.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $own.affinity }}
  affinity:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}
