{{- /* What mixin/mixin.libsonnet does, for the same values: deploy/prometheus/template.py lists the places. */ -}}

{{- /* The places in a text: `text`, `matchers` (as the text needs them quoted), `template`, and the chart's `Values`. */ -}}
{{- define "huaweicloud-artifact-exporter.filled" -}}
{{- $text := .text -}}
{{- $rules := .Values.prometheusRule -}}
{{- range $name, $value := .template.thresholds -}}
{{- $value = get $rules.thresholds $name | default $value -}}
{{- $text = $text | replace (printf "<<%s>>" $name) (toJson $value) -}}
{{- $text = $text | replace (printf "<<%s%%>>" $name) (round (mulf $value 100) 0 | toJson) -}}
{{- range $seconds := list 3600 86400 -}}
{{- $text = $text | replace (printf "<<%s*%v>>" $name $seconds) (mulf $value $seconds | toJson) -}}
{{- end -}}
{{- end -}}
{{- range $level := list "critical" "warning" -}}
{{- $text = $text | replace (printf "<<severity:%s>>" $level) (get $rules.severities $level | default $level) -}}
{{- end -}}
{{- $text = $text | replace "<<selector>>" (empty .matchers | ternary "" (printf "{%s}" .matchers)) -}}
{{- $text = $text | replace "<<selector,>>" (empty .matchers | ternary "" (printf "%s, " .matchers)) -}}
{{- $text = $text | replace "<<matchers>>" .matchers | replace "<<cluster>>" $rules.clusterLabel -}}
{{- $pattern := $rules.runbookURLPattern | default (printf "%s#%%s" .template.runbooks) -}}
{{- $text | replace "<<runbook>>" (printf $pattern .template.runbookField) -}}
{{- end }}

{{- /* The groups of rules, as JSON. */ -}}
{{- define "huaweicloud-artifact-exporter.rules" -}}
{{- $values := .Values.prometheusRule -}}
{{- $template := .Files.Get "files/template.json" | fromJson -}}
{{- $pattern := $values.runbookURLPattern | default (printf "%s#%%s" $template.runbooks) -}}
{{- $known := list "critical" "warning" -}}
{{- $groups := list -}}
{{- range $group := $template.groups -}}
{{- $rules := list -}}
{{- range $rule := $group.rules -}}
{{- $alert := get $rule "alert" -}}
{{- $known = append $known $alert -}}
{{- if not (has $alert $values.disabled) -}}
{{- $fill := dict "template" $template "Values" $.Values "matchers" $values.selector -}}
{{- $_ := set $rule "expr" (include "huaweicloud-artifact-exporter.filled" (set $fill "text" $rule.expr)) -}}
{{- if $alert -}}
{{- $level := $rule.labels.severity -}}
{{- $severity := get $values.severities $alert | default (get $values.severities $level) | default $level -}}
{{- $_ := set $rule "labels" (merge (dict "severity" $severity) $values.alertLabels $rule.labels) -}}
{{- $place := $rule.annotations.dashboard_url | trimSuffix ">>" | splitList ":" -}}
{{- range $name, $text := $rule.annotations -}}
{{- $_ := set $rule.annotations $name (include "huaweicloud-artifact-exporter.filled" (set $fill "text" $text)) -}}
{{- end -}}
{{- $_ := set $rule.annotations "runbook_url" (printf $pattern (lower $alert)) -}}
{{- $link := printf "%s/%s.json" $template.dashboards (index $place 1) -}}
{{- if $values.grafanaURL -}}
{{- $link = printf "%s/d/%s?" $values.grafanaURL (index $place 2) -}}
{{- range $variable, $label := dict "cluster" $values.clusterLabel "project" "project" -}}
{{- $link = printf "%s{{ with $labels.%s }}&var-%s={{ . | urlquery }}{{ end }}" $link $label $variable -}}
{{- end -}}
{{- end -}}
{{- $_ := set $rule.annotations "dashboard_url" $link -}}
{{- end -}}
{{- $rules = append $rules $rule -}}
{{- end -}}
{{- end -}}
{{- $groups = append $groups (dict "name" $group.name "rules" $rules) -}}
{{- end -}}
{{- range $name := concat $values.disabled (keys $values.severities) -}}
{{- if not (has $name $known) -}}{{- fail (printf "prometheusRule: there is no alert or severity %s" $name) -}}{{- end -}}
{{- end -}}
{{- range $name, $_ := $values.thresholds -}}
{{- if not (hasKey $template.thresholds $name) -}}{{- fail (printf "prometheusRule: there is no threshold %s" $name) -}}{{- end -}}
{{- end -}}
{{- toJson $groups -}}
{{- end }}

{{- /* The text of a dashboard: `path`, and the chart as `root`. */ -}}
{{- define "huaweicloud-artifact-exporter.dashboard" -}}
{{- $template := .root.Files.Get "files/template.json" | fromJson -}}
{{- $text := .root.Files.Get .path -}}
{{- range $pair := $template.dashboardPlaces -}}
{{- $text = replace (index $pair 0) (index $pair 1) $text -}}
{{- end -}}
{{- $matchers := .root.Values.prometheusRule.selector | replace "\\" "\\\\" | replace "\"" "\\\"" -}}
{{- $text = include "huaweicloud-artifact-exporter.filled" (dict "text" $text "template" $template "Values" .root.Values "matchers" $matchers) -}}
{{- if .root.Values.dashboards.showMultiCluster -}}
{{- $text = replace "\"hide\": 2" "\"hide\": 0" $text -}}
{{- end -}}
{{- $text -}}
{{- end }}
