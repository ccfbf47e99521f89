//! Pods that labels name: which, and in how many series.
//!
//! A label names a pod where it is called so: `pod`, `pod_name`, or something that ends in `_pod` or `_pod_name`, such
//! as Linkerd's `dst_pod`. The pod's namespace is in the label beside it that ends in `namespace` instead, if there is
//! one.

use std::collections::BTreeMap;

use crate::table::KeyId;
use crate::table::RowId;
use crate::table::Table;

/// A pod as a label names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct NamedPod {
    /// The label.
    pub label: String,
    /// Its namespace, where a label beside it tells.
    pub namespace: Option<String>,
    /// Its name.
    pub pod: String,
}

/// Pods that labels name, each with its series over all targets. A series that names two counts for both.
pub type NamedPods = BTreeMap<NamedPod, u64>;

/// Counts the pods that one worker's targets name.
#[derive(Debug, Default)]
pub struct PodCounter {
    /// What each label name is.
    roles: Vec<Role>,
    /// Series of each label set of the target being read.
    series: Vec<u64>,
    named: NamedPods,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Role {
    /// Names no pod.
    Other,
    /// Names one, and this is the name of the label beside it.
    Pod(Vec<u8>),
}

impl Role {
    fn of(key: &[u8]) -> Self {
        let front = [&b"pod_name"[..], b"pod"]
            .into_iter()
            .find_map(|word| key.strip_suffix(word));
        match front {
            Some(front) if front.is_empty() || front.ends_with(b"_") => {
                Self::Pod([front, b"namespace"].concat())
            }
            _ => Self::Other,
        }
    }
}

impl PodCounter {
    /// Takes one series of the target in the table.
    pub fn series(&mut self, row: RowId) {
        let at = row as usize;
        if self.series.len() <= at {
            self.series.resize(at + 1, 0);
        }
        self.series[at] += 1;
    }

    /// Takes the target in the table, whose series have all been taken.
    pub fn end_target(&mut self, table: &Table) {
        let Self {
            roles,
            series,
            named,
        } = self;
        for key in roles.len()..table.pairs.key_count() {
            roles.push(Role::of(table.pairs.key_name(key as KeyId)));
        }
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        for (row, &series) in series.iter().enumerate().filter(|(_, series)| **series > 0) {
            let pairs = table.body.rows.pairs(row as RowId);
            for &pair in pairs {
                let known = table.pairs.entry(pair);
                let Role::Pod(beside) = &roles[known.key as usize] else {
                    continue;
                };
                if known.empty {
                    continue;
                }
                let namespace = pairs
                    .iter()
                    .map(|&pair| table.pairs.entry(pair))
                    .find(|other| !other.empty && table.pairs.key_name(other.key) == &beside[..]);
                let pod = NamedPod {
                    label: text(table.pairs.key_name(known.key)),
                    namespace: namespace.map(|pair| text(&table.pairs.value(pair.canonical))),
                    pod: text(&table.pairs.value(known.canonical)),
                };
                *named.entry(pod).or_default() += series;
            }
        }
        series.clear();
    }

    /// What was counted.
    pub fn finish(self) -> NamedPods {
        self.named
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_that_name_pods_and_the_namespace_beside_them() {
        let beside = |key: &str| match Role::of(key.as_bytes()) {
            Role::Pod(beside) => Some(String::from_utf8(beside).unwrap()),
            Role::Other => None,
        };
        for (key, namespace) in [
            ("pod", Some("namespace")),
            ("dst_pod", Some("dst_namespace")),
            ("kubernetes_pod_name", Some("kubernetes_namespace")),
            ("pod_name", Some("namespace")),
            ("dst_pod_template_hash", None),
            ("tripod", None),
            ("namespace", None),
        ] {
            assert_eq!(beside(key).as_deref(), namespace, "{key}");
        }
    }
}
