{{- /* What `credentials.mode` means for a project that says nothing of its own, as JSON. */ -}}
{{- define "huaweicloud-artifact-exporter.credentials" -}}
{{- $mode := .Values.credentials.mode -}}
{{- $oidc := .Values.credentials.oidc -}}
{{- $place := "/var/run/secrets/huaweicloud" -}}
{{- $found := dict -}}
{{- if eq $mode "podIdentity" -}}
{{- $found = dict "pod_identity" dict -}}
{{- else if eq $mode "agency" -}}
{{- $found = dict "metadata" dict -}}
{{- else if eq $mode "keys" -}}
{{- $found = dict "access_key_file" (printf "%s/access_key" $place) "secret_key_file" (printf "%s/secret_key" $place) -}}
{{- else if eq $mode "oidc" -}}
{{- $token := dict "id_token_file" (printf "%s/token" $place) -}}
{{- if and $oidc.providerUrn $oidc.agencyUrn (not $oidc.idpId) -}}
{{- $found = dict "oidc" (merge $token (dict "provider_urn" $oidc.providerUrn "agency_urn" $oidc.agencyUrn)) -}}
{{- else if and $oidc.idpId (not $oidc.providerUrn) (not $oidc.agencyUrn) -}}
{{- $found = dict "oidc" (merge $token (dict "idp_id" $oidc.idpId)) -}}
{{- else -}}
{{- fail "credentials.mode oidc needs credentials.oidc.providerUrn and agencyUrn, or idpId" -}}
{{- end -}}
{{- end -}}
{{- toJson $found -}}
{{- end }}

{{- /* "true" where somebody else makes the configuration. */ -}}
{{- define "huaweicloud-artifact-exporter.existingConfig" -}}
{{- if and .Values.existingConfigMap .Values.existingConfigSecret -}}
{{- fail "existingConfigMap and existingConfigSecret are both set" -}}
{{- end -}}
{{- if or .Values.existingConfigMap .Values.existingConfigSecret -}}
{{- if .Values.config.projects -}}
{{- fail "config.projects is set beside an existing configuration, which would win" -}}
{{- end -}}
true
{{- end -}}
{{- end }}

{{- /* The configuration, as YAML. */ -}}
{{- define "huaweicloud-artifact-exporter.config" -}}
{{- if not .Values.config.projects -}}
{{- fail "config.projects is empty: what is watched has no default. Name each project and its region, or an existingConfigMap" -}}
{{- end -}}
{{- $config := deepCopy .Values.config -}}
{{- $credentials := include "huaweicloud-artifact-exporter.credentials" . | fromJson -}}
{{- if $credentials -}}
{{- range $config.projects -}}
{{- if not (hasKey . "credentials") -}}{{- $_ := set . "credentials" $credentials -}}{{- end -}}
{{- end -}}
{{- end -}}
{{- toYaml $config -}}
{{- end }}

{{- /* "true" where the configuration itself holds a key, a token or a password: then it is a Secret. What ${NAME} stands for
       is not in it. */ -}}
{{- define "huaweicloud-artifact-exporter.configIsSecret" -}}
{{- range .Values.config.projects -}}
{{- $held := list -}}
{{- $credentials := .credentials | default dict -}}
{{- range $key := list "access_key" "secret_key" "security_token" "token" -}}
{{- $held = append $held (get $credentials $key) -}}
{{- end -}}
{{- $held = append $held (get ($credentials.iam_user | default dict) "password") -}}
{{- if regexMatch "@" (.proxy_url | default "") -}}{{- $held = append $held .proxy_url -}}{{- end -}}
{{- range $held -}}
{{- if regexReplaceAll "\\$\\{[^}]*\\}" (toString .) "" | trim -}}true{{- end -}}
{{- end -}}
{{- end -}}
{{- end }}
