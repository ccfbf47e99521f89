//! Makes a snapshot unrecognisable: names and addresses become keyed pseudonyms, numbers stay.
//!
//! In come bodies and what is known of their targets; out come the same with every value replaced that
//! [`harmless`] does not know. Lines keep their order and number, and so do values: what was equal stays
//! equal, what differed differs. A line that cannot be read becomes a comment, for nobody knows what it holds.

mod body;
mod harmless;
mod key;
mod pseudonym;

use std::collections::BTreeMap;
use std::collections::HashSet;
use std::hash::BuildHasher;
use std::hash::RandomState;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;

pub(super) use body::Halt;
pub(super) use body::Rewriter;
pub use key::Key;
pub use key::KeyFile;
use pseudonym::Pseudonyms;

use crate::source::Failure;
use crate::source::Skip;
use crate::source::Target;
use crate::source::manifest::RedactedLabel;
use crate::source::manifest::Redaction;

/// Headers that say nothing of who answered.
const HARMLESS_HEADERS: [&str; 4] = ["content-type", "content-encoding", "content-length", "date"];

/// Everything that one run makes unrecognisable, with one key.
pub(super) struct Redactor {
    pseudonyms: Pseudonyms,
    /// Hashes of the distinct values that were replaced, by label.
    touched: Mutex<BTreeMap<String, HashSet<u64>>>,
    hasher: RandomState,
    refused_lines: AtomicU64,
    comments: AtomicU64,
}

impl Redactor {
    pub(super) fn new(key: &Key) -> Self {
        Self {
            pseudonyms: Pseudonyms::new(key),
            touched: Mutex::default(),
            hasher: RandomState::new(),
            refused_lines: AtomicU64::new(0),
            comments: AtomicU64::new(0),
        }
    }

    /// What was done so far, for the manifest.
    pub(super) fn record(&self) -> Redaction {
        let touched = self.touched.lock().unwrap_or_else(PoisonError::into_inner);
        let labels = touched.iter().map(|(name, values)| RedactedLabel {
            name: name.clone(),
            values: values.len() as u64,
        });
        Redaction {
            method: "hmac-sha256".to_owned(),
            key_id: self.pseudonyms.key_id(),
            labels: labels.collect(),
            refused_lines: self.refused_lines.load(Ordering::Relaxed),
            comments: self.comments.load(Ordering::Relaxed),
        }
    }

    /// A label's value as it may be shown; `family` is the name of its sample, if it stands in a body.
    fn label(&self, family: &str, name: &str, value: &str) -> String {
        if harmless::is_harmless(family, name, value) {
            return value.to_owned();
        }
        let made = self.pseudonyms.value(value);
        if made != value {
            let hash = self.hasher.hash_one(value);
            let mut touched = self.touched.lock().unwrap_or_else(PoisonError::into_inner);
            match touched.get_mut(name) {
                Some(values) => {
                    values.insert(hash);
                }
                None => {
                    touched.insert(name.to_owned(), HashSet::from([hash]));
                }
            }
        }
        made
    }

    fn text(&self, text: &str) -> String {
        self.pseudonyms.value(text)
    }

    /// A source as typed.
    pub(super) fn source(&self, source: &str) -> String {
        self.text(source)
    }

    /// `deployment/web`: the kind is a word of Kubernetes, the name is not.
    fn workload(&self, workload: &str) -> String {
        match workload.split_once('/') {
            Some((kind, name)) => format!("{kind}/{}", self.text(name)),
            None => self.text(workload),
        }
    }

    pub(super) fn target(&self, target: Target) -> Target {
        let Target {
            name,
            namespace,
            pod,
            container,
            origin,
            address,
            workload,
            labels,
        } = target;
        let text = |text: Option<String>| text.map(|text| self.text(&text));
        let label = |(name, value): (String, String)| {
            let value = self.label("", &name, &value);
            (name, value)
        };
        Target {
            name: self.text(&name),
            namespace: text(namespace),
            pod: text(pod),
            container: text(container),
            origin: self.text(&origin),
            address: text(address),
            workload: workload.map(|workload| self.workload(&workload)),
            labels: labels.into_iter().map(label).collect(),
        }
    }

    pub(super) fn failure(&self, failure: Failure) -> Failure {
        let Failure {
            target,
            origin,
            reason,
        } = failure;
        Failure {
            target: self.text(&target),
            origin: self.text(&origin),
            reason: self.pseudonyms.sentence(&reason),
        }
    }

    pub(super) fn skip(&self, skip: Skip) -> Skip {
        let Skip { origin, reason } = skip;
        Skip {
            origin: self.text(&origin),
            reason: self.pseudonyms.sentence(&reason),
        }
    }

    /// Whether a header of an answer may be kept.
    pub(super) fn keeps_header(name: &str) -> bool {
        HARMLESS_HEADERS.contains(&name)
    }
}
