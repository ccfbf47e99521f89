//! One scrape of one target: labels meet those of the target, relabeling decides, metrics are built.

use foldhash::HashMap;
use foldhash::HashSet;

use super::families::Kind;
use super::intake::Group;
use super::intake::Intake;
use super::intake::Origin;
use super::intake::Scope;
use super::intake::Scraped;
use super::intake::is_attribute;
use super::intake::parse_bound;
use super::job::Endpoint;
use super::job::Job;
use super::memory::Memory;
use super::memory::Set;
use super::merge::merge;
use super::metric::Odd;
use super::metric::Unplaced;
use super::resource::resource;
use super::runs::may_run;
use super::starts::Starts;
use super::synthetic;
use super::synthetic::Report;
use crate::collector::attributes::Attributes;
use crate::collector::pdata::Common;
use crate::collector::pdata::Metric;
use crate::collector::pdata::Metrics;
use crate::collector::pdata::ResourceMetrics;
use crate::collector::pdata::ScopeMetrics;
use crate::collector::relabel::Labels;
use crate::collector::relabel::Outcome;
use crate::collector::text::Text;
use crate::collector::value::Value;
use crate::exposition::RejectKind;
use crate::table::ComboId;
use crate::table::Entry;
use crate::table::NO_BOUND;
use crate::table::Table;
use crate::table::TextId;

/// What was read of a body, and whether a scraper would have taken it.
#[derive(Debug, Clone, Copy)]
pub struct Body<'a> {
    /// Its samples, every line kept.
    pub table: &'a Table,
    /// Bytes of it.
    pub bytes: u64,
    /// Why a scraper refuses it, and how many samples it reads before it does.
    pub refused: Option<(&'a str, u64)>,
    /// Some series stands in it more than once.
    pub has_repeats: bool,
    /// When it was scraped, in nanoseconds since 1970.
    pub time_ns: u64,
}

/// What a scrape became.
#[derive(Debug, Default)]
pub struct Received {
    /// What enters the pipeline.
    pub metrics: Metrics,
    /// The scrape is lost as a whole; only the synthetic series are there.
    pub lost: Option<Lost>,
    /// What metric relabeling made of the samples; `None` where there is none.
    pub relabeled: Option<Relabeled>,
    /// Samples that are in no data point.
    pub shortfalls: Vec<(Text, Shortfall, u64)>,
    /// What the scrape loop says of it.
    pub report: Report,
}

/// A scrape that is lost as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lost {
    /// Why, in words.
    pub reason: String,
}

/// What metric relabeling made of the samples of one scrape.
#[derive(Debug, Default)]
pub struct Relabeled {
    /// Series that are left, by name.
    pub kept: HashMap<Text, u64>,
    /// Series dropped, by name and index of the rule.
    pub dropped: HashMap<(Text, usize), u64>,
    /// Series that got another name: old and new.
    pub renamed: HashMap<(Text, Text), u64>,
}

/// Why samples are in no data point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Shortfall {
    /// A histogram or summary without its `_count`.
    NoCount,
    /// A bucket or quantile without a bound that is a number.
    NoBound,
    /// Samples of one point have different timestamps.
    Timestamps,
    /// A `_created` line: it became the start of its counter.
    Created,
    /// `target_info`: its labels became attributes of the resource.
    TargetInfo,
    /// `otel_scope_info`: its labels became attributes of the scope.
    ScopeInfo,
}

/// Turns scrapes into metrics, one after the other.
#[derive(Debug, Default)]
pub struct Receiver {
    intake: Intake,
    /// What relabeling does with a name, for rules that look at nothing else; by name.
    fates: Vec<Option<Fate>>,
    shortfalls: HashMap<(Text, Shortfall), u64>,
    target_info: Vec<(Origin, Vec<(Text, Text)>)>,
    scope_info: Vec<(Origin, Vec<(Text, Text)>)>,
    /// Where samples go instead of into metrics, if they are to be stored as they are.
    stored: Option<Vec<Stored>>,
    /// What is remembered of each target, where they are scraped again; by its labels and what was discovered.
    memories: Option<HashMap<Set, Memory>>,
    /// That of the target at hand.
    memory: Option<Memory>,
    /// When series began, in releases that work it out.
    starts: Starts,
}

/// One sample as a Prometheus stores it.
#[derive(Debug)]
pub struct Stored {
    /// Its name.
    pub name: Text,
    /// Its other labels, by name; none is empty.
    pub labels: Vec<(Text, Text)>,
    /// Bytes of its value.
    pub value_bytes: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Kept,
    Dropped(usize),
}

/// How much has to be looked at of each sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Route {
    /// Nothing: labels stay as scraped.
    AsScraped,
    /// Its name decides whether it stays; its labels stay as scraped.
    ByName,
    /// Its labels decide whether it stays, and stay as scraped.
    ByLabels,
    /// Its labels change.
    Changed,
}

/// How far the samples of a scrape got.
#[derive(Debug, Default)]
struct Progress {
    report: Report,
    relabeled: Relabeled,
    /// Series counted in `relabeled`, where some come more than once.
    seen: HashSet<(Text, Vec<(Text, Text)>)>,
    /// Samples handed to the receiver, which is what the limit of samples counts.
    appended: u64,
    repeats: HashSet<Entry>,
    /// Of these, what relabeling dropped.
    dropped: HashSet<Entry>,
}

impl Receiver {
    /// From now on, a series that is gone from its target gets the mark that it has ended. This costs memory
    /// for each series.
    pub fn remember(&mut self) {
        self.memories.get_or_insert_default();
    }

    /// Turns one scrape into what enters the pipeline.
    pub fn receive(&mut self, body: Body<'_>, job: &Job, endpoint: &Endpoint) -> Received {
        let Body { table, .. } = body;
        self.intake.begin(table, endpoint, &job.external_labels);
        let target: Set = match &self.memories {
            Some(_) => [&*endpoint.labels, &*endpoint.discovered].concat(),
            None => Set::new(),
        };
        let memories = self.memories.as_mut();
        self.memory = memories.map(|known| known.remove(&target).unwrap_or_default());
        if let Some(memory) = &self.memory {
            memory.recall(&mut self.intake.declarations);
        }
        self.shortfalls.clear();
        self.target_info.clear();
        self.scope_info.clear();
        self.intake.set_first_origin(Self::origin_of(endpoint, job));
        let mut progress = Progress::default();
        progress.report.body_bytes = body.bytes;
        let lost = self.take(body, job, endpoint, &mut progress).err();
        if let Some(memory) = &mut self.memory {
            memory.learn(&mut self.intake.declarations);
        }
        if lost.is_some() {
            self.intake.begin(table, endpoint, &job.external_labels);
            if let Some(memory) = &self.memory {
                memory.recall(&mut self.intake.declarations);
            }
            self.shortfalls.clear();
            self.target_info.clear();
            self.scope_info.clear();
            progress.relabeled = Relabeled::default();
            if let Some(stored) = &mut self.stored {
                stored.clear();
            }
        }
        progress.report.up = lost.is_none();
        if let Some(mut memory) = self.memory.take() {
            self.mark_ended(
                &memory.finish(lost.is_none() && body.bytes > 0),
                job,
                endpoint,
            );
            if let Some(memories) = &mut self.memories {
                memories.insert(target, memory);
            }
        }
        let mut metrics = self.finish(body, job, endpoint, progress.report);
        if self.memories.is_some() && !job.version.is_from(super::NO_STARTS_FROM) {
            self.starts.adjust(&mut metrics);
        }
        let mut shortfalls: Vec<_> = self
            .shortfalls
            .drain()
            .map(|((name, why), samples)| (name, why, samples))
            .collect();
        shortfalls.sort_unstable();
        Received {
            metrics,
            lost,
            relabeled: (!job.metric_relabel.is_empty()).then_some(progress.relabeled),
            shortfalls,
            report: progress.report,
        }
    }

    /// Turns one scrape into what a Prometheus stores of it; there are no metrics then.
    pub fn store(
        &mut self,
        body: Body<'_>,
        job: &Job,
        endpoint: &Endpoint,
    ) -> (Received, Vec<Stored>) {
        self.stored = Some(Vec::new());
        let received = self.receive(body, job, endpoint);
        (received, self.stored.take().unwrap_or_default())
    }

    /// Marks series that are gone (`updateStaleMarkers`).
    fn mark_ended(&mut self, gone: &[Labels], job: &Job, endpoint: &Endpoint) {
        if self.stored.is_some() {
            return;
        }
        let sample = Scraped {
            value: f64::NAN,
            value_bytes: 0,
            time_ms: None,
            ended: true,
        };
        for labels in gone {
            let mut labels = labels.clone();
            for (key, value) in &job.external_labels {
                labels.set(key.clone(), value.clone());
            }
            self.add_changed(&labels, job, endpoint, sample);
        }
    }

    fn origin_of(endpoint: &Endpoint, job: &Job) -> Origin {
        let label = |name: &str| {
            let external = job
                .external_labels
                .iter()
                .find(|(own, _)| own.as_str() == name);
            let external = external.map(|(_, value)| value);
            external
                .filter(|value| !value.is_empty())
                .or_else(|| endpoint.label(name))
                .cloned()
                .unwrap_or_default()
        };
        Origin {
            job: label("job"),
            instance: label("instance"),
            scope: Scope::default(),
        }
    }

    /// Takes the samples in, or says why the scrape is lost.
    fn take(
        &mut self,
        body: Body<'_>,
        job: &Job,
        endpoint: &Endpoint,
        progress: &mut Progress,
    ) -> Result<(), Lost> {
        let Body { table, .. } = body;
        let lost = |reason: String| Lost { reason };
        if let Some(limit) = job.limits.body_bytes
            && body.bytes > limit
        {
            let bytes = body.bytes;
            return Err(lost(format!(
                "body_size_limit exceeded: {bytes} bytes, {limit} are allowed"
            )));
        }
        // A scraper takes the lines in up to the one that it refuses.
        let samples = body
            .refused
            .map_or(usize::MAX, |(_, samples)| samples as usize);
        let route = self.route(table, job, endpoint);
        let keeps_lines = table.body.lines.kept() != crate::table::Keep::Nothing;
        debug_assert!(keeps_lines, "a scrape to simulate keeps its lines");
        let mut by_labels = ByLabels::default();
        let entries = table.body.entries.all();
        let end = samples.min(entries.len());
        let may_run = matches!(route, Route::AsScraped | Route::ByName)
            && !body.has_repeats
            && may_run(&table.body.lines);
        let mut next = 0;
        while next < end {
            let line = next;
            let entry = entries[line];
            if self.intake.has_news(line, table) {
                self.intake.declare_up_to(line, table);
            }
            if may_run {
                let lines = self.take_run(line, end, table, job, route, progress);
                if lines > 0 {
                    next += lines;
                    continue;
                }
            }
            next += 1;
            let again = body.has_repeats && !progress.repeats.insert(entry);
            let lines = &table.body.lines;
            let is_timed = job.honor_timestamps && lines.timestamp(line).is_some();
            if again && !is_timed && job.version.is_from(super::REFERENCES_FROM) {
                progress.report.scraped += 1;
                let is_dropped = progress.dropped.contains(&entry);
                progress.report.post_relabeling += u64::from(!is_dropped);
                continue;
            }
            let sample = Scraped {
                value: lines.value(line),
                value_bytes: lines.value_bytes(line),
                time_ms: lines.timestamp(line).filter(|_| job.honor_timestamps),
                ended: false,
            };
            progress.report.scraped += 1;
            match route {
                Route::AsScraped => self.keep(entry, body, job, sample, again, progress),
                Route::ByName | Route::ByLabels => {
                    let name = table.combos.all[entry.combo() as usize].name;
                    let fate = if route == Route::ByName {
                        self.fate_of_name(name, job)
                    } else {
                        self.fate_of_labels(entry, body, job, endpoint, &mut by_labels)
                    };
                    match fate {
                        Fate::Kept => self.keep(entry, body, job, sample, again, progress),
                        Fate::Dropped(rule) if !again => {
                            progress.note_dropped(entry, body);
                            let name = self.intake.name(entry.combo(), table).clone();
                            *progress.relabeled.dropped.entry((name, rule)).or_default() += 1;
                        }
                        Fate::Dropped(_) => {}
                    }
                }
                Route::Changed => {
                    self.change(entry, line, body, job, endpoint, sample, again, progress)
                        .map_err(lost)?;
                }
            }
        }
        if let Some((reason, _)) = body.refused {
            // Whether a label stands twice is asked of a sample that has been counted (`labels.IsValid`).
            let is_counted = reason.ends_with(RejectKind::DuplicateLabel.message());
            progress.report.scraped += u64::from(is_counted);
            return Err(lost(reason.to_owned()));
        }
        match job.limits.samples {
            Some(limit) if progress.appended > limit => Err(lost(format!(
                "sample_limit exceeded: {} samples, {limit} are allowed",
                progress.appended
            ))),
            _ => Ok(()),
        }
    }

    /// Takes in the data point that begins at `line` if its lines are a run: how many they are.
    fn take_run(
        &mut self,
        line: usize,
        end: usize,
        table: &Table,
        job: &Job,
        route: Route,
        progress: &mut Progress,
    ) -> usize {
        let mut found = self.intake.run_at(line, end, table);
        if found.is_none() && self.learn_run(line, end, table, job, route) {
            found = self.intake.run_at(line, end, table);
        }
        let Some((id, run)) = found else {
            return 0;
        };
        let name = |combo: ComboId| table.combos.all[combo as usize].name;
        let mut names = run.names.iter();
        let is_kept = route == Route::AsScraped
            || names.all(|(combo, _)| self.fate_of_name(name(*combo), job) == Fate::Kept);
        if !is_kept || !self.intake.add_run(id, line, table, job) {
            return 0;
        }
        let lines = run.len();
        progress.append_new(job, lines as u64);
        if !job.metric_relabel.is_empty() {
            for (combo, lines) in &run.names {
                let name = self.intake.name(*combo, table);
                progress.keep(name, *lines);
            }
        }
        lines
    }

    /// Looks for a run among the lines that relabeling leaves; true if it found one.
    fn learn_run(
        &mut self,
        line: usize,
        end: usize,
        table: &Table,
        job: &Job,
        route: Route,
    ) -> bool {
        let entries = &table.body.entries.all()[line..end];
        let is_bucket =
            |entry: &Entry| table.combos.all[entry.combo() as usize].bounds.le != NO_BOUND;
        let Some(first) = entries.first().filter(|first| is_bucket(first)) else {
            return false;
        };
        if !self.intake.wants_run(first.combo()) {
            return false;
        }
        let same_row = entries
            .iter()
            .take_while(|entry| entry.row() == first.row());
        let kept = same_row.take_while(|entry| {
            let name = table.combos.all[entry.combo() as usize].name;
            route == Route::AsScraped || self.fate_of_name(name, job) == Fate::Kept
        });
        let end = line + kept.count();
        self.intake.learn_run(line, end, table, job)
    }

    /// How much has to be looked at of each sample of this target.
    fn route(&self, table: &Table, job: &Job, endpoint: &Endpoint) -> Route {
        let special = |name: &str| {
            !is_attribute(name)
                || name.starts_with("otel_scope_")
                || endpoint.label(name).is_some()
                || job
                    .external_labels
                    .iter()
                    .any(|(own, _)| own.as_str() == name)
        };
        let clashes = (0..table.pairs.key_count() as u32)
            .any(|key| std::str::from_utf8(table.pairs.key_name(key)).is_ok_and(special));
        let info = (0..table.names.len() as u32)
            .any(|name| matches!(table.names.text(name), b"target_info" | b"otel_scope_info"));
        let rules = &job.metric_relabel;
        let odd_names = !job.utf8_names && has_odd_names(table);
        let is_stored = self.stored.is_some();
        if clashes
            || info
            || odd_names
            || is_stored
            || self.memory.is_some()
            || job.limits.look_at_labels()
        {
            Route::Changed
        } else if rules.is_empty() {
            Route::AsScraped
        } else if rules.reads_only_name() {
            Route::ByName
        } else if rules.is_keep_drop_only() {
            Route::ByLabels
        } else {
            Route::Changed
        }
    }

    fn fate_of_name(&mut self, name: TextId, job: &Job) -> Fate {
        if let Some(Some(fate)) = self.fates.get(name as usize) {
            return *fate;
        }
        let fate = match job.metric_relabel.judge_name(self.intake.name_of(name)) {
            Outcome::Kept => Fate::Kept,
            Outcome::Dropped { rule } => Fate::Dropped(rule),
        };
        self.fates
            .resize(self.fates.len().max(name as usize + 1), None);
        self.fates[name as usize] = Some(fate);
        fate
    }

    fn fate_of_labels(
        &mut self,
        entry: Entry,
        body: Body<'_>,
        job: &Job,
        endpoint: &Endpoint,
        by_labels: &mut ByLabels,
    ) -> Fate {
        let ByLabels { row, labels } = by_labels;
        if *row != Some(entry.row()) {
            *row = Some(entry.row());
            *labels = self.labels_of_row(entry, body.table);
            merge(labels, &endpoint.labels, job.honor_labels);
        }
        labels.set(
            "__name__".into(),
            self.intake.name(entry.combo(), body.table).clone(),
        );
        let mut with_bounds = false;
        for (key, value) in self.bounds(entry, body.table, job) {
            with_bounds = true;
            labels.set(key, value);
        }
        let fate = fate(job, labels);
        if with_bounds {
            labels.remove("le");
            labels.remove("quantile");
        }
        fate
    }

    fn labels_of_row(&self, entry: Entry, table: &Table) -> Labels {
        let mut labels = Labels::default();
        for &pair in table.body.rows.pairs(entry.row()) {
            let (key, value) = self.intake.pair(pair);
            labels.set(key, value);
        }
        labels
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

    /// `le` and `quantile` of a sample, as relabeling sees them.
    fn bounds(&self, entry: Entry, table: &Table, job: &Job) -> impl Iterator<Item = (Text, Text)> {
        let bounds = table.combos.all[entry.combo() as usize].bounds;
        let found = [bounds.le, bounds.quantile]
            .map(|pair| (pair != NO_BOUND).then(|| self.intake.bound_text(pair, job.version)));
        found.into_iter().flatten()
    }

    /// Takes a sample whose labels stay as scraped.
    fn keep(
        &mut self,
        entry: Entry,
        body: Body<'_>,
        job: &Job,
        sample: Scraped,
        again: bool,
        progress: &mut Progress,
    ) {
        let Body { table, .. } = body;
        progress.append(job, again);
        if !job.metric_relabel.is_empty() && !again {
            progress.keep(self.intake.name(entry.combo(), table), 1);
        }
        let row = table.body.rows.canonical(entry.row());
        let placed = self
            .intake
            .add_as_scraped(row, entry.combo(), table, job, sample);
        if let Err(unplaced) = placed {
            let name = self.intake.name(entry.combo(), table).clone();
            self.fall_short(name, unplaced);
        }
    }

    fn fall_short(&mut self, name: Text, unplaced: Unplaced) {
        let why = match unplaced {
            Unplaced::Timestamp => Shortfall::Timestamps,
            Unplaced::Bound => Shortfall::NoBound,
        };
        *self.shortfalls.entry((name, why)).or_default() += 1;
    }

    /// Takes a sample whose labels are looked at and perhaps changed.
    #[expect(
        clippy::too_many_arguments,
        reason = "one sample and everything it meets"
    )]
    fn change(
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
            let has_references = job.version.is_from(super::REFERENCES_FROM);
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
    fn add_changed(&mut self, labels: &Labels, job: &Job, endpoint: &Endpoint, sample: Scraped) {
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
        let scope_labels = job.version.is_from(super::SCOPE_LABELS_FROM);
        if name.as_str() == "target_info" || name.as_str() == "otel_scope_info" {
            let is_scope = name.as_str() == "otel_scope_info";
            if !is_scope || !job.version.is_from(super::SCOPE_INFO_FROM) {
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

    /// Adds the synthetic series and makes metrics of everything.
    fn finish(
        &mut self,
        body: Body<'_>,
        job: &Job,
        endpoint: &Endpoint,
        report: Report,
    ) -> Metrics {
        for (name, value) in synthetic::series(report, job) {
            let mut labels = Labels::default();
            labels.set("__name__".into(), name);
            for (key, value) in endpoint.labels.iter().chain(&job.external_labels) {
                labels.set(key.clone(), value.clone());
            }
            let sample = Scraped {
                value,
                value_bytes: value.to_string().len() as u64,
                time_ms: None,
                ended: false,
            };
            self.add_changed(&labels, job, endpoint, sample);
        }
        let mut metrics = Metrics::default();
        let mut origins: Vec<(Text, Text)> = Vec::new();
        let mut groups = std::mem::take(&mut self.intake.groups);
        for group in &mut groups {
            let built = self.build(group, body, job);
            if built.is_empty() {
                continue;
            }
            let identity = (group.origin.job.clone(), group.origin.instance.clone());
            let at = origins.iter().position(|known| *known == identity);
            let at = at.unwrap_or_else(|| {
                metrics.resources.push(ResourceMetrics {
                    attributes: self.resource(&identity, job, endpoint),
                    scopes: Vec::new(),
                });
                origins.push(identity);
                origins.len() - 1
            });
            let scope = self.scope(&group.origin, job, built);
            metrics.resources[at].scopes.push(scope);
        }
        self.intake.groups = groups;
        metrics
    }

    fn resource(&self, identity: &(Text, Text), job: &Job, endpoint: &Endpoint) -> Attributes {
        let (name, instance) = identity;
        let discovered = |label: &str| {
            let mut pairs = endpoint.discovered.iter();
            pairs
                .find(|(name, _)| name.as_str() == label)
                .map(|(_, value)| value.to_string())
        };
        let mut attributes = resource(name, instance, &discovered, job.version);
        for (origin, labels) in &self.target_info {
            if (&origin.job, &origin.instance) == (name, instance) {
                for (label, value) in labels {
                    attributes.insert(label.clone(), value.clone());
                }
            }
        }
        attributes
    }

    fn scope(&self, origin: &Origin, job: &Job, metrics: Vec<Metric>) -> ScopeMetrics {
        if origin.scope == Scope::default() {
            let name = if job.version.is_from(super::MODULE_SCOPE_FROM) {
                "github.com/open-telemetry/opentelemetry-collector-contrib/receiver/prometheusreceiver"
            } else {
                "otelcol/prometheusreceiver"
            };
            return ScopeMetrics {
                name: name.into(),
                version: job.version.to_string().into(),
                metrics,
                ..ScopeMetrics::default()
            };
        }
        let Scope {
            name,
            version,
            schema_url,
            attributes,
        } = origin.scope.clone();
        let info = self
            .scope_info
            .iter()
            .rev()
            .find(|(known, _)| known == origin);
        let attributes = info.map_or(attributes, |(_, attributes)| attributes.clone());
        ScopeMetrics {
            name,
            version,
            schema_url,
            attributes: attributes
                .into_iter()
                .map(|(key, value)| (key, Value::Str(value)))
                .collect(),
            metrics,
        }
    }

    /// The metrics of one group that have data points.
    fn build(&mut self, group: &mut Group, body: Body<'_>, job: &Job) -> Vec<Metric> {
        let Group {
            families, points, ..
        } = group;
        let phantoms = !job.version.is_from(super::CREATED_FROM);
        let starts = !job.version.is_from(super::NO_STARTS_FROM);
        let lines = &body.table.body.lines;
        let mut metrics = Vec::with_capacity(families.all.len());
        let standing: Vec<usize> = families.standing().collect();
        for at in standing {
            let family = &families.all[at];
            let intake = &self.intake;
            let common = |row: u32, time_ms: Option<i64>| Common {
                attributes: intake.attributes(row),
                time_ns: time_ms.map_or(body.time_ns, |ms| {
                    ms.cast_unsigned().saturating_mul(1_000_000)
                }),
                ..Common::default()
            };
            let mut lost = 0;
            let odd = Odd { phantoms, starts };
            let data =
                points[at].finish(family.kind, odd, lines, common, |samples| lost += samples);
            if lost > 0 {
                let key = (family.name.clone(), Shortfall::NoCount);
                *self.shortfalls.entry(key).or_default() += lost;
            }
            if data.is_empty() {
                continue;
            }
            let is_sum = matches!(family.kind, Kind::Sum { .. });
            let name = if job.trim_suffixes {
                trim_suffixes(&family.name, is_sum, family.unit_word)
            } else {
                family.name.clone()
            };
            metrics.push(Metric {
                name,
                description: family.help.clone(),
                // The only unit there is: text has no `# UNIT`.
                unit: if family.unit_word == "seconds" {
                    "s"
                } else {
                    ""
                }
                .into(),
                metadata: [("prometheus.type", family.declared_type.as_str())]
                    .into_iter()
                    .collect(),
                data,
            });
        }
        metrics
    }
}

impl Progress {
    /// Counts a sample that relabeling left. Beyond the limit of samples nothing is added any more.
    /// `known`: the series has come before, which the scrape loop knows by its reference.
    fn append(&mut self, job: &Job, known: bool) {
        self.appended += 1;
        self.report.post_relabeling += 1;
        let within = job
            .limits
            .samples
            .is_none_or(|limit| self.appended <= limit);
        let is_new = !known || !job.version.is_from(super::REFERENCES_FROM);
        self.report.added += u64::from(within && is_new);
    }

    /// Counts samples of series that have not come before, as [`Progress::append`] does; and that they were
    /// read.
    fn append_new(&mut self, job: &Job, samples: u64) {
        let limit = job.limits.samples.unwrap_or(u64::MAX);
        let before = self.appended.min(limit);
        self.appended += samples;
        self.report.scraped += samples;
        self.report.post_relabeling += samples;
        self.report.added += self.appended.min(limit) - before;
    }

    /// Counts series of a name that relabeling left.
    fn keep(&mut self, name: &Text, series: u64) {
        match self.relabeled.kept.get_mut(&**name) {
            Some(kept) => *kept += series,
            None => {
                self.relabeled.kept.insert(name.clone(), series);
            }
        }
    }

    fn note_dropped(&mut self, entry: Entry, body: Body<'_>) {
        if body.has_repeats {
            self.dropped.insert(entry);
        }
    }
}

/// The labels of the row looked at last.
#[derive(Debug, Default)]
struct ByLabels {
    row: Option<u32>,
    labels: Labels,
}

fn pairs(labels: &Labels) -> Set {
    let pairs = labels.iter();
    pairs
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

fn fate(job: &Job, labels: &mut Labels) -> Fate {
    match job.metric_relabel.process(labels) {
        Outcome::Kept => Fate::Kept,
        Outcome::Dropped { rule } => Fate::Dropped(rule),
    }
}

/// Whether some name needs quotes, which releases without UTF-8 names refuse.
fn has_odd_names(table: &Table) -> bool {
    let odd_name = |name: u32| {
        std::str::from_utf8(table.names.text(name)).is_ok_and(|name| !is_legacy_name(name))
    };
    let odd_key = |key: u32| {
        std::str::from_utf8(table.pairs.key_name(key)).is_ok_and(|name| !is_legacy_label(name))
    };
    (0..table.names.len() as u32).any(odd_name) || (0..table.pairs.key_count() as u32).any(odd_key)
}

fn is_valid_name(name: &str, job: &Job) -> bool {
    !name.is_empty() && (job.utf8_names || is_legacy_name(name))
}

fn is_valid_label(name: &str, job: &Job) -> bool {
    !name.is_empty() && (job.utf8_names || is_legacy_label(name))
}

fn is_legacy_name(name: &str) -> bool {
    name.bytes().enumerate().all(|(at, byte)| {
        byte.is_ascii_alphabetic()
            || matches!(byte, b'_' | b':')
            || (at > 0 && byte.is_ascii_digit())
    })
}

fn is_legacy_label(name: &str) -> bool {
    is_legacy_name(name) && !name.contains(':')
}

/// `TrimPromSuffixes` of `pkg/translator/prometheus`: `total` from the end of a sum, then the unit.
fn trim_suffixes(name: &Text, is_sum: bool, unit_word: &str) -> Text {
    let mut tokens: Vec<&str> = name.split('_').collect();
    if tokens.len() == 1 {
        return name.clone();
    }
    if is_sum && tokens.last() == Some(&"total") {
        tokens.pop();
    }
    let unit: Vec<&str> = unit_word.split('_').collect();
    if tokens.len() > unit.len() && tokens.ends_with(&unit) {
        tokens.truncate(tokens.len() - unit.len());
    }
    Text::from(tokens.join("_"))
}
