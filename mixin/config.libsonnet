{
  _config+:: {
    // Matchers that select the exporter's series, in rules and dashboards: 'job="huaweicloud", env="prod"'.
    selector: '',

    // The label by which clusters are told apart, and whether the dashboards let one choose among them.
    clusterLabel: 'cluster',
    showMultiCluster: false,

    // Each is in its alert; mixin/README.md explains them.
    thresholds: (import '../deploy/prometheus/template.json').thresholds,

    // Severities by alert, and by the severity that alerts have here: {critical: 'page', HuaweiCloudMirrorLate: 'info'}.
    severities: {},

    // Alerts that are left out.
    disabled: [],

    // What every alert is labelled with besides.
    alertLabels: {},

    // Where the runbooks are: %s stands for the alert's name in lower case.
    runbookURLPattern: (import '../deploy/prometheus/template.json').runbooks + '#%s',

    // Grafana's address, for links from alerts to the page and the project that they are about. Without, they lead to
    // the released dashboard's file.
    grafanaURL: '',

    dashboardTags: ['huaweicloud-artifact-exporter', 'huaweicloud'],
    dashboardRefresh: '1m',
  },
}
