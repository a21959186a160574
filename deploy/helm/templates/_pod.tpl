{{- /* What the exporter's Pod and the one of the test share. */ -}}
{{- define "huaweicloud-artifact-exporter.pod" -}}
serviceAccountName: {{ include "huaweicloud-artifact-exporter.serviceAccountName" . }}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with concat .Values.global.imagePullSecrets .Values.imagePullSecrets | uniq }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- range $name := list "podSecurityContext" "priorityClassName" "runtimeClassName" "nodeSelector" "tolerations" "affinity" "dnsPolicy" "dnsConfig" "hostAliases" }}
{{- with get $.Values $name }}
{{ $name | replace "podSecurityContext" "securityContext" }}:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
{{- end }}

{{- /* Image, environment and mounts: the same in each container that runs the program. */ -}}
{{- define "huaweicloud-artifact-exporter.container" -}}
image: {{ include "huaweicloud-artifact-exporter.image" . | quote }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
{{- with .Values.extraEnvFrom }}
envFrom:
  {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  {{- toYaml .Values.securityContext | nindent 2 }}
volumeMounts:
  - name: huaweicloud-exporter-config
    mountPath: /etc/huaweicloud-artifact-exporter
    readOnly: true
  - name: huaweicloud-exporter-credentials
    mountPath: /var/run/secrets/huaweicloud
    readOnly: true
  {{- if include "huaweicloud-artifact-exporter.web" . }}
  - name: huaweicloud-exporter-web
    mountPath: /etc/huaweicloud-artifact-exporter-web
    readOnly: true
  {{- end }}
  {{- with .Values.extraVolumeMounts }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}

{{- define "huaweicloud-artifact-exporter.volumes" -}}
- name: huaweicloud-exporter-config
  {{- $name := include "huaweicloud-artifact-exporter.name" . }}
  {{- $ours := empty (include "huaweicloud-artifact-exporter.existingConfig" .) }}
  {{- if or .Values.existingConfigSecret (and $ours (include "huaweicloud-artifact-exporter.configIsSecret" .)) }}
  secret:
    secretName: {{ .Values.existingConfigSecret | default $name }}
  {{- else }}
  configMap:
    name: {{ .Values.existingConfigMap | default $name }}
  {{- end }}
- name: huaweicloud-exporter-credentials
  projected:
    defaultMode: 0444
    sources:
      - secret:
          name: {{ .Values.credentials.secretName | quote }}
          {{- if ne .Values.credentials.mode "keys" }}
          optional: true
          {{- end }}
      {{- if eq .Values.credentials.mode "oidc" }}
      - serviceAccountToken:
          audience: {{ .Values.credentials.oidc.audience | quote }}
          expirationSeconds: {{ .Values.credentials.oidc.expirationSeconds }}
          path: token
      {{- end }}
{{- if include "huaweicloud-artifact-exporter.web" . }}
- name: huaweicloud-exporter-web
  projected:
    defaultMode: 0444
    sources:
      - secret:
          name: {{ .Values.web.existingSecret | default (printf "%s-web" $name) }}
      {{- with .Values.web.tlsSecret }}
      - secret:
          name: {{ . }}
      {{- end }}
{{- end }}
{{- with .Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end }}
