// The alerts, recording rules and dashboards of this repository with the values of _config filled in.
(import 'config.libsonnet') + {
  local config = $._config,
  local template = import '../deploy/prometheus/template.json',

  local contains(list, value) = std.length(std.find(value, list)) > 0,
  local number(value) = (if value == std.floor(value) then '%d' else '%g') % value,
  local replaced(text, pairs) = std.foldl(function(so_far, pair) std.strReplace(so_far, pair[0], pair[1]), pairs, text),

  // What nobody knows is a slip of the pen, and would change nothing without a word.
  local alerts = [rule.alert for group in template.groups for rule in group.rules if std.objectHas(rule, 'alert')],
  local levels = std.set([rule.labels.severity for group in template.groups for rule in group.rules if std.objectHas(rule, 'alert')]),
  local known(names, all, what) =
    local unknown = [name for name in names if !contains(all, name)];
    if unknown == [] then true else error '%s: there is no %s' % [what, std.join(', ', unknown)],
  assert known(std.objectFields(config.thresholds), std.objectFields(template.thresholds), 'thresholds'),
  assert known(config.disabled, alerts, 'disabled'),
  assert known(std.objectFields(config.severities), alerts + levels, 'severities'),

  local thresholds = template.thresholds + config.thresholds,
  // In an expression, and in the text of a JSON file.
  local quoted(text) = std.strReplace(std.strReplace(text, '\\', '\\\\'), '"', '\\"'),
  local places(matchers) = [
    ['<<selector>>', if matchers == '' then '' else '{%s}' % matchers],
    ['<<selector,>>', if matchers == '' then '' else matchers + ', '],
    ['<<matchers>>', matchers],
    ['<<cluster>>', config.clusterLabel],
    ['<<runbook>>', config.runbookURLPattern % template.runbookField],
  ] + [
    ['<<severity:%s>>' % level, std.get(config.severities, level, level)]
    for level in levels
  ] + std.flattenArrays([
    [
      ['<<%s>>' % name, number(thresholds[name])],
      ['<<%s%%>>' % name, number(std.floor(100 * thresholds[name] + 0.5))],
      ['<<%s*3600>>' % name, number(3600 * thresholds[name])],
      ['<<%s*86400>>' % name, number(86400 * thresholds[name])],
    ]
    for name in std.objectFields(thresholds)
  ]),

  // Once for all texts: formatting them is what takes time.
  local ofRules = places(config.selector),
  local ofDashboards = template.dashboardPlaces + places(quoted(config.selector)),

  local severity(rule) =
    if std.objectHas(config.severities, rule.alert) then config.severities[rule.alert]
    else if std.objectHas(config.severities, rule.labels.severity) then config.severities[rule.labels.severity]
    else rule.labels.severity,

  // Some alerts have no project; a variable without a value would choose none.
  local chosen(variable, label) = '{{ with $labels.%s }}&var-%s={{ . | urlquery }}{{ end }}' % [label, variable],
  local dashboard(place) =
    local parts = std.split(std.strReplace(place, '>>', ''), ':');
    if config.grafanaURL == '' then '%s/%s.json' % [template.dashboards, parts[1]]
    else '%s/d/%s?%s%s' % [config.grafanaURL, parts[2], chosen('cluster', config.clusterLabel), chosen('project', 'project')],

  local filled(rule) = rule {
    expr: replaced(super.expr, ofRules),
    [if std.objectHas(rule, 'alert') then 'labels']: rule.labels + config.alertLabels + { severity: severity(rule) },
    [if std.objectHas(rule, 'alert') then 'annotations']: {
      [name]: replaced(rule.annotations[name], ofRules)
      for name in std.objectFields(rule.annotations)
    } + {
      runbook_url: config.runbookURLPattern % std.asciiLower(rule.alert),
      dashboard_url: dashboard(rule.annotations.dashboard_url),
    },
  },

  local groups(kind) = {
    groups: [
      group { rules: [filled(rule) for rule in group.rules if !contains(config.disabled, std.get(rule, 'alert', ''))] }
      for group in template.groups
      if std.objectHas(group.rules[0], kind)
    ],
  },

  prometheusRules+:: groups('record'),
  prometheusAlerts+:: groups('alert'),

  local page(text) =
    local board = std.parseJson(replaced(text, ofDashboards));
    board {
      tags: config.dashboardTags,
      refresh: config.dashboardRefresh,
      templating+: {
        list: [
          if variable.name == 'cluster' && config.showMultiCluster then variable { hide: 0 } else variable
          for variable in super.list
        ],
      },
    },

  grafanaDashboards+:: {
    'huaweicloud-overview.json': page(importstr '../dashboards/overview.json'),
    'huaweicloud-replication.json': page(importstr '../dashboards/replication-and-sync.json'),
    'huaweicloud-registries.json': page(importstr '../dashboards/registries-and-artifacts.json'),
    'huaweicloud-organisations.json': page(importstr '../dashboards/organisations.json'),
    'huaweicloud-mirrors.json': page(importstr '../dashboards/mirrors-and-sync.json'),
    'huaweicloud-image-caches.json': page(importstr '../dashboards/image-caches.json'),
    'huaweicloud-exporter.json': page(importstr '../dashboards/exporter.json'),
  },
}
