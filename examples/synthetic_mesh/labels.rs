//! Label sets in the proxy's order, written without escaping, as the proxy does.

use super::model::{Client, Inbound, Outbound, Place, Protocol};

/// A label set under construction: the text between the braces.
#[derive(Debug, Default)]
pub(crate) struct Labels(String);

impl Labels {
    pub(crate) fn new() -> Self {
        Self(String::with_capacity(1_024))
    }

    pub(crate) fn text(&self) -> &str {
        &self.0
    }

    /// Adds one label.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        if !self.0.is_empty() {
            self.0.push(',');
        }
        self.0.push_str(name);
        self.0.push_str("=\"");
        self.0.push_str(value);
        self.0.push('"');
        self
    }

    pub(crate) fn number(self, name: &str, value: u64) -> Self {
        self.with(name, &value.to_string())
    }

    fn target(self, ip: &str, port: u16) -> Self {
        let port = port.to_string();
        self.with("target_addr", &format!("{ip}:{port}"))
            .with("target_ip", ip)
            .with("target_port", &port)
    }

    /// `group`, `kind`, `namespace`, `name`, `port`, `section_name` of the service an edge goes to.
    fn service(self, prefix: &str, edge: &Outbound) -> Self {
        let label = |part: &str| format!("{prefix}_{part}");
        self.with(&label("group"), "core")
            .with(&label("kind"), "Service")
            .with(&label("namespace"), &edge.to.namespace)
            .with(&label("name"), &edge.service)
            .with(&label("port"), &edge.port.to_string())
            .with(&label("section_name"), "")
    }

    pub(crate) fn parent(self, edge: &Outbound) -> Self {
        self.service("parent", edge)
    }

    pub(crate) fn backend(self, edge: &Outbound) -> Self {
        self.service("backend", edge)
    }

    pub(crate) fn route(self, edge: &Outbound) -> Self {
        let kind = match edge.protocol {
            Protocol::Grpc => "GRPCRoute",
            Protocol::Http1 | Protocol::Opaque | Protocol::Tls => "HTTPRoute",
        };
        match edge.route {
            Some(name) => self
                .with("route_group", "gateway.networking.k8s.io")
                .with("route_kind", kind)
                .with("route_namespace", &edge.to.namespace)
                .with("route_name", name),
            None => self.default_route("http"),
        }
    }

    pub(crate) fn default_route(self, name: &str) -> Self {
        self.with("route_group", "")
            .with("route_kind", "default")
            .with("route_namespace", "")
            .with("route_name", name)
    }

    /// `group`, `kind`, `name`, `port` of an inbound policy; the default one when `server` is `None`.
    pub(crate) fn server(self, prefix: &str, server: Option<&str>, port: u16) -> Self {
        let (group, kind) = server.map_or(("", "default"), |_| ("policy.linkerd.io", "server"));
        self.with(&format!("{prefix}_group"), group)
            .with(&format!("{prefix}_kind"), kind)
            .with(
                &format!("{prefix}_name"),
                server.unwrap_or("all-unauthenticated"),
            )
            .with(&format!("{prefix}_port"), &port.to_string())
    }

    pub(crate) fn inbound_route(self, server: Option<&str>) -> Self {
        let (group, kind) = server.map_or(("", "default"), |_| {
            ("gateway.networking.k8s.io", "GRPCRoute")
        });
        let name = server.map_or_else(|| "default".to_owned(), |server| format!("{server}-route"));
        self.with("route_group", group)
            .with("route_kind", kind)
            .with("route_name", &name)
    }

    pub(crate) fn authorization(self, server: Option<&str>) -> Self {
        let (group, kind) = server.map_or(("", "default"), |_| {
            ("policy.linkerd.io", "authorizationpolicy")
        });
        let name = server.map_or_else(
            || "all-unauthenticated".to_owned(),
            |server| format!("{server}-clients"),
        );
        self.with("authz_group", group)
            .with("authz_kind", kind)
            .with("authz_name", &name)
    }

    /// `target_*` of an inbound edge; the admin server is reached on every address.
    pub(crate) fn inbound_target(self, ip: &str, edge: &Inbound) -> Self {
        let ip = if edge.port == ADMIN_PORT {
            "0.0.0.0"
        } else {
            ip
        };
        self.target(ip, edge.port)
    }

    pub(crate) fn inbound_tls(self, edge: &Inbound) -> Self {
        let skipped = !edge.protocol.is_http() && edge.server.is_some();
        match &edge.client {
            Client::Meshed(identity) => self.with("tls", "true").with("client_id", identity),
            Client::Unmeshed => self.with("tls", "no_identity").with(
                "no_tls_reason",
                if skipped {
                    "port_skipped"
                } else {
                    "no_tls_from_remote"
                },
            ),
        }
    }

    /// The labels of an outbound connection to an endpoint, `dst_*` included.
    pub(crate) fn endpoint(self, from: &Place, edge: &Outbound) -> Self {
        let Outbound {
            to,
            service,
            port,
            target_port,
            ..
        } = edge;
        // As scraped: connections passed through as TLS have no authority.
        let labels = match edge.protocol {
            Protocol::Tls => self,
            Protocol::Http1 | Protocol::Grpc | Protocol::Opaque => {
                let authority = format!("{service}.{}.svc.cluster.local:{port}", to.namespace);
                self.with("authority", &authority)
            }
        };
        let labels = labels.target(&to.ip, *target_port);
        if !edge.meshed {
            return labels
                .with("tls", "no_identity")
                .with("no_tls_reason", "not_provided_by_service_discovery")
                .with("dst_namespace", &to.namespace)
                .with("dst_service", service);
        }
        let labels = labels
            .with("tls", "true")
            .with("server_id", &to.identity())
            .with("dst_control_plane_ns", "linkerd");
        let labels = match &to.template_hash {
            Some(hash) => labels
                .with("dst_deployment", &to.workload)
                .with("dst_namespace", &to.namespace)
                .with("dst_pod", &to.pod)
                .with("dst_pod_template_hash", hash)
                .with("dst_service", service)
                .with("dst_serviceaccount", &to.workload),
            None => labels
                .with("dst_namespace", &to.namespace)
                .with("dst_pod", &to.pod)
                .with("dst_service", service)
                .with("dst_serviceaccount", &to.workload)
                .with("dst_statefulset", &to.workload),
        };
        let locality = if from.zone == to.zone {
            "local"
        } else {
            "remote"
        };
        labels
            .with("dst_zone", to.zone)
            .with("dst_zone_locality", locality)
    }

    /// The labels of the application's side of an outbound connection.
    pub(crate) fn original_destination(self, edge: &Outbound) -> Self {
        self.target(&edge.cluster_ip, edge.port)
            .with("tls", "no_identity")
            .with("no_tls_reason", "loopback")
    }

    pub(crate) fn address(self, ip: &str, port: u16) -> Self {
        self.target(ip, port)
    }
}

/// Where a proxy answers scrapes.
pub(crate) const ADMIN_PORT: u16 = 4191;
