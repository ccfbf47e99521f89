//! One scrape of one target: labels meet those of the target, relabeling decides, metrics are built.

mod build;
mod changed;
mod fates;
mod progress;

use foldhash::HashMap;
use foldhash::HashSet;

use super::intake::Intake;
use super::intake::Origin;
use super::intake::Scope;
use super::intake::Scraped;
use super::job::Endpoint;
use super::job::Job;
use super::memory::Memory;
use super::memory::Set;
use super::metric::Unplaced;
use super::runs::may_run;
use super::starts::Starts;
use super::synthetic::Report;
use crate::collector::pdata::Metrics;
use crate::collector::relabel::Labels;
use crate::collector::text::Text;
use crate::exposition::RejectKind;
use crate::table::ComboId;
use crate::table::Entry;
use crate::table::NO_BOUND;
use crate::table::Table;
use fates::ByLabels;
use fates::Fate;
use fates::Route;
use progress::Progress;

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
    /// The series that are left, name and labels, where that is asked for.
    pub series: HashSet<(Text, Vec<(Text, Text)>)>,
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
    /// The series that relabeling leaves are told one by one.
    tells_relabeled: bool,
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

impl Receiver {
    /// From now on, a series that is gone from its target gets the mark that it has ended. This costs memory
    /// for each series.
    pub fn remember(&mut self) {
        self.memories.get_or_insert_default();
    }

    /// From now on, [`Relabeled::series`] is there, `__name__` among the labels. Each series is then looked at for
    /// itself, which takes several times as long.
    pub fn tell_relabeled(&mut self) {
        self.tells_relabeled = true;
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
            progress.seen.clear();
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
        if self.tells_relabeled {
            progress.relabeled.series = std::mem::take(&mut progress.seen);
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
}
