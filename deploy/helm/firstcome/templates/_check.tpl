{{/* What a schema cannot say well: messages that name what to do. */}}
{{- define "firstcome.check" -}}
{{- $values := .Values -}}
{{- if eq $values.mode "distributed" -}}
{{- if not $values.kafka.bootstrap -}}
{{- fail "kafka.bootstrap is empty: name the brokers, such as --set kafka.bootstrap=kafka.kafka:9092, or set mode=embedded for one node without servers." -}}
{{- end -}}
{{- if not $values.postgres.host -}}
{{- fail "postgres.host is empty: name PostgreSQL's host, such as --set postgres.host=db.example, or set mode=embedded for one node without servers." -}}
{{- end -}}
{{- if not $values.access.keysSecret.name -}}
{{- fail "access.keysSecret.name is empty, and Prometheus and probes reach the admin listener over the network, so it needs keys. Run: firstcome key new --name operator --scopes admin --keys-file keys.toml; kubectl create secret generic firstcome-keys --from-file keys.toml; and set access.keysSecret.name=firstcome-keys." -}}
{{- end -}}
{{- else if not (or $values.access.keysSecret.name $values.access.jwtKeysSecret.name $values.access.allowAnonymous) -}}
{{- fail "No caller can have a credential: set access.keysSecret.name (services), access.jwtKeysSecret.name (users' tokens), or access.allowAnonymous=true if any client may request coupons for any user." -}}
{{- end -}}
{{- if $values.serviceMonitor.enabled -}}
{{- if not $values.access.keysSecret.name -}}
{{- fail "serviceMonitor.enabled needs the admin listener, which is closed without access.keysSecret.name." -}}
{{- end -}}
{{- if not $values.serviceMonitor.keySecret.name -}}
{{- fail "serviceMonitor.keySecret.name is empty: Prometheus needs a key with the scope metrics. Run: firstcome key new --name prometheus --scopes metrics --keys-file keys.toml, and put the key that it prints into a Secret." -}}
{{- end -}}
{{- end -}}
{{- end -}}
