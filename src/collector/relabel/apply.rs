//! What one rule does to one set of labels (`model/relabel/relabel.go`, `relabel`).

use std::fmt::Write as _;

use md5::Digest as _;
use md5::Md5;

use super::Scratch;
use super::case;
use super::labels::Labels;
use super::names::Names;
use super::rule::Action;
use super::rule::Rule;

impl Rule {
    /// Applies the rule; false if it drops the set.
    pub(super) fn apply(&self, labels: &mut Labels, names: Names, scratch: &mut Scratch) -> bool {
        let Scratch {
            value: joined, out, ..
        } = scratch;
        match self.action {
            Action::Keep => return self.regex.is_match(self.joined(labels, joined)),
            Action::Drop => return !self.regex.is_match(self.joined(labels, joined)),
            Action::KeepEqual => return self.equals_target(labels, joined),
            Action::DropEqual => return !self.equals_target(labels, joined),
            Action::Replace => self.replace(labels, names, scratch),
            Action::HashMod => {
                let value = self.joined(labels, joined);
                let number = hash(value) % self.modulus.max(1);
                out.clear();
                // Writing to a string cannot fail.
                let _ = write!(out, "{number}");
                labels.set_str(&self.target_label, out);
            }
            Action::Lowercase => {
                out.clear();
                case::push_lower(self.joined(labels, joined), out);
                labels.set_str(&self.target_label, out);
            }
            Action::Uppercase => {
                out.clear();
                case::push_upper(self.joined(labels, joined), out);
                labels.set_str(&self.target_label, out);
            }
            Action::LabelMap => self.map_names(labels, scratch),
            Action::LabelDrop => labels.retain(|name, _| !self.regex.is_match(name)),
            Action::LabelKeep => labels.retain(|name, _| self.regex.is_match(name)),
        }
        true
    }

    /// The values of the source labels with the separator between them. A single one is not copied.
    pub(super) fn joined<'a>(&self, labels: &'a Labels, buffer: &'a mut String) -> &'a str {
        let value = |name: &str| labels.get(name).map_or("", |value| value.as_str());
        match self.source_labels.as_slice() {
            [] => "",
            [name] => value(name),
            [first, others @ ..] => {
                buffer.clear();
                buffer.push_str(value(first));
                for name in others {
                    buffer.push_str(&self.separator);
                    buffer.push_str(value(name));
                }
                buffer
            }
        }
    }

    fn equals_target(&self, labels: &Labels, buffer: &mut String) -> bool {
        let target = labels.get(&self.target_label);
        target.map_or("", |value| value.as_str()) == self.joined(labels, buffer)
    }

    fn replace(&self, labels: &mut Labels, names: Names, scratch: &mut Scratch) {
        let Scratch {
            value,
            name,
            out,
            captures,
            ..
        } = scratch;
        let value = self.joined(labels, value);
        // Groups are looked for only where a template asks for them.
        let constant = self.target.as_literal().zip(self.value.as_literal());
        let found = match constant {
            Some(_) => self.regex.is_match(value),
            None => self.regex.captures_from(value, 0, captures),
        };
        if !found {
            return;
        }
        name.clear();
        self.target.expand(value, captures, name);
        if !names.is_valid(name) {
            return;
        }
        out.clear();
        self.value.expand(value, captures, out);
        labels.set_str(name, out);
    }

    /// All names are looked at before the first copy is made.
    fn map_names(&self, labels: &mut Labels, scratch: &mut Scratch) {
        let Scratch { out, copies, .. } = scratch;
        copies.clear();
        for (name, value) in labels.in_order_of_change() {
            if self.regex.is_match(name) {
                out.clear();
                self.regex.replace_all_into(name, &self.value, out);
                copies.push((out.as_str().into(), value.clone()));
            }
        }
        for (name, value) in copies.drain(..) {
            labels.set(name, value);
        }
    }
}

/// The last eight bytes of the MD5 sum, as Prometheus takes them.
fn hash(value: &str) -> u64 {
    let sum = Md5::digest(value.as_bytes());
    sum.iter()
        .skip(8)
        .fold(0, |hash, &byte| hash << 8 | u64::from(byte))
}
