//! The types of components there are, and how releases spell them.

use super::super::version::Version;
use super::components::Role;

/// What is known of a type's spelling in a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spelling {
    /// There is no other.
    Usual,
    /// It is the new spelling of this old one.
    Renamed(&'static str),
    /// This new spelling should be used.
    Deprecated(&'static str),
    /// It is the new spelling of `old`, and the release does not know it yet.
    NotYet {
        /// What the release knows.
        old: &'static str,
        /// The first release that knows it.
        from: u16,
    },
    /// There was one of this type, but no more.
    Gone {
        /// The first release without it.
        until: u16,
        /// What took its place.
        instead: &'static str,
    },
    /// No distribution is known to have it.
    Unknown,
}

/// New spelling, old spelling, and the first release of the new one (`type` and `deprecated_type` in each
/// component's `metadata.yaml`).
const RENAMED: [(Role, &str, &str, u16); 12] = [
    (Role::Exporter, "otlp_grpc", "otlp", 148),
    (Role::Exporter, "otlp_http", "otlphttp", 148),
    (
        Role::Exporter,
        "prometheus_remote_write",
        "prometheusremotewrite",
        154,
    ),
    (Role::Processor, "k8s_attributes", "k8sattributes", 148),
    (Role::Processor, "log_dedup", "logdedup", 150),
    (Role::Processor, "metric_start_time", "metricstarttime", 148),
    (
        Role::Processor,
        "metrics_transform",
        "metricstransform",
        152,
    ),
    (
        Role::Processor,
        "resource_detection",
        "resourcedetection",
        153,
    ),
    (Role::Receiver, "file_log", "filelog", 149),
    (Role::Receiver, "host_metrics", "hostmetrics", 150),
    (Role::Receiver, "k8s_objects", "k8sobjects", 149),
    (Role::Connector, "signal_to_metrics", "signaltometrics", 146),
];

/// Type, the first release without it, and what took its place.
const GONE: [(Role, &str, u16, &str); 1] = [(Role::Exporter, "logging", 111, "debug")];

/// How a release sees a type.
pub(super) fn spelling(role: Role, written: &str, version: Version) -> Spelling {
    for (own, new, old, from) in RENAMED {
        if own == role && new == written {
            return if version.is_from(from) {
                Spelling::Renamed(old)
            } else {
                Spelling::NotYet { old, from }
            };
        }
        if own == role && old == written {
            return if version.is_from(from) {
                Spelling::Deprecated(new)
            } else {
                Spelling::Usual
            };
        }
    }
    for (own, kind, until, instead) in GONE {
        if own == role && kind == written && version.is_from(until) {
            return Spelling::Gone { until, instead };
        }
    }
    if known(role).contains(&written) {
        Spelling::Usual
    } else {
        Spelling::Unknown
    }
}

/// The types of a role, in the spelling of the core and contrib distributions. Old spellings only.
pub(super) fn known(role: Role) -> &'static [&'static str] {
    match role {
        Role::Receiver => RECEIVERS,
        Role::Processor => PROCESSORS,
        Role::Exporter => EXPORTERS,
        Role::Connector => CONNECTORS,
        Role::Extension => EXTENSIONS,
    }
}

const RECEIVERS: &[&str] = &[
    "active_directory_ds",
    "aerospike",
    "apache",
    "apachespark",
    "awscloudwatch",
    "awscontainerinsightreceiver",
    "awsecscontainermetrics",
    "awsfirehose",
    "awss3",
    "awsxray",
    "azureblob",
    "azureeventhub",
    "azuremonitor",
    "bigip",
    "carbon",
    "chrony",
    "cloudflare",
    "cloudfoundry",
    "collectd",
    "couchdb",
    "datadog",
    "docker_stats",
    "elasticsearch",
    "expvar",
    "faro",
    "filelog",
    "filestats",
    "flinkmetrics",
    "fluentforward",
    "github",
    "gitlab",
    "googlecloudmonitoring",
    "googlecloudpubsub",
    "googlecloudspanner",
    "haproxy",
    "hostmetrics",
    "httpcheck",
    "huaweicloudces",
    "iis",
    "influxdb",
    "jaeger",
    "jmx",
    "journald",
    "k8s_cluster",
    "k8s_events",
    "k8slog",
    "k8sobjects",
    "kafka",
    "kafkametrics",
    "kubeletstats",
    "libhoney",
    "loki",
    "memcached",
    "mongodb",
    "mongodbatlas",
    "mysql",
    "namedpipe",
    "netflow",
    "nginx",
    "nop",
    "nsxt",
    "ntp",
    "opencensus",
    "oracledb",
    "osquery",
    "otelarrow",
    "otlp",
    "otlpjsonfile",
    "podman_stats",
    "postgresql",
    "pprof",
    "prometheus",
    "prometheus_simple",
    "prometheusremotewrite",
    "pulsar",
    "purefa",
    "purefb",
    "rabbitmq",
    "receiver_creator",
    "redfish",
    "redis",
    "riak",
    "saphana",
    "signalfx",
    "skywalking",
    "snmp",
    "snowflake",
    "solace",
    "splunk_hec",
    "splunkenterprise",
    "sqlquery",
    "sqlserver",
    "sshcheck",
    "statsd",
    "stef",
    "syslog",
    "systemd",
    "tcpcheck",
    "tcplog",
    "tlscheck",
    "udplog",
    "vcenter",
    "vcr",
    "wavefront",
    "webhookevent",
    "windowseventlog",
    "windowsperfcounters",
    "windowsservice",
    "yanggrpc",
    "zipkin",
    "zookeeper",
];

const PROCESSORS: &[&str] = &[
    "attributes",
    "batch",
    "coralogix",
    "cumulativetodelta",
    "datadog",
    "deltatocumulative",
    "deltatorate",
    "dns_lookup",
    "experimental_metricsgeneration",
    "filter",
    "geoip",
    "groupbyattrs",
    "groupbytrace",
    "interval",
    "isolationforest",
    "k8sattributes",
    "logdedup",
    "logstransform",
    "memory_limiter",
    "metricsgeneration",
    "metricstarttime",
    "metricstransform",
    "probabilistic_sampler",
    "redaction",
    "remotetap",
    "resource",
    "resourcedetection",
    "routing",
    "schema",
    "servicegraph",
    "span",
    "spanmetrics",
    "spanpruning",
    "sumologic",
    "tail_sampling",
    "transform",
    "unroll",
];

const EXPORTERS: &[&str] = &[
    "alertmanager",
    "alibabacloud_logservice",
    "awscloudwatchlogs",
    "awsemf",
    "awskinesis",
    "awss3",
    "awsxray",
    "azureblob",
    "azuredataexplorer",
    "azuremonitor",
    "bmchelix",
    "carbon",
    "cassandra",
    "clickhouse",
    "coralogix",
    "datadog",
    "dataset",
    "debug",
    "doris",
    "elasticsearch",
    "faro",
    "file",
    "googlecloud",
    "googlecloudpubsub",
    "googlemanagedprometheus",
    "honeycombmarker",
    "influxdb",
    "instana",
    "kafka",
    "kineticadb",
    "loadbalancing",
    "logging",
    "logicmonitor",
    "logzio",
    "loki",
    "mezmo",
    "nop",
    "opencensus",
    "opensearch",
    "otelarrow",
    "otlp",
    "otlphttp",
    "prometheus",
    "prometheusremotewrite",
    "pulsar",
    "rabbitmq",
    "sapm",
    "sematext",
    "sentry",
    "signalfx",
    "skywalking",
    "splunk_hec",
    "stef",
    "sumologic",
    "syslog",
    "tencentcloud_logservice",
    "tinybird",
    "zipkin",
];

const CONNECTORS: &[&str] = &[
    "count",
    "datadog",
    "exceptions",
    "failover",
    "forward",
    "grafanacloud",
    "metricsaslogs",
    "otlpjson",
    "roundrobin",
    "routing",
    "servicegraph",
    "signaltometrics",
    "slowsql",
    "spanmetrics",
    "sum",
];

const EXTENSIONS: &[&str] = &[
    "ack",
    "asapclient",
    "aws_logs_encoding",
    "awsproxy",
    "azure_auth",
    "azure_encoding",
    "basicauth",
    "bearertokenauth",
    "cgroupruntime",
    "datadog",
    "db_storage",
    "docker_observer",
    "ecs_observer",
    "ecs_task_observer",
    "file_storage",
    "googleclientauth",
    "google_cloud_logentry_encoding",
    "headers_setter",
    "health_check",
    "healthcheckv2",
    "host_observer",
    "http_forwarder",
    "jaeger_encoding",
    "jaegerremotesampling",
    "json_log_encoding",
    "k8s_leader_elector",
    "k8s_observer",
    "kafkatopics_observer",
    "memory_ballast",
    "memory_limiter",
    "oauth2client",
    "oidc",
    "opamp",
    "otlp_encoding",
    "pprof",
    "redis_storage",
    "remotetap",
    "sigv4auth",
    "skywalking_encoding",
    "solarwindsapmsettings",
    "sumologic",
    "text_encoding",
    "zipkin_encoding",
    "zpages",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_spelling_is_known_from_its_release_on() {
        let of = |written, minor| spelling(Role::Processor, written, Version::new(0, minor, 0));
        assert_eq!(
            of("k8s_attributes", 148),
            Spelling::Renamed("k8sattributes")
        );
        let early = Spelling::NotYet {
            old: "k8sattributes",
            from: 148,
        };
        assert_eq!(of("k8s_attributes", 147), early);
        assert_eq!(of("k8sattributes", 147), Spelling::Usual);
        assert_eq!(
            of("k8sattributes", 148),
            Spelling::Deprecated("k8s_attributes")
        );
        assert_eq!(of("linkerd", 148), Spelling::Unknown);
        let logging = |minor| spelling(Role::Exporter, "logging", Version::new(0, minor, 0));
        assert_eq!(logging(110), Spelling::Usual);
        assert_eq!(
            logging(111),
            Spelling::Gone {
                until: 111,
                instead: "debug"
            }
        );
    }
}
