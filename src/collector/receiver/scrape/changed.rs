//! Samples whose labels are looked at one by one and perhaps changed.

use super::Body;
use super::Receiver;
use super::Shortfall;
use super::Stored;
use super::fates::Fate;
use super::fates::fate;
use super::fates::is_valid_label;
use super::fates::is_valid_name;
use super::progress::Progress;
use crate::collector::receiver::REFERENCES_FROM;
use crate::collector::receiver::SCOPE_INFO_FROM;
use crate::collector::receiver::SCOPE_LABELS_FROM;
use crate::collector::receiver::families::Kind;
use crate::collector::receiver::intake::Origin;
use crate::collector::receiver::intake::Scope;
use crate::collector::receiver::intake::Scraped;
use crate::collector::receiver::intake::is_attribute;
use crate::collector::receiver::intake::parse_bound;
use crate::collector::receiver::job::Endpoint;
use crate::collector::receiver::job::Job;
use crate::collector::receiver::memory::Set;
use crate::collector::receiver::merge::merge;
use crate::collector::relabel::Labels;
use crate::collector::text::Text;
use crate::table::Entry;
use crate::table::NO_BOUND;
use crate::table::Table;

impl Receiver {
    /// Takes a sample whose labels are looked at and perhaps changed.
    #[expect(
        clippy::too_many_arguments,
        reason = "one sample and everything it meets"
    )]
    pub(super) fn change(
        &mut self,
        entry: Entry,
        line: usize,
        body: Body<'_>,
        job: &Job,
        endpoint: &Endpoint,
        sample: Scraped,
        again: bool,
        progress: &mut Progress,
    ) -> Result<(), String> {
        let Body { table, .. } = body;
        let scraped_name = self.intake.name(entry.combo(), table).clone();
        let mut labels = self.labels_of_row(entry, table);
        labels.set("__name__".into(), scraped_name.clone());
        for (key, value) in self.bounds(entry, table, job) {
            labels.set(key, value);
        }
        let memory = self.memory.is_some();
        let scraped = memory.then(|| (self.as_written(entry, table), pairs(&labels)));
        merge(&mut labels, &endpoint.labels, job.honor_labels);
        if let Fate::Dropped(rule) = fate(job, &mut labels) {
            progress.note_dropped(entry, body);
            if !again {
                *progress
                    .relabeled
                    .dropped
                    .entry((scraped_name, rule))
                    .or_default() += 1;
            }
            return Ok(());
        }
        if labels.iter().next().is_none() {
            progress.note_dropped(entry, body);
            return Ok(());
        }
        let line = line + 1;
        let Some(name) = labels.get("__name__").cloned() else {
            return Err(format!(
                "metric relabeling leaves sample {line}, `{scraped_name}`, without a name"
            ));
        };
        if let Some(odd) = labels.iter().find(|(name, _)| !is_valid_label(name, job)) {
            return Err(format!(
                "sample {line} has a label with the name `{}`, which this release refuses",
                odd.0
            ));
        }
        if !is_valid_name(&name, job) {
            return Err(format!(
                "sample {line} has the name `{name}`, which this release refuses"
            ));
        }
        if let Some(exceeded) = job.limits.exceeded(&labels) {
            return Err(format!("{exceeded} (sample {line}, `{name}`)"));
        }
        let mut known = again;
        if let (Some(memory), Some((written, scraped))) = (&mut self.memory, scraped) {
            let has_references = job.version.is_from(REFERENCES_FROM);
            let limit = job.limits.samples.filter(|_| has_references);
            let is_taken = limit.is_none_or(|limit| progress.appended < limit);
            if sample.time_ms.is_none() && is_taken {
                let labels = pairs(&labels);
                // Known by a reference, which stands for its final labels, or by the hash of those scraped.
                let key = if has_references {
                    labels.clone()
                } else {
                    scraped
                };
                memory.track(key, labels);
            }
            known |= memory.is_known(written);
        }
        progress.append(job, known);
        Self::count_changed(&scraped_name, &name, &labels, job, again, progress);
        for (key, value) in &job.external_labels {
            labels.set(key.clone(), value.clone());
        }
        self.add_changed(&labels, job, endpoint, sample);
        Ok(())
    }

    /// A series as its line names it, which is how the scrape loop knows it again.
    fn as_written(&self, entry: Entry, table: &Table) -> Set {
        let combo = table.combos.all[entry.combo() as usize];
        let bounds = [combo.bounds.le, combo.bounds.quantile];
        let bounds = bounds.iter().filter(|pair| **pair != NO_BOUND);
        let own = table.body.rows.pairs(entry.row()).iter().chain(bounds);
        let name = ("__name__".into(), self.intake.name_of(combo.name).clone());
        std::iter::once(name)
            .chain(own.map(|&pair| self.intake.pair(pair)))
            .collect()
    }

    fn count_changed(
        scraped_name: &Text,
        name: &Text,
        labels: &Labels,
        job: &Job,
        again: bool,
        progress: &mut Progress,
    ) {
        if job.metric_relabel.is_empty() || again {
            return;
        }
        let set = labels
            .iter()
            .map(|(key, value)| (key.clone(), value.clone()));
        if progress.seen.insert((name.clone(), set.collect())) {
            *progress.relabeled.kept.entry(name.clone()).or_default() += 1;
        }
        if scraped_name != name {
            let renamed = (scraped_name.clone(), name.clone());
            *progress.relabeled.renamed.entry(renamed).or_default() += 1;
        }
    }

    /// Puts a sample with its final labels into its metric.
    pub(super) fn add_changed(
        &mut self,
        labels: &Labels,
        job: &Job,
        endpoint: &Endpoint,
        sample: Scraped,
    ) {
        let own = |name: &str| labels.get(name).filter(|value| !value.is_empty());
        if let Some(stored) = &mut self.stored {
            let is_label = |name: &str, value: &str| name != "__name__" && !value.is_empty();
            stored.push(Stored {
                name: own("__name__").cloned().unwrap_or_default(),
                labels: labels
                    .iter()
                    .filter(|(name, value)| is_label(name, value))
                    .map(|(name, value)| (name.clone(), value.clone()))
                    .collect(),
                value_bytes: sample.value_bytes,
            });
            return;
        }
        let identity = |name: &str| own(name).or_else(|| endpoint.label(name)).cloned();
        let name = own("__name__").cloned().unwrap_or_default();
        let mut origin = Origin {
            job: identity("job").unwrap_or_default(),
            instance: identity("instance").unwrap_or_default(),
            scope: Scope::default(),
        };
        let scope_labels = job.version.is_from(SCOPE_LABELS_FROM);
        if name.as_str() == "target_info" || name.as_str() == "otel_scope_info" {
            let is_scope = name.as_str() == "otel_scope_info";
            if !is_scope || !job.version.is_from(SCOPE_INFO_FROM) {
                self.take_info(labels, origin, name, is_scope);
                return;
            }
        }
        for (label, value) in labels.iter() {
            match label.strip_prefix("otel_scope_") {
                Some("name") => origin.scope.name = value.clone(),
                Some("version") => origin.scope.version = value.clone(),
                Some("schema_url") if scope_labels => origin.scope.schema_url = value.clone(),
                Some(rest) if scope_labels => {
                    origin.scope.attributes.push((rest.into(), value.clone()));
                }
                _ => {}
            }
        }
        let group = self.intake.group(&origin);
        let (metric, kind, part) = self.intake.metric_of(group, &name, job);
        let structural = match kind {
            Kind::Histogram => "le",
            Kind::Summary => "quantile",
            Kind::Gauge | Kind::Sum { .. } => "",
        };
        let bound = own(structural).and_then(|text| parse_bound(text));
        let of_scope = |label: &str| scope_labels && label.starts_with("otel_scope_");
        let row = self.intake.own_row(
            labels
                .iter()
                .filter(|(label, value)| {
                    is_attribute(label)
                        && label.as_str() != structural
                        && !value.is_empty()
                        && !of_scope(label)
                })
                .map(|(label, value)| (label.clone(), value.clone()))
                .collect(),
        );
        let brought = sample.part(part, bound);
        if let Err(unplaced) = self.intake.groups[group].points[metric].add(row, brought) {
            self.fall_short(name, unplaced);
        }
    }

    /// Takes a sample that describes its resource or scope.
    fn take_info(&mut self, labels: &Labels, mut origin: Origin, name: Text, is_scope: bool) {
        let mut attributes: Vec<(Text, Text)> = Vec::new();
        for (label, value) in labels.iter() {
            match (&**label, is_scope) {
                ("job" | "instance" | "__name__", _) => {}
                ("otel_scope_name", true) => origin.scope.name = value.clone(),
                ("otel_scope_version", true) => origin.scope.version = value.clone(),
                _ => attributes.push((label.clone(), value.clone())),
            }
        }
        let why = if is_scope {
            Shortfall::ScopeInfo
        } else {
            Shortfall::TargetInfo
        };
        *self.shortfalls.entry((name, why)).or_default() += 1;
        let infos = if is_scope {
            &mut self.scope_info
        } else {
            &mut self.target_info
        };
        infos.push((origin, attributes));
    }
}

fn pairs(labels: &Labels) -> Set {
    let pairs = labels.iter();
    pairs
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}
