//! Who is in the astronomy shop and who calls whom: tables, without behaviour.

use self::Call::{Grpc, GrpcRoute, Http, HttpRoute, Opaque, Tls, Watch};

const SHOP: &str = "otel-demo";
const LINKERD: &str = "linkerd";

/// Workloads by namespace; a `StatefulSet` is marked.
pub(crate) const WORKLOADS: [(&str, &str, bool); 30] = [
    (LINKERD, "linkerd-destination", false),
    (LINKERD, "linkerd-identity", false),
    (LINKERD, "linkerd-proxy-injector", false),
    (SHOP, "accounting", false),
    (SHOP, "ad", false),
    (SHOP, "cart", false),
    (SHOP, "checkout", false),
    (SHOP, "currency", false),
    (SHOP, "email", false),
    (SHOP, "flagd", false),
    (SHOP, "fraud-detection", false),
    (SHOP, "frontend", false),
    (SHOP, "frontend-proxy", false),
    (SHOP, "grafana", false),
    (SHOP, "image-provider", false),
    (SHOP, "jaeger", false),
    (SHOP, "kafka", false),
    (SHOP, "llm", false),
    (SHOP, "load-generator", false),
    (SHOP, "opensearch", true),
    (SHOP, "otel-collector", false),
    (SHOP, "payment", false),
    (SHOP, "postgresql", false),
    (SHOP, "product-catalog", false),
    (SHOP, "product-reviews", false),
    (SHOP, "quote", false),
    (SHOP, "recommendation", false),
    (SHOP, "shipping", false),
    (SHOP, "valkey-cart", false),
    (SHOP, "victoria-metrics", true),
];

/// What passes over an edge. Numbers from 100 up vary with the seed, smaller ones are exact.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Call {
    /// Responses by status.
    Http(&'static [(u16, u64)]),
    /// The same under a named `HTTPRoute` that retries.
    HttpRoute(&'static str, &'static [(u16, u64)]),
    /// Calls by gRPC code, under a plain HTTP policy, as for most services.
    Grpc(&'static [(u8, u64)]),
    /// The same under a named `GRPCRoute`.
    GrpcRoute(&'static str, &'static [(u8, u64)]),
    /// gRPC streams that are all still open: requests without a response.
    Watch(u64),
    Opaque,
    Tls,
}

/// Client, server, service port, container port, traffic.
pub(crate) type Edge = (&'static str, &'static str, u16, u16, Call);

#[rustfmt::skip] // one edge a line, to be read as a table
pub(crate) const EDGES: &[Edge] = &[
    ("load-generator", "frontend-proxy", 8080, 8080, Http(&[(200, 41_310), (308, 112), (404, 9), (500, 37), (503, 4)])),
    ("frontend-proxy", "frontend", 8080, 8080, Http(&[(200, 36_904), (304, 610), (308, 112), (404, 9), (500, 37)])),
    ("frontend-proxy", "image-provider", 8081, 8081, Http(&[(200, 5_120), (304, 240)])),
    ("frontend-proxy", "load-generator", 8089, 8089, Http(&[(200, 310)])),
    ("frontend-proxy", "grafana", 80, 3000, Http(&[(200, 420), (302, 7)])),
    ("frontend-proxy", "jaeger", 16686, 16686, Http(&[(200, 133)])),
    ("frontend-proxy", "flagd", 4000, 4000, Http(&[(200, 58)])),
    ("frontend-proxy", "flagd", 8013, 8013, Http(&[(200, 1_980)])),
    ("frontend-proxy", "otel-collector", 4318, 4318, Http(&[(200, 3_870)])),
    ("frontend", "ad", 8080, 8080, Grpc(&[(0, 3_947), (14, 6)])),
    ("frontend", "cart", 8080, 8080, Grpc(&[(0, 11_420), (9, 3)])),
    ("frontend", "checkout", 8080, 8080, Grpc(&[(0, 1_655), (13, 21)])),
    ("frontend", "currency", 8080, 8080, Grpc(&[(0, 9_312), (1, 4)])),
    ("frontend", "product-catalog", 8080, 8080, Grpc(&[(0, 24_871), (5, 8), (13, 16)])),
    ("frontend", "product-reviews", 3551, 3551, Grpc(&[(0, 2_260), (8, 12)])),
    ("frontend", "recommendation", 8080, 8080, Grpc(&[(0, 4_006), (4, 2)])),
    ("frontend", "shipping", 8080, 8080, Http(&[(200, 2_148)])),
    ("checkout", "cart", 8080, 8080, Grpc(&[(0, 3_334)])),
    ("checkout", "currency", 8080, 8080, Grpc(&[(0, 6_702)])),
    ("checkout", "email", 8080, 8080, Http(&[(200, 1_655), (500, 2)])),
    ("checkout", "payment", 8080, 8080, GrpcRoute("payment-charge", &[(0, 1_655), (2, 14), (3, 5)])),
    ("checkout", "product-catalog", 8080, 8080, Grpc(&[(0, 3_310)])),
    ("checkout", "shipping", 8080, 8080, HttpRoute("shipping-retry", &[(200, 3_309), (503, 4)])),
    ("recommendation", "product-catalog", 8080, 8080, Grpc(&[(0, 4_006), (13, 3)])),
    ("product-reviews", "product-catalog", 8080, 8080, Grpc(&[(0, 1_130), (5, 2)])),
    ("product-reviews", "llm", 8000, 8000, Http(&[(200, 1_118), (429, 12)])),
    ("shipping", "quote", 8080, 8080, Http(&[(200, 3_803)])),
    ("otel-collector", "jaeger", 4317, 4317, Grpc(&[(0, 2_904), (14, 3)])),
    ("otel-collector", "victoria-metrics", 8428, 8428, Http(&[(204, 1_440), (400, 2)])),
    ("otel-collector", "opensearch", 9200, 9200, Http(&[(200, 1_420), (429, 6)])),
    ("otel-collector", "frontend-proxy", 8080, 8080, Http(&[(200, 360)])),
    ("otel-collector", "image-provider", 8081, 8081, Http(&[(200, 360)])),
    ("grafana", "victoria-metrics", 8428, 8428, Http(&[(200, 2_211), (422, 3)])),
    ("grafana", "jaeger", 16686, 16686, Http(&[(200, 140)])),
    ("grafana", "opensearch", 9200, 9200, Http(&[(200, 144)])),
    ("jaeger", "victoria-metrics", 8428, 8428, Http(&[(200, 122)])),
    ("load-generator", "flagd", 8016, 8016, Http(&[(200, 1_210)])),
    ("ad", "flagd", 8013, 8013, Watch(1)),
    ("cart", "flagd", 8013, 8013, Watch(1)),
    ("checkout", "flagd", 8013, 8013, Watch(1)),
    ("email", "flagd", 8013, 8013, Watch(1)),
    ("fraud-detection", "flagd", 8013, 8013, Watch(1)),
    ("llm", "flagd", 8013, 8013, Watch(1)),
    ("payment", "flagd", 8013, 8013, Watch(1)),
    ("product-catalog", "flagd", 8013, 8013, Watch(1)),
    ("product-reviews", "flagd", 8013, 8013, Watch(1)),
    ("recommendation", "flagd", 8013, 8013, Watch(1)),
    ("accounting", "otel-collector", 4318, 4318, Http(&[(200, 722)])),
    ("ad", "otel-collector", 4318, 4318, Http(&[(200, 1_080)])),
    ("cart", "otel-collector", 4317, 4317, Grpc(&[(0, 1_441)])),
    ("checkout", "otel-collector", 4317, 4317, Grpc(&[(0, 1_437), (14, 1)])),
    ("currency", "otel-collector", 4317, 4317, Grpc(&[(0, 1_080)])),
    ("email", "otel-collector", 4318, 4318, Http(&[(200, 720)])),
    ("flagd", "otel-collector", 4317, 4317, Grpc(&[(0, 1_082)])),
    ("fraud-detection", "otel-collector", 4318, 4318, Http(&[(200, 1_078)])),
    ("frontend", "otel-collector", 4317, 4317, Grpc(&[(0, 2_155), (14, 1)])),
    ("frontend-proxy", "otel-collector", 4317, 4317, Grpc(&[(0, 3_612)])),
    ("image-provider", "otel-collector", 4317, 4317, Grpc(&[(0, 719)])),
    ("kafka", "otel-collector", 4318, 4318, Http(&[(200, 361)])),
    ("load-generator", "otel-collector", 4317, 4317, Grpc(&[(0, 1_442)])),
    ("payment", "otel-collector", 4317, 4317, Grpc(&[(0, 1_081)])),
    ("product-catalog", "otel-collector", 4317, 4317, Grpc(&[(0, 1_440), (14, 1)])),
    ("product-reviews", "otel-collector", 4317, 4317, Grpc(&[(0, 1_079)])),
    ("quote", "otel-collector", 4318, 4318, Http(&[(200, 1_083)])),
    ("recommendation", "otel-collector", 4317, 4317, Grpc(&[(0, 1_082)])),
    ("shipping", "otel-collector", 4317, 4317, Grpc(&[(0, 1_085)])),
    ("accounting", "kafka", 9092, 9092, Opaque),
    ("checkout", "kafka", 9092, 9092, Opaque),
    ("fraud-detection", "kafka", 9092, 9092, Opaque),
    ("accounting", "postgresql", 5432, 5432, Opaque),
    ("otel-collector", "kafka", 9092, 9092, Opaque),
    ("otel-collector", "postgresql", 5432, 5432, Opaque),
    ("product-catalog", "postgresql", 5432, 5432, Opaque),
    ("product-reviews", "postgresql", 5432, 5432, Opaque),
    ("cart", "valkey-cart", 6379, 6379, Opaque),
    ("otel-collector", "valkey-cart", 6379, 6379, Opaque),
    ("otel-collector", "kubernetes", 443, 6443, Tls),
];

/// HTTP probes of the kubelet, every ten seconds: workload and port.
pub(crate) const PROBES: &[(&str, u16)] = &[
    ("linkerd-destination", 9996),
    ("linkerd-destination", 9990),
    ("linkerd-identity", 9990),
    ("linkerd-proxy-injector", 9995),
    ("grafana", 3000),
    ("otel-collector", 13133),
];

/// Plain connections from outside the mesh: webhooks called by the API server, TCP probes of the kubelet.
pub(crate) const OUTSIDE: &[(&str, u16)] = &[
    ("kafka", 9092),
    ("valkey-cart", 6379),
    ("linkerd-destination", 8443),
    ("linkerd-destination", 9443),
    ("linkerd-proxy-injector", 8443),
];

/// `Server` policies: workload, port, name.
pub(crate) const SERVERS: &[(&str, u16, &str)] = &[
    ("payment", 8080, "payment-grpc"),
    ("postgresql", 5432, "postgresql"),
];
