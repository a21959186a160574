{{- /* Names begin with the chart's, since an umbrella chart has those of all its charts in one place. */ -}}

{{- /* The name of what is installed. It holds the chart's name, which the alerts know the job by, and what is cut off a long
       name is not forgotten, so that two releases never get one name. */ -}}
{{- define "huaweicloud-artifact-exporter.name" -}}
{{- $chart := .Values.nameOverride | default .Chart.Name -}}
{{- $room := int (sub 51 (len $chart)) -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride -}}
{{- else if contains $chart .Release.Name -}}
{{- .Release.Name | trunc 52 | trimSuffix "-" -}}
{{- else if le (len .Release.Name) $room -}}
{{- printf "%s-%s" .Release.Name $chart -}}
{{- else -}}
{{- printf "%s-%s-%s" (.Release.Name | trunc (int (sub $room 7)) | trimSuffix "-") (.Release.Name | sha256sum | trunc 6) $chart -}}
{{- end -}}
{{- end }}

{{- define "huaweicloud-artifact-exporter.namespace" -}}
{{- .Values.namespaceOverride | default .Release.Namespace -}}
{{- end }}

{{- define "huaweicloud-artifact-exporter.serviceAccountName" -}}
{{- $own := .Values.serviceAccount.create | ternary (include "huaweicloud-artifact-exporter.name" .) "default" -}}
{{- .Values.serviceAccount.name | default $own -}}
{{- end }}

{{- /* Everything of this release, its test included. */ -}}
{{- define "huaweicloud-artifact-exporter.release" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- /* The Pods that watch. */ -}}
{{- define "huaweicloud-artifact-exporter.selector" -}}
{{ include "huaweicloud-artifact-exporter.release" . }}
app.kubernetes.io/component: exporter
{{- end }}

{{- /* The metadata of an object: `root`, and where they are other than the release's `name`, `namespace`, `labels`, `annotations`. */ -}}
{{- define "huaweicloud-artifact-exporter.metadata" -}}
{{- $labels := include "huaweicloud-artifact-exporter.release" .root | fromYaml -}}
{{- $_ := set $labels "app.kubernetes.io/version" .root.Chart.AppVersion -}}
{{- $_ := set $labels "app.kubernetes.io/managed-by" .root.Release.Service -}}
{{- $_ := set $labels "helm.sh/chart" (printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_") -}}
name: {{ .name | default (include "huaweicloud-artifact-exporter.name" .root) }}
namespace: {{ .namespace | default (include "huaweicloud-artifact-exporter.namespace" .root) }}
labels:
  {{- mergeOverwrite (deepCopy .root.Values.commonLabels) (.labels | default dict) $labels | toYaml | nindent 2 }}
{{- with mergeOverwrite (deepCopy .root.Values.commonAnnotations) (.annotations | default dict) }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- /* `image.registry`, or `global.imageRegistry` for all charts of an umbrella, stands in for the repository's own. */ -}}
{{- define "huaweicloud-artifact-exporter.image" -}}
{{- $repository := .Values.image.repository -}}
{{- with .Values.global.imageRegistry | default .Values.image.registry -}}
{{- $parts := splitList "/" $repository -}}
{{- if and (gt (len $parts) 1) (regexMatch "[.:]|^localhost$" (first $parts)) -}}
{{- $parts = rest $parts -}}
{{- end -}}
{{- $repository = printf "%s/%s" (trimSuffix "/" .) (join "/" $parts) -}}
{{- end -}}
{{- if .Values.image.digest -}}
{{- printf "%s@%s" $repository .Values.image.digest -}}
{{- else -}}
{{- printf "%s:%s" $repository (.Values.image.tag | default .Chart.AppVersion) -}}
{{- end -}}
{{- end }}

{{- /* "true" where the exporter's page is served with TLS. */ -}}
{{- define "huaweicloud-artifact-exporter.tls" -}}
{{- if or .Values.web.tls .Values.web.tlsSecret (hasKey .Values.web.config "tls_server_config") -}}true{{- end -}}
{{- end }}

{{- /* "true" where there is a web configuration. */ -}}
{{- define "huaweicloud-artifact-exporter.web" -}}
{{- if or .Values.web.config .Values.web.existingSecret .Values.web.tlsSecret -}}true{{- end -}}
{{- end }}

{{- /* A probe: `root` and the `probe` of the values. */ -}}
{{- define "huaweicloud-artifact-exporter.probe" -}}
{{- $probe := deepCopy .probe -}}
{{- if and $probe.httpGet (include "huaweicloud-artifact-exporter.tls" .root) (not (get $probe.httpGet "scheme")) -}}
{{- $_ := set $probe.httpGet "scheme" "HTTPS" -}}
{{- end -}}
{{- toYaml $probe -}}
{{- end }}
