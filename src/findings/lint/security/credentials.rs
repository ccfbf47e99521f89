//! `security/credentials`: secrets in clear text. No message, evidence or note holds one: only the key is shown.

use serde_json::json;

use super::super::Linted;
use super::super::secrets;
use super::super::seek;
use super::super::workload;
use crate::collector::yaml::Entry;
use crate::collector::yaml::Kind;
use crate::collector::yaml::Node;
use crate::findings::Finding;
use crate::findings::Severity;

pub(super) fn inspect(linted: &Linted<'_>, findings: &mut Vec<Finding>) {
    seek::each_entry(linted.written, &mut Vec::new(), &mut |above, entry| {
        // Actions of processors have a key and a value too, and those are no credentials.
        if above.first() == Some(&"processors") {
            return;
        }
        if is_clear(entry) {
            findings.push(in_clear(linted, &path(above, &entry.key), entry));
        }
        for (name, value) in pairs(&entry.value) {
            findings.push(in_clear(
                linted,
                &path(above, &format!("{}.{name}", entry.key)),
                value,
            ));
        }
    });
    for manifest in workload::manifests(linted) {
        let kind = seek::text(manifest, &["kind"]).unwrap_or("values");
        seek::each_entry(manifest, &mut Vec::new(), &mut |_, entry| {
            if ["env", "extraEnvs"].contains(&entry.key.as_str()) {
                for (name, value) in pairs(&entry.value) {
                    findings.push(in_clear(linted, &format!("env {name} of {kind}"), value));
                }
            }
        });
    }
}

/// `exporters.otlp/x.headers.Authorization`.
fn path(above: &[&str], key: &str) -> String {
    let mut path: Vec<&str> = above.to_vec();
    path.push(key);
    path.join(".")
}

fn is_clear(entry: &Entry) -> bool {
    let of_key = secrets::is_secret_key(&entry.key) || is_inline_htpasswd(entry);
    let clear = |node: &Node| match &node.kind {
        Kind::String(text) | Kind::Int(_, text) | Kind::Float(_, text) => {
            (of_key && secrets::is_clear(text)) || secrets::is_secret_value(text)
        }
        _ => false,
    };
    match &entry.value.kind {
        Kind::List(items) => items.iter().any(clear),
        _ => clear(&entry.value),
    }
}

/// The users of `basicauth`, written out.
fn is_inline_htpasswd(entry: &Entry) -> bool {
    let text = entry.value.scalar().unwrap_or_default();
    entry.key == "inline" && text.lines().any(|line| line.contains(':'))
}

/// Entries `value` of a list whose items have a secret's name beside them.
fn pairs(node: &Node) -> Vec<(&str, &Entry)> {
    let Kind::List(items) = &node.kind else {
        return Vec::new();
    };
    let named = items.iter().filter_map(|item| {
        let name = ["name", "key"]
            .iter()
            .find_map(|key| seek::text(item, &[key]))?;
        let value = seek::entry(item, "value")?;
        let text = value.value.scalar()?;
        (secrets::is_secret_key(name) && secrets::is_clear(text)).then_some((name, value))
    });
    named.collect()
}

fn in_clear(linted: &Linted<'_>, path: &str, entry: &Entry) -> Finding {
    Finding::new(
        "security/credentials",
        Severity::High,
        format!(
            "{path} holds a credential in clear text: whoever reads this file, the ConfigMap made of it or a backup of \
             either can use it"
        ),
    )
    .about(seek::part("setting", path))
    .with_evidence([("setting", json!(path))])
    .seen(linted.key(entry, "its value is a secret, and not shown here"))
    .with_remedy(
        "take it from a Secret through the environment (${env:NAME}), and replace the credential: it has been in this \
         file",
    )
}

#[cfg(test)]
mod tests {
    use crate::collector::config::File;
    use crate::collector::config::contents;
    use crate::collector::version;
    use crate::findings::Finding;
    use crate::findings::lint::Exposed;
    use crate::findings::lint::Knowledge;
    use crate::findings::lint::Subject;
    use crate::findings::lint::judge;
    use crate::findings::lint::masked;

    const CONFIG: &str = "\
receivers:
  prometheus:
    config:
      scrape_configs:
        - job_name: kubelet
          basic_auth: {username: reader, password: hunter2-a}
          static_configs:
            - targets: ['kubelet:10250']
        - job_name: other
          authorization:
            credentials: 'hunter2-b'
          params:
            token: [hunter2-c]
          static_configs:
            - targets: ['other:80']
exporters:
  otlphttp:
    endpoint: https://writer:hunter2-d@store.example.com/otlp
    headers:
      \"X-Api-Key\": hunter2-e
      Authorization: Bearer hunter2-f
      X-Scope-OrgID: shop
  prometheusremotewrite:
    endpoint: https://store.example.com/write?api_key=hunter2-g
    headers:
      authorization: >-
        Basic
        hunter2-h
extensions:
  bearertokenauth:
    token: \"${env:TOKEN:-hunter2-i}\"
  basicauth:
    htpasswd:
      inline: |
        reader:hunter2-j
service:
  extensions: [bearertokenauth, basicauth]
  pipelines:
    metrics:
      receivers: [prometheus]
      exporters: [otlphttp, prometheusremotewrite]
";

    fn found(text: &str) -> Vec<Finding> {
        let file = File {
            name: "otel.yaml",
            text,
        };
        let contents = contents(0, file, false, None, &mut Vec::new()).unwrap();
        let written = contents.found[0].root.clone().unwrap();
        let subject = Subject {
            files: &[file],
            shape: &contents.found[0].shape,
            written: &written,
            documents: &contents.documents,
        };
        let knowledge = Knowledge {
            release: Some(version::NEWEST),
            exposed: Exposed::known(),
            objects: None,
        };
        judge(&subject, &knowledge).findings
    }

    #[test]
    fn every_credential_is_found_and_none_is_shown() {
        let findings = found(CONFIG);
        let mut lines: Vec<u32> = findings
            .iter()
            .filter(|finding| finding.id == "security/credentials")
            .map(|finding| finding.marks.places[0].line)
            .collect();
        lines.sort_unstable();
        assert_eq!(lines, [6, 11, 13, 18, 20, 21, 24, 26, 31, 34]);
        assert!(!format!("{findings:?}").contains("hunter2"));
        let shown = masked(CONFIG);
        assert!(!shown.contains("hunter2"), "{shown}");
        assert_eq!(shown.lines().count(), CONFIG.lines().count());
        assert!(shown.contains("X-Scope-OrgID: shop"));
    }
}
