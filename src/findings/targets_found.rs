//! What is wrong with the targets that discovery and relabeling make: `targets/every-node`, `targets/none`,
//! `targets/not-running`, `targets/refused`, `targets/wrong-port`.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use serde_json::json;

use super::Finding;
use super::Marks;
use super::Severity;
use super::Subject;
use super::evidence;
use super::numbers::either;
use super::numbers::grouped;
use super::numbers::plural;
use crate::collector::position::Position;
use crate::collector::targets::JobTargets;
use crate::collector::targets::Mode;
use crate::collector::targets::Origin;
use crate::collector::targets::Reach;
use crate::collector::targets::Targets;

/// Applies every rule about targets.
pub(super) fn inspect(targets: &Targets, findings: &mut Vec<Finding>) {
    for job in &targets.jobs {
        every_node(targets, job, findings);
        none(targets, job, findings);
        not_running(targets, job, findings);
        refused(job, findings);
        over_limit(job, findings);
    }
    wrong_port(targets, findings);
}

/// A finding about a job.
pub(super) fn about(
    id: &'static str,
    severity: Severity,
    job: &str,
    message: String,
    remedy: &str,
) -> Finding {
    Finding {
        id,
        severity,
        subject: Subject {
            target: Some(job.to_owned()),
            ..Subject::default()
        },
        message,
        evidence: evidence([("job", json!(job))]),
        marks: Marks::default(),
        remedy: remedy.to_owned(),
    }
}

fn every_node(targets: &Targets, job: &JobTargets, findings: &mut Vec<Finding>) {
    let is_found = |origins: &[Origin]| origins.iter().any(|origin| !origin.kind.is_empty());
    let count = job
        .targets
        .iter()
        .filter(|target| is_found(&target.origins));
    let count = count.count() as u64;
    let copies = targets.nodes;
    let is_shared = job.reach != Reach::Cluster;
    if targets.setting.mode != Some(Mode::DaemonSet) || is_shared || copies < 2 || count == 0 {
        return;
    }
    let scrapes = count.saturating_mul(copies);
    let message = format!(
        "each of the {} nodes runs a Collector, and each scrapes the {} of job {}: {} where {} would do, with the same labels",
        grouped(copies),
        plural(count, "target"),
        job.name,
        plural(scrapes, "scrape"),
        grouped(count),
    );
    let mut finding = about(
        "targets/every-node",
        Severity::High,
        &job.name,
        message,
        "let each Collector take the pods of its own node: selectors: [{role: pod, field: \
         \"spec.nodeName=${env:K8S_NODE_NAME}\"}], with that variable from the downward API",
    );
    finding.evidence.extend(evidence([
        ("targets", json!(count)),
        ("nodes", json!(copies)),
        ("scrapes", json!(scrapes)),
    ]));
    findings.push(finding);
}

fn none(targets: &Targets, job: &JobTargets, findings: &mut Vec<Finding>) {
    let is_known = job.not_simulated.is_empty() && !job.is_incomplete;
    if !job.targets.is_empty() || !job.refused.is_empty() || !is_known {
        return;
    }
    let mut by_rule: BTreeMap<usize, u64> = BTreeMap::new();
    for dropped in &job.dropped {
        *by_rule.entry(dropped.rule).or_default() += 1;
    }
    let most = by_rule.iter().max_by_key(|(rule, count)| (**count, **rule));
    let message = match most {
        Some((rule, count)) => {
            let example = job.dropped.iter().find(|dropped| dropped.rule == *rule);
            let saw = example.map_or("", |dropped| dropped.value.as_str());
            let place = place(targets, job.rules[*rule].at);
            format!(
                "job {} scrapes nothing: all {} fall out, {} of them at {place} ({}, which saw for example {saw:?})",
                job.name,
                plural(job.discovered, "raw target"),
                grouped(*count),
                job.rules[*rule].action,
            )
        }
        None => format!(
            "job {} scrapes nothing: its discovery finds nothing in what was given",
            job.name
        ),
    };
    let mut finding = about(
        "targets/none",
        Severity::Medium,
        &job.name,
        message,
        "compare the value that the rule saw with its regex, which must match all of it; where discovery finds \
         nothing, look at the namespaces and selectors of the job",
    );
    let pairs = [
        ("raw_targets", json!(job.discovered)),
        ("objects_outside", json!(job.outside.len())),
    ];
    finding.evidence.extend(evidence(pairs));
    findings.push(finding);
}

fn not_running(targets: &Targets, job: &JobTargets, findings: &mut Vec<Finding>) {
    let mut phases: BTreeSet<&str> = BTreeSet::new();
    let mut first = None;
    let mut count: u64 = 0;
    for target in &job.targets {
        let Some(origin) = target.origins.first().filter(|origin| origin.kind == "Pod") else {
            continue;
        };
        let key = (origin.namespace.clone(), origin.name.clone());
        if let Some(phase) = targets.idle_pods.get(&key) {
            phases.insert(phase);
            first.get_or_insert_with(|| origin.object());
            count += 1;
        }
    }
    let Some(first) = first else {
        return;
    };
    let phases: Vec<&str> = phases.into_iter().collect();
    let message = format!(
        "{} of job {} {} of pods that do not run ({}; first: {first}): up is 0 there until the pods are deleted",
        plural(count, "target"),
        job.name,
        either(count, "is", "are"),
        phases.join(", "),
    );
    let mut finding = about(
        "targets/not-running",
        Severity::Low,
        &job.name,
        message,
        "drop them: source_labels: [__meta_kubernetes_pod_phase], action: drop, regex: \
         Pending|Succeeded|Failed|Unknown",
    );
    let pairs = [
        ("targets", json!(count)),
        ("phases", json!(phases)),
        ("first", json!(first)),
    ];
    finding.evidence.extend(evidence(pairs));
    findings.push(finding);
}

fn refused(job: &JobTargets, findings: &mut Vec<Finding>) {
    let mut by_reason: BTreeMap<&str, (u64, String)> = BTreeMap::new();
    for refused in &job.refused {
        let (count, _) = by_reason
            .entry(&refused.reason)
            .or_insert_with(|| (0, refused.origin.object()));
        *count += 1;
    }
    for (reason, (count, first)) in by_reason {
        let message = format!(
            "{} of job {} {} through its rules and cannot be scraped: {reason} (first: {first})",
            plural(count, "raw target"),
            job.name,
            either(count, "gets", "get"),
        );
        let mut finding = about(
            "targets/refused",
            Severity::High,
            &job.name,
            message,
            "mend the rule that sets the address, interval or timeout, or drop these targets before it",
        );
        let pairs = [
            ("raw_targets", json!(count)),
            ("reason", json!(reason)),
            ("first", json!(first)),
        ];
        finding.evidence.extend(evidence(pairs));
        findings.push(finding);
    }
}

fn over_limit(job: &JobTargets, findings: &mut Vec<Finding>) {
    let Some(limit) = job.target_limit.filter(|_| job.is_over_limit()) else {
        return;
    };
    let count = job.targets.len() as u64;
    let message = format!(
        "job {} has {} and a target_limit of {}: every scrape of the job fails",
        job.name,
        plural(count, "target"),
        grouped(limit),
    );
    let mut finding = about(
        "targets/refused",
        Severity::High,
        &job.name,
        message,
        "raise target_limit, or let fewer targets through",
    );
    let pairs = [("targets", json!(count)), ("target_limit", json!(limit))];
    finding.evidence.extend(evidence(pairs));
    findings.push(finding);
}

fn wrong_port(targets: &Targets, findings: &mut Vec<Finding>) {
    let mut by_job: BTreeMap<(usize, &str), Vec<&str>> = BTreeMap::new();
    for sidecar in &targets.sidecars {
        for (job, address) in &sidecar.at_other_ports {
            let key = (*job, sidecar.proxy.container());
            by_job.entry(key).or_default().push(address);
        }
    }
    for ((job, container), addresses) in by_job {
        let name = &targets.jobs[job].name;
        let count = addresses.len() as u64;
        let first = addresses.first().copied().unwrap_or_default();
        let message = format!(
            "{} of job {name} {} a port of {container} that shows no metrics (first: {first}): these scrapes fail",
            plural(count, "target"),
            either(count, "asks", "ask"),
        );
        let mut finding = about(
            "targets/wrong-port",
            Severity::Medium,
            name,
            message,
            "keep only the port with the metrics, by its name: source_labels: \
             [__meta_kubernetes_pod_container_port_name], action: keep, regex: linkerd-admin (istio: \
             http-envoy-prom)",
        );
        let pairs = [("targets", json!(count)), ("first", json!(first))];
        finding.evidence.extend(evidence(pairs));
        findings.push(finding);
    }
}

/// `otel.yaml:33:11`.
pub(super) fn place(targets: &Targets, at: Position) -> String {
    match targets.files.get(at.file as usize).filter(|_| at.line > 0) {
        Some(file) => format!("{file}:{}:{}", at.line, at.column),
        None => "a rule of its own".to_owned(),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::collector::config::Config;
    use crate::collector::config::File;
    use crate::collector::confmap::Sources;
    use crate::collector::targets::Objects;
    use crate::collector::targets::Setting;
    use crate::collector::targets::evaluate;
    use crate::collector::version::DEFAULT;
    use crate::findings::inspect_targets;

    const JOB: &str = "  scrape_interval: 30s\n  kubernetes_sd_configs: [{role: pod}]\n";

    /// Two pods with a proxy on two nodes, and one that has ended.
    const PODS: &str = "kind: List\nitems:
- {kind: Pod, metadata: {name: a, namespace: n}, spec: {nodeName: n1, containers: [{name: linkerd-proxy, ports: [
    {name: linkerd-proxy, containerPort: 4143}, {name: linkerd-admin, containerPort: 4191}]}]}, status: {phase: Running, podIP: 10.0.0.1}}
- {kind: Pod, metadata: {name: b, namespace: n}, spec: {nodeName: n2, containers: [{name: linkerd-proxy, ports: [
    {name: linkerd-admin, containerPort: 4191}]}]}, status: {phase: Running, podIP: 10.0.0.2}}
- {kind: Pod, metadata: {name: c, namespace: n}, spec: {nodeName: n2, containers: [{name: c, ports: [{containerPort: 80}]}]},
   status: {phase: Succeeded, podIP: 10.0.0.3}}
";

    fn targets(jobs: &[(&str, &str)], mode: Option<Mode>) -> Targets {
        let jobs = jobs.iter().map(|(name, rest)| {
            let rest = if rest.contains("kubernetes_sd_configs") {
                (*rest).to_owned()
            } else {
                format!("{JOB}  relabel_configs: {rest}\n")
            };
            format!("- job_name: {name}\n{rest}")
        });
        let text = format!("scrape_configs:\n{}", jobs.collect::<String>());
        let file = File {
            name: "prometheus.yml",
            text: &text,
        };
        let sources = Sources {
            env: &|_| None,
            read_file: None,
        };
        let config = Config::load(&[file], None, sources, DEFAULT).unwrap();
        let mut objects = Objects::default();
        objects.add(PODS, 0).unwrap();
        let setting = Setting {
            mode,
            ..Setting::default()
        };
        let pipelines = vec!["metrics".to_owned()];
        let mut found = evaluate(&config, &pipelines, None, &objects, &setting).unwrap();
        found.files = vec!["prometheus.yml".to_owned()];
        found
    }

    const ONLY_A: &str = "[{source_labels: [__meta_kubernetes_pod_name], action: keep, regex: a}]";

    /// Everything that a rule looks for, at once.
    pub(in crate::findings) fn everything_wrong() -> Targets {
        let jobs = [
            ("first", ONLY_A),
            ("second", ONLY_A),
            ("path", "[{target_label: __address__, replacement: a/b}]"),
            ("nothing", "[{action: drop}]"),
            (
                "ended",
                "[{source_labels: [__meta_kubernetes_pod_name], action: keep, regex: c}]",
            ),
        ];
        targets(&jobs, Some(Mode::DaemonSet))
    }

    fn ids(jobs: &[(&str, &str)], mode: Option<Mode>) -> Vec<&'static str> {
        let findings = inspect_targets(&targets(jobs, mode));
        findings.iter().map(|finding| finding.id).collect()
    }

    const ADMIN: &str = "[{source_labels: [__meta_kubernetes_pod_container_port_name], action: keep, regex: linkerd-admin}]";

    #[test]
    fn every_proxy_once_has_no_finding() {
        assert_eq!(ids(&[("mesh", ADMIN)], None), Vec::<&str>::new());
        assert_eq!(
            ids(&[("mesh", ADMIN)], Some(Mode::Deployment)),
            Vec::<&str>::new()
        );
    }

    #[test]
    fn a_daemon_set_is_told_of_unless_it_keeps_to_its_node() {
        let mode = Some(Mode::DaemonSet);
        assert_eq!(ids(&[("mesh", ADMIN)], mode), ["targets/every-node"]);
        let selector = "  kubernetes_sd_configs: [{role: pod, selectors: [{role: pod, field: spec.nodeName=}]}]\n";
        let own = format!("  scrape_interval: 30s\n{selector}  relabel_configs: {ADMIN}\n");
        assert_eq!(ids(&[("mesh", &own)], mode), Vec::<&str>::new());
        let rule = format!(
            "{}, {{source_labels: [__meta_kubernetes_pod_node_name], action: keep, regex: n1}}]",
            ADMIN.strip_suffix(']').unwrap()
        );
        assert_eq!(ids(&[("mesh", &rule)], mode), Vec::<&str>::new());
    }

    #[test]
    fn a_rule_that_drops_some_proxies_is_named_with_what_it_saw() {
        let findings = inspect_targets(&targets(&[("mesh", ONLY_A)], None));
        let unscraped = findings
            .iter()
            .find(|finding| finding.id == "targets/unscraped")
            .unwrap();
        assert_eq!(unscraped.severity, Severity::High);
        assert_eq!(
            unscraped.message,
            "1 of 2 running proxies is scraped by nobody; first: n/b, dropped by job mesh at prometheus.yml:5:21 \
             (keep, which saw \"b\")"
        );
    }

    #[test]
    fn a_hidden_label_is_worse_than_a_visible_one() {
        let both = |label: &str| {
            format!(
                "[{{source_labels: [__meta_kubernetes_pod_name], action: keep, regex: 'a|b'}}, \
                  {{source_labels: [__meta_kubernetes_pod_ip], target_label: __address__, replacement: '$1:4191'}}, \
                  {{source_labels: [__meta_kubernetes_pod_container_port_name], target_label: {label}}}]"
            )
        };
        for (label, severity) in [("port", Severity::Medium), ("__tmp_port", Severity::High)] {
            let findings = inspect_targets(&targets(&[("mesh", &both(label))], None));
            let [doubled] = &findings[..] else {
                panic!("{findings:?}")
            };
            assert_eq!(
                (doubled.id, doubled.severity),
                ("targets/doubled", severity)
            );
            assert_eq!(doubled.evidence["endpoints"], 1);
            assert_eq!(doubled.evidence["scrapes"], 2);
        }
    }
}
