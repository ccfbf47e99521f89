//! What stays as it is when a snapshot is made unrecognisable: an allow-list, for whatever is not known to be
//! harmless may be a name.
//!
//! A label's value stays where both are known: the label, and the value as one that label takes in every
//! cluster. So a name that some other exporter puts into `error` is replaced all the same.

/// Values that a label may keep.
enum Known {
    /// Numbers.
    Numbers,
    /// These words.
    Words(&'static [&'static str]),
    /// Anything: the proxy's own build and settings.
    Anything,
}

/// gRPC status codes by name.
const GRPC: &[&str] = &[
    "OK",
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED",
];

/// What Linkerd's proxy counts as the kind of an error, in all its families.
const ERRORS: &[&str] = &[
    "timeout",
    "unclassified",
    "failfast",
    "loadshed",
    "gateway domain invalid",
    "gateway loop",
    "i/o",
    "tls detection timeout",
    "unexpected",
    "identity required",
    "response timeout",
    "FAIL_FAST",
    "LOAD_SHED",
    "REQUEST_TIMEOUT",
    "RESPONSE_HEADERS_TIMEOUT",
    "RESPONSE_STREAM_TIMEOUT",
    "IDLE_TIMEOUT",
    "CANCEL",
    "REFUSED",
    "ENHANCE_YOUR_CALM",
    "RESET",
    "GO_AWAY",
    "IO",
    "UNKNOWN",
    "forbidden",
    "invalid_backend",
    "invalid_policy",
];

const BOOLS: &[&str] = &["true", "false"];

const PROTOCOLS: &[&str] = &[
    "http", "http/1", "http/2", "https", "grpc", "tcp", "tls", "opaq", "detect", "TCP", "UDP",
    "HTTP", "h2", "udp",
];

/// Kinds and API groups of resources.
const KINDS: &[&str] = &[
    "default",
    "server",
    "Service",
    "EgressNetwork",
    "HTTPRoute",
    "GRPCRoute",
    "TCPRoute",
    "TLSRoute",
    "authorizationpolicy",
    "serverauthorization",
    "httproute",
    "grpcroute",
    "ReplicaSet",
    "Deployment",
    "StatefulSet",
    "DaemonSet",
    "Job",
    "CronJob",
    "Pod",
    "Node",
];

const GROUPS: &[&str] = &["core", "policy.linkerd.io", "gateway.networking.k8s.io"];

/// Labels of a family that says what the proxy itself is.
const BUILD: [(&str, &[&str]); 3] = [
    (
        "proxy_build_info",
        &["date", "git_sha", "profile", "vendor", "version"],
    ),
    (
        "rustls_info",
        &[
            "tls_suites",
            "tls_kx_groups",
            "tls_rand",
            "tls_key_provider",
            "tls_fips",
        ],
    ),
    ("istio_build", &["component", "tag"]),
];

fn known(family: &str, label: &str) -> Option<Known> {
    let build = BUILD.iter().find(|(name, _)| *name == family);
    if build.is_some_and(|(_, labels)| labels.contains(&label)) {
        return Some(Known::Anything);
    }
    let words = |words| Some(Known::Words(words));
    match label {
        "le"
        | "quantile"
        | "status"
        | "status_code"
        | "http_status"
        | "response_code"
        | "envoy_response_code"
        | "envoy_response_code_class"
        | "grpc_response_status"
        | "port" => Some(Known::Numbers),
        "grpc_status" => words(GRPC),
        "response_code_class" => words(&["1xx", "2xx", "3xx", "4xx", "5xx"]),
        "error" => words(ERRORS),
        "classification" => words(&["success", "failure"]),
        "direction" => words(&["inbound", "outbound"]),
        "peer" => words(&["src", "dst"]),
        "tls" => words(&["true", "no_identity", "disabled", "opaque"]),
        "no_tls_reason" => words(&[
            "loopback",
            "port_skipped",
            "no_tls_from_remote",
            "disabled",
            "no_authority_in_http_request",
            "not_provided_by_service_discovery",
            "not_provided_by_remote",
            "ingress_without_override",
        ]),
        "result" => words(&[
            "not_http",
            "http/1",
            "http/2",
            "read_timeout",
            "error",
            "ok",
            "not_found",
        ]),
        "protocol"
        | "session_protocol"
        | "request_protocol"
        | "__meta_kubernetes_pod_container_port_protocol" => words(PROTOCOLS),
        "ready" => words(&["true", "false", "error"]),
        "op" => words(&["Add", "Remove", "Reset", "Send", "Recv"]),
        "zone_locality" | "dst_zone_locality" => {
            words(&["Unknown", "Local", "Remote", "unknown", "local", "remote"])
        }
        "endpoint_state" => words(&["ready", "pending"]),
        "ratelimit_scope" => words(&["total", "identity"]),
        "record_type" => words(&["A/AAAA", "SRV"]),
        "client" => words(&["destination", "identity", "policy", "trace_collector"]),
        "skipped" => words(&["no_budget"]),
        "name" if family.starts_with("stack_") => {
            words(&["forward", "endpoint", "balance", "logical"])
        }
        "errno" => words(&[
            "ECONNRESET",
            "ECONNREFUSED",
            "ECONNABORTED",
            "EPIPE",
            "ETIMEDOUT",
            "EHOSTUNREACH",
            "ENETUNREACH",
            "ENOTCONN",
        ]),
        "reporter" => words(&["source", "destination", "waypoint"]),
        "connection_security_policy" => words(&["mutual_tls", "none", "unknown"]),
        "cache" => words(&["hit", "miss"]),
        "__scheme__" | "scheme" => words(&["http", "https"]),
        "__metrics_path__" => words(&["/metrics", "/stats/prometheus"]),
        "__meta_kubernetes_pod_phase" => {
            words(&["Pending", "Running", "Succeeded", "Failed", "Unknown"])
        }
        "__meta_kubernetes_pod_ready" | "__meta_kubernetes_pod_container_init" => words(BOOLS),
        "__meta_kubernetes_pod_controller_kind" => words(KINDS),
        "__meta_kubernetes_pod_container_port_name" => {
            words(&["linkerd-admin", "linkerd-proxy", "http-envoy-prom"])
        }
        _ if label.contains("labelpresent_") || label.contains("annotationpresent_") => {
            words(BOOLS)
        }
        _ if label.ends_with("_port") || label.ends_with("_port_number") => Some(Known::Numbers),
        _ if label.ends_with("_kind") => words(KINDS),
        _ if label.ends_with("_group") => words(GROUPS),
        _ => None,
    }
}

/// Whether `value` of `label` stays, where the sample (if it is one of a body) has the name `family`.
pub(super) fn is_harmless(family: &str, label: &str, value: &str) -> bool {
    if value.is_empty() || (label == "response_flags" && is_flags(value)) {
        return true;
    }
    match known(family, label) {
        Some(Known::Numbers) => is_number(value),
        Some(Known::Words(words)) => {
            words.contains(&value) || (label == "grpc_status" && is_number(value))
        }
        Some(Known::Anything) => true,
        None => false,
    }
}

/// At most as long as a bound with all its digits: what is longer may be an account.
fn is_number(value: &str) -> bool {
    value.len() <= 24 && value.parse::<f64>().is_ok()
}

/// Envoy's: `-`, `UH`, `UF,URX`.
fn is_flags(value: &str) -> bool {
    let flag = |flag: &str| {
        let letters = flag.bytes().all(|byte| byte.is_ascii_uppercase());
        flag == "-" || (letters && (1..=5).contains(&flag.len()))
    };
    value.split(',').all(flag)
}

/// Whether a part of a name stays, wherever it stands: words that are the same in every cluster.
pub(super) fn is_public(part: &str) -> bool {
    const PUBLIC: &[&str] = &[
        // What names of services and identities are made of.
        "svc",
        "cluster",
        "local",
        "pod",
        "serviceaccount",
        "identity",
        "spiffe",
        "ns",
        "sa",
        "localhost",
        // What Kubernetes and the meshes call their own.
        "default",
        "unknown",
        "kube-system",
        "kubernetes",
        "linkerd",
        "linkerd-proxy",
        "linkerd-admin",
        "linkerd-dst",
        "linkerd-dst-headless",
        "linkerd-destination",
        "linkerd-identity",
        "linkerd-identity-headless",
        "linkerd-policy",
        "linkerd-proxy-injector",
        "linkerd-init",
        "proxy",
        "destination",
        "istio-system",
        "istio-proxy",
        "istiod",
        "ztunnel",
        "xds-grpc",
        "PassthroughCluster",
        "InboundPassthroughCluster",
        "BlackHoleCluster",
        "all-unauthenticated",
        "all-authenticated",
        "cluster-unauthenticated",
        "cluster-authenticated",
        // What URLs of proxies and names of files are made of.
        "http",
        "https",
        "tcp",
        "inbound",
        "outbound",
        "metrics",
        "stats",
        "prometheus",
        "prom",
        "txt",
        "gz",
        "zst",
        "tar",
        "tgz",
        "tzst",
        "stdin",
        "GET",
        "HEAD",
        "POST",
        "PUT",
        "PATCH",
        "DELETE",
        "OPTIONS",
    ];
    PUBLIC.contains(&part)
}

/// Whether a word of a reason stays: those of this program's own texts and of the errors it repeats.
pub(super) fn is_plain_word(word: &str) -> bool {
    const PLAIN: &str = "\
        a aborted above absurd accept accepted access address after again all already although among \
        an and annotation another answer answers any archive archives are as ask asked authority bad \
        be bearer been before begin begins behind beyond binary blanks block bodies body body's \
        body-bytes bomb broken but by byte bytes came cannot certificate characters check checksum \
        client close closed come comes compress compressed connect connected connection container \
        contains content converting could count cut damaged data deadline decompressed denied \
        describe diagnostics directory dns does dropped dump dumps early either else empty end ended \
        endpoint ends entire eof error errors every exceeded exist exists expected expired exposition \
        failed failure fetch few file files first follow followed follows for forbidden format found \
        from gateway gave get gib given gnu gone gzip had has have header headers help helps here \
        hidden hold holds host html http https identity if in init inside internal interrupted into \
        invalid is it it's its itself json kept key kib label large larger last later left length \
        less lies like limit line lines link linkerd listed login long longer looks lookup lost made \
        make makes manifest many mark match matches max max-body-bytes may maybe means meant member \
        member's memory meshed metric metrics mib middle missing more most must name named names \
        namespace needs nesting network never newer no nobody none not nothing number of off ok on \
        one only open or os other out over packed page part passed path pause peer pending permission \
        permitted pieces place plain please pod pods points port powershell private protobuf proxy \
        public ratio read reading ready reason refused regular relabelled request reset resolve \
        response retries retry root route running same save saved says scrape scraped second seconds \
        see seen send sends sense sent server server's service short shorter shown sidecar sign \
        signature skip skipped slow snapshot snapshot's so socket some something source sources space \
        sparse sparsely stalled started starts status still stopped stored stream succeeded success \
        such sweep sweep's sweeps symbolic system take tar target targets temporary text than that \
        the them then there they this time timed timeout times tls to token told too tool tried tries \
        truncated trusted try twice type unauthorized unavailable unexpected unknown unpack \
        unreachable unread unsupported until upstream url use user utf valid value version was were \
        what whatever when where whether which while who whole whose why will window with within \
        without word words write writes written wrong wrote xml yaml yet your zero zstd";
    let lower = word.to_lowercase();
    PLAIN.split_whitespace().any(|plain| plain == lower)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_label_keeps_known_values_only() {
        for (family, label, value) in [
            ("response_total", "status_code", "200"),
            ("response_total", "grpc_status", "14"),
            (
                "outbound_grpc_route_request_statuses_total",
                "grpc_status",
                "UNAVAILABLE",
            ),
            ("response_total", "error", "i/o"),
            ("x_bucket", "le", "+Inf"),
            ("x", "parent_port", "8080"),
            ("x", "route_kind", "HTTPRoute"),
            ("proxy_build_info", "version", "2.366.0"),
            ("istio_requests_total", "response_flags", "UF,URX"),
            ("stack_create_total", "name", "balance"),
        ] {
            assert!(is_harmless(family, label, value), "{label}={value}");
        }
        for (family, label, value) in [
            ("response_total", "error", "dial tcp 10.0.0.1:80"),
            ("response_total", "status_code", "web"),
            ("app_info", "version", "2.366.0"),
            ("app_things", "name", "balance"),
            ("x", "account", "12"),
            ("x", "port", "1234567890123456789012345"),
            ("x", "dst_pod", "web-0"),
        ] {
            assert!(!is_harmless(family, label, value), "{label}={value}");
        }
    }
}
