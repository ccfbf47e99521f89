//! `scrape/policy`: a policy of Linkerd in the same files that may keep scrapes of its proxies out.

use serde_json::json;

use super::super::Linted;
use super::super::flow;
use super::super::model;
use super::super::model::Model;
use super::super::seek;
use super::super::workload;
use crate::collector::config::Config;
use crate::collector::yaml::Node;
use crate::findings::Finding;
use crate::findings::Severity;

pub(super) fn inspect(linted: &Linted<'_>, config: &Config, findings: &mut Vec<Finding>) {
    let manifests = workload::manifests(linted);
    let servers = manifests.iter().filter(|node| is_of(node, "Server"));
    let closed = servers.filter(|server| {
        let port = seek::text(server, &["spec", "port"]);
        let open = seek::text(server, &["spec", "accessPolicy"]);
        matches!(port, Some("linkerd-admin" | "4191"))
            && !open.is_some_and(|policy| policy.starts_with("all-") || policy == "audit")
    });
    for server in closed {
        let name = seek::text(server, &["metadata", "name"]).unwrap_or("?");
        if manifests.iter().any(|node| lets_in(node, name)) {
            continue;
        }
        let receivers = flow::scrapes(config);
        let mut jobs = receivers.iter().flat_map(|receiver| &receiver.jobs);
        let meant = jobs.find(|job| {
            let model = Model::new(job, linted.release());
            !model::pod_discoveries(job).is_empty()
                && model.is_some_and(|model| model.scraped(model::LINKERD_ADMIN, "Running").is_ok())
        });
        let Some(job) = meant else {
            continue;
        };
        let port = seek::at(server, &["spec"]).and_then(|spec| seek::entry(spec, "port"));
        findings.push(
            Finding::new(
                "scrape/policy",
                Severity::Low,
                format!(
                    "Server {name} guards the port that job {} scrapes, and no AuthorizationPolicy in these files lets \
                     anyone in: unless another does, scrapes end with 403 and up is 0",
                    job.name
                ),
            )
            .about(seek::part("server", name))
            .with_evidence([("server", json!(name)), ("job", json!(job.name))])
            .seen(port.and_then(|port| linted.setting(port, "is closed to all by default")))
            .seen(linted.job(job, "scrapes this port"))
            .with_remedy(
                "add an AuthorizationPolicy for this Server that names the Collector's identity (a \
                 MeshTLSAuthentication), or its network where it is not meshed",
            ),
        );
    }
}

fn is_of(node: &Node, kind: &str) -> bool {
    let group = seek::text(node, &["apiVersion"]).unwrap_or_default();
    group.starts_with("policy.linkerd.io/") && seek::text(node, &["kind"]) == Some(kind)
}

/// Whether a policy is for this Server, or for all of its namespace.
fn lets_in(node: &Node, server: &str) -> bool {
    let of_policy = || {
        let kind = seek::text(node, &["spec", "targetRef", "kind"]);
        let name = seek::text(node, &["spec", "targetRef", "name"]);
        kind == Some("Namespace") || name == Some(server)
    };
    // The older kind names servers by themselves or by their labels.
    let of_authorization = || {
        let named = seek::text(node, &["spec", "server", "name"]);
        named == Some(server) || seek::at(node, &["spec", "server", "selector"]).is_some()
    };
    (is_of(node, "AuthorizationPolicy") && of_policy())
        || (is_of(node, "ServerAuthorization") && of_authorization())
}
