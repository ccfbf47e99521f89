//! What the catalogue says of a family: its type, its writer, and the shape of its rows.

/// What `# TYPE` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Counter,
    Gauge,
    Histogram,
}

/// Which of the proxy's two writers prints a family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Block {
    /// Prometheus text of the proxy's own.
    Legacy,
    /// The `prometheus-client` registry, in the style of `OpenMetrics`.
    Registry,
}

/// One family.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Family {
    /// As after `# TYPE`; counters of the registry lack `_total` there.
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) unit: Option<&'static str>,
    pub(crate) rows: Rows,
    pub(crate) help: &'static str,
}

/// The shape of a family's label sets and where its values come from.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Rows {
    AuthzHttp,
    AuthzTcp(Verdict),
    InboundTcpErrors,
    OutboundHttpErrors,
    OutboundTcpErrors,
    Requests,
    Latency,
    Responses,
    ControlRequests,
    ControlLatency,
    ControlResponses,
    Tcp(Tcp),
    Stack(Stack),
    /// One sample without labels, its value chosen by the family's name.
    Scalar,
    BuildInfo,
    TlsInfo,
    Dns,
    CertRefreshes,
    Balancer(Target, Measure),
    InboundDetectDuration,
    InboundDetectResults,
    TransportHeaders,
    InboundRoute(Proto, Inbound),
    OutboundProtocols,
    OutboundDetectDuration,
    OutboundDetectResults,
    OutboundRoute(Proto, Outbound),
    /// Connections through a TCP or TLS route, opened or closed.
    ConnectionRoute(Target, Tcp),
    TransferCost,
}

/// What inbound policy decided on a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Allow,
    Deny,
    Terminate,
}

/// What `tcp_*` counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tcp {
    Opened,
    Open,
    Read,
    Written,
    Closed,
}

/// What `stack_*` counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stack {
    Create,
    Drop,
    Poll,
    PollMs,
}

/// What a balancer stands in front of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    Identity,
    Destination,
    Policy,
    Http,
    Tcp,
    Tls,
}

/// What a balancer measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Measure {
    Endpoints,
    P2cEndpoints,
    P2cUpdates,
    QueueLength,
    QueueRequests,
    QueueLatency,
    QueueGateOpen,
    QueueGateShut,
    QueueGateOpenTime,
    QueueGateShutTime,
    QueueGateTimeout,
}

/// Which policy a route belongs to: gRPC over an HTTP route is `Http`, and its failures are not seen there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Proto {
    Http,
    Grpc,
}

/// What an inbound route measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Inbound {
    Requests,
    RequestFrame,
    RequestDuration,
    ResponseFrame,
    ResponseDuration,
    Statuses,
}

/// What an outbound route measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outbound {
    RequestDuration,
    RequestFrame,
    BackendRequests,
    BackendResponseDuration,
    BackendResponseFrame,
    BackendResponseStatuses,
    RequestStatuses,
    RetryLimitExceeded,
    RetryOverflow,
    RetryRequests,
    RetrySuccesses,
}
