//! What Envoy's response flags mean, and ztunnel's.
//!
//! Source: Envoy, `%RESPONSE_FLAGS%` among its access log's command operators; ztunnel, `src/proxy/metrics.rs`.

/// One flag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flag {
    /// As in the label: `UH`.
    pub short: &'static str,
    /// As in Envoy's sources: `NoHealthyUpstream`.
    pub long: &'static str,
    /// In words.
    pub meaning: &'static str,
    /// It says that something went wrong, rather than how a call was answered.
    pub is_failure: bool,
}

const fn flag(short: &'static str, long: &'static str, meaning: &'static str) -> Flag {
    Flag {
        short,
        long,
        meaning,
        is_failure: true,
    }
}

const fn harmless(short: &'static str, long: &'static str, meaning: &'static str) -> Flag {
    Flag {
        is_failure: false,
        ..flag(short, long, meaning)
    }
}

/// What stands where there is no flag.
pub const NONE: &str = "-";

/// All that are known.
pub const ALL: &[Flag] = &[
    flag(
        "UH",
        "NoHealthyUpstream",
        "no healthy endpoint to send it to",
    ),
    flag(
        "UF",
        "UpstreamConnectionFailure",
        "the connection to the server failed",
    ),
    flag(
        "UO",
        "UpstreamOverflow",
        "a circuit breaker was open: too many connections or requests at once",
    ),
    flag("NR", "NoRouteFound", "no route or filter chain fits"),
    flag(
        "URX",
        "UpstreamRetryLimitExceeded",
        "the last allowed retry or connection attempt failed",
    ),
    flag(
        "NC",
        "NoClusterFound",
        "the route leads to a cluster that is not there",
    ),
    flag("DT", "DurationTimeout", "the longest allowed time was over"),
    flag(
        "DC",
        "DownstreamConnectionTermination",
        "the client closed the connection",
    ),
    flag(
        "LH",
        "FailedLocalHealthCheck",
        "the proxy's own service failed its health check",
    ),
    flag(
        "UT",
        "UpstreamRequestTimeout",
        "the server took longer than the timeout",
    ),
    flag("LR", "LocalReset", "the proxy reset the stream"),
    flag("UR", "UpstreamRemoteReset", "the server reset the stream"),
    flag(
        "UC",
        "UpstreamConnectionTermination",
        "the server closed the connection",
    ),
    harmless(
        "DI",
        "DelayInjected",
        "delayed on purpose, by fault injection",
    ),
    flag(
        "FI",
        "FaultInjected",
        "broken off on purpose, by fault injection",
    ),
    flag("RL", "RateLimited", "over the rate limit"),
    flag(
        "UAEX",
        "UnauthorizedExternalService",
        "denied by the external authorization service",
    ),
    flag(
        "RLSE",
        "RateLimitServiceError",
        "the rate limit service failed",
    ),
    flag(
        "IH",
        "InvalidEnvoyRequestHeaders",
        "a header that is checked strictly has an invalid value",
    ),
    flag(
        "SI",
        "StreamIdleTimeout",
        "nothing came over the stream for too long",
    ),
    flag(
        "DPE",
        "DownstreamProtocolError",
        "the client's request broke the HTTP protocol",
    ),
    flag(
        "UPE",
        "UpstreamProtocolError",
        "the server's response broke the HTTP protocol",
    ),
    flag(
        "UMSDR",
        "UpstreamMaxStreamDurationReached",
        "the stream to the server was open for the longest allowed time",
    ),
    harmless("RFCF", "ResponseFromCacheFilter", "answered from a cache"),
    flag(
        "NFCF",
        "NoFilterConfigFound",
        "the configuration of a filter did not come in time",
    ),
    flag(
        "OM",
        "OverloadManagerTerminated",
        "the proxy was overloaded",
    ),
    flag("DF", "DnsResolutionFailed", "the name was not resolved"),
    flag(
        "DO",
        "DropOverload",
        "dropped as part of the load, as the control plane asks",
    ),
    flag("DR", "DownstreamRemoteReset", "the client reset the stream"),
    flag(
        "UDO",
        "UnconditionalDropOverload",
        "dropped as all of the load, as the control plane asks",
    ),
    flag(
        "DENY",
        "AuthorizationPolicyDenied",
        "denied by an authorization policy",
    ),
    flag(
        "CONNECT",
        "ConnectionFailure",
        "the connection to the server failed",
    ),
];

/// The flag of that short name.
pub fn find(short: &str) -> Option<&'static Flag> {
    ALL.iter().find(|flag| flag.short == short)
}

/// What one or several flags mean, as the label has them: `UF: the connection to the server failed, URX: …`. One that
/// is not known stands as it is.
pub fn explain(flags: &str) -> String {
    let explained = |short| match find(short) {
        Some(flag) => format!("{short}: {}", flag.meaning),
        None => short.to_owned(),
    };
    let explained: Vec<String> = each(flags).map(explained).collect();
    explained.join(", ")
}

/// Whether one of them says that something went wrong. One that is not known is taken to say so.
pub fn is_failure(flags: &str) -> bool {
    each(flags).any(|short| find(short).is_none_or(|flag| flag.is_failure))
}

fn each(flags: &str) -> impl Iterator<Item = &str> {
    let each = flags.split(',').map(str::trim);
    each.filter(|short| !short.is_empty() && *short != NONE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_flags_are_explained_one_by_one() {
        assert_eq!(
            explain("UF,URX"),
            "UF: the connection to the server failed, URX: the last allowed retry or connection attempt failed"
        );
        assert_eq!(explain("odd,NR"), "odd, NR: no route or filter chain fits");
        assert_eq!(explain("-"), "");
    }

    #[test]
    fn a_delay_is_no_failure_but_what_comes_with_it_may_be() {
        for (flags, expected) in [
            ("-", false),
            ("", false),
            ("DI", false),
            ("DI,UT", true),
            ("RFCF", false),
            ("NEW", true),
        ] {
            assert_eq!(is_failure(flags), expected, "{flags}");
        }
    }

    #[test]
    fn no_flag_is_listed_twice() {
        for (at, flag) in ALL.iter().enumerate() {
            let others = &ALL[at + 1..];
            assert!(others.iter().all(|other| other.short != flag.short));
            assert!(others.iter().all(|other| other.long != flag.long));
        }
    }
}
