//! Takes what one target says into a [`TargetTraffic`].
//!
//! A label set is looked at once, for all samples that share it: it names a flow and an outcome, by number. What a
//! sample name means, and where a bucket ends, is likewise found once for each of its combos.

use std::sync::Arc;

use foldhash::HashMap;
use foldhash::HashMapExt;
use foldhash::HashSet;

use super::Flow;
use super::Mesh;
use super::Outcome;
use super::Proxy;
use super::Since;
use super::TargetTraffic;
use super::linkerd;
use super::party_of;
use super::recorded::Fingerprints;
use super::recorded::Held;
use super::recorded::Known;
use super::recorded::Recorded;
use super::roles::Filled;
use super::roles::Labels;
use super::roles::Roles;
use super::roles::Values;
use crate::source::Target;
use crate::table::ComboId;
use crate::table::Entry;
use crate::table::Measure;
use crate::table::NO_BOUND;
use crate::table::RowId;
use crate::table::Table;

/// A measure of a flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Measured {
    Requests,
    Responses,
    LatencyBucket,
    LatencyCount,
    LatencySum,
    TcpOpened,
    TcpClosed,
    TcpOpen,
    Received,
    Sent,
}

/// What a sample name means.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Meaning {
    Linkerd(linkerd::Meaning),
    Process(Process),
}

/// What a process says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Process {
    /// Seconds that it has been up.
    Uptime,
    /// Seconds since 1970 when it was started.
    Started,
    /// Seconds since 1970 now.
    Clock,
    /// Its version is in a label.
    Build,
}

/// What is known of one combo.
#[derive(Debug, Clone, Copy)]
struct Sense {
    meaning: Meaning,
    /// Where a bucket ends; `NaN` where it is none.
    bound: f64,
}

impl Sense {
    fn is_gauge(self) -> bool {
        self.meaning == Meaning::Linkerd(linkerd::Meaning::Flow(Measured::TcpOpen))
    }
}

/// Whether anything is made of the samples of this name, as written.
pub fn measured(name: &[u8]) -> bool {
    meaning(name).is_some()
}

fn meaning(name: &[u8]) -> Option<Meaning> {
    let name = std::str::from_utf8(name).ok()?;
    let process = match name {
        "process_uptime_seconds_total" => Process::Uptime,
        "process_start_time_seconds" => Process::Started,
        "process_clock_time_seconds" => Process::Clock,
        "proxy_build_info" => Process::Build,
        _ => return linkerd::meaning(name).map(Meaning::Linkerd),
    };
    Some(Meaning::Process(process))
}

/// The label that holds the version, beside the roles of each dialect.
const BUILD_ROLES: &[&str] = &["version"];

/// No flow, no outcome: the label set is not that of an edge.
const NOTHING: u32 = u32::MAX;

/// Not looked at yet.
const UNKNOWN: u32 = u32::MAX - 1;

/// Where a label set belongs.
#[derive(Debug, Clone, Copy)]
struct Place {
    flow: u32,
    outcome: u32,
}

/// One worker's part: takes targets one after the other.
pub struct Builder {
    linkerd: Roles,
    build: Roles,
    values: Values,
    senses: Vec<Option<Sense>>,
    places: Vec<Place>,
    outcomes: Vec<Outcome>,
    outcome_numbers: HashMap<[u32; 4], u32>,
    older: Option<Arc<Recorded>>,
    fingerprints: Option<Fingerprints>,
    record: Option<Recorded>,
    targets: Vec<TargetTraffic>,
}

impl Builder {
    /// Counts since each proxy was started.
    pub fn new() -> Self {
        Self {
            linkerd: Roles::new(linkerd::ROLES),
            build: Roles::new(BUILD_ROLES),
            values: Values::default(),
            senses: Vec::new(),
            places: Vec::new(),
            outcomes: Vec::new(),
            outcome_numbers: HashMap::new(),
            older: None,
            fingerprints: None,
            record: None,
            targets: Vec::new(),
        }
    }

    /// Counts what came since an older reading.
    pub fn since(older: Arc<Recorded>) -> Self {
        Self {
            fingerprints: Some(Fingerprints::new(older.seed)),
            older: Some(older),
            ..Self::new()
        }
    }

    /// Remembers each value, for [`Builder::since`].
    pub fn recording(seed: u64) -> Self {
        Self {
            fingerprints: Some(Fingerprints::new(seed)),
            record: Some(Recorded::new(seed)),
            ..Self::new()
        }
    }

    /// Takes one target. `has_repeats` is whether some series stands in it more than once.
    pub fn target(&mut self, target: &Target, table: &Table, has_repeats: bool) {
        self.learn_names(table);
        let mut measures = Vec::new();
        if has_repeats {
            // Of a repeated series the first value counts, as in Prometheus.
            let mut met = HashSet::default();
            let canonical = |entry: Entry| (table.body.rows.canonical(entry.row()), entry.combo());
            let firsts = table.body.measures.all().iter();
            measures.extend(firsts.filter(|measure| met.insert(canonical(measure.entry))));
        }
        let measures = if has_repeats {
            &measures[..]
        } else {
            table.body.measures.all()
        };
        if self.record.is_some() {
            self.remember(target, table, measures);
            return;
        }
        self.places.clear();
        let unknown = Place {
            flow: UNKNOWN,
            outcome: UNKNOWN,
        };
        self.places.resize(table.body.rows.len(), unknown);
        let taken = TargetTraffic {
            name: target.name.clone(),
            origin: target.origin.clone(),
            party: party_of(target),
            ..TargetTraffic::default()
        };
        if let Some(fingerprints) = &mut self.fingerprints {
            fingerprints.begin();
        }
        let older = self.older.clone();
        let mut held = older.as_deref().map(|older| older.hold(target));
        let mut reading = Reading {
            taken,
            flows: Vec::new(),
            flow_numbers: HashMap::new(),
            own: Known::default(),
        };
        // What the process says of itself decides how the rest is read.
        for measure in measures {
            if let Some(Sense {
                meaning: Meaning::Process(process),
                ..
            }) = self.sense(measure.entry.combo())
            {
                self.process(process, measure, table, &mut reading);
            }
        }
        if let Some(held) = &mut held {
            held.begin(reading.own);
        }
        for measure in measures {
            let Some(sense) = self.sense(measure.entry.combo()) else {
                continue;
            };
            self.measure(sense, *measure, table, held.as_mut(), &mut reading);
        }
        let window = match &mut held {
            Some(held) => {
                let (since, window) = held.end();
                reading.taken.since = since;
                window
            }
            None => reading.own.uptime(),
        };
        let mut taken = reading.end();
        taken.window_seconds = window;
        self.targets.push(taken);
    }

    /// What has been taken, and what has been remembered.
    pub fn finish(self) -> (Vec<TargetTraffic>, Option<Recorded>) {
        (self.targets, self.record)
    }

    /// Finds out what new combos mean.
    fn learn_names(&mut self, table: &Table) {
        for combo in &table.combos.all[self.senses.len()..] {
            let meaning = meaning(table.names.text(combo.name));
            let le = combo.bounds.le;
            let bound = if le == NO_BOUND {
                f64::NAN
            } else {
                bound(&table.pairs.value(le))
            };
            self.senses
                .push(meaning.map(|meaning| Sense { meaning, bound }));
        }
    }

    fn sense(&self, combo: ComboId) -> Option<Sense> {
        self.senses[combo as usize]
    }

    fn remember(&mut self, target: &Target, table: &Table, measures: &[Measure]) {
        let (Some(record), Some(fingerprints)) = (&mut self.record, &mut self.fingerprints) else {
            return;
        };
        fingerprints.begin();
        let mut own = Known::default();
        let mut series = HashMap::with_capacity(measures.len());
        for measure in measures {
            match self.senses[measure.entry.combo() as usize] {
                Some(Sense {
                    meaning: Meaning::Process(process),
                    ..
                }) => own.learn(process.into(), measure.value),
                // What stands at some value gains nothing.
                Some(sense) if sense.is_gauge() => {}
                _ => {
                    series.insert(fingerprints.of(measure.entry, table), measure.value);
                }
            }
        }
        record.add(target, own, series);
    }

    fn process(&mut self, process: Process, measure: &Measure, table: &Table, to: &mut Reading) {
        if process == Process::Build {
            let filled = self.build.fill(measure.entry.row(), table);
            to.taken.version = self.values.get(filled[0], table);
        }
        to.own.learn(process.into(), measure.value);
    }

    fn measure(
        &mut self,
        sense: Sense,
        Measure { entry, value }: Measure,
        table: &Table,
        held: Option<&mut Held<'_>>,
        to: &mut Reading,
    ) {
        let Meaning::Linkerd(meaning) = sense.meaning else {
            return;
        };
        to.taken.proxy = Some(Proxy::Linkerd);
        let value = match (held, &mut self.fingerprints) {
            (Some(held), Some(fingerprints)) if !sense.is_gauge() => {
                match held.gained(|| fingerprints.of(entry, table), value) {
                    Some(gained) => gained,
                    None => return,
                }
            }
            _ => value,
        };
        let linkerd::Meaning::Flow(measured) = meaning else {
            let filled = self.linkerd.fill(entry.row(), table);
            let mut labels = Labels {
                filled: &filled,
                values: &mut self.values,
                table,
            };
            match count(value) {
                Some(count) => linkerd::take(meaning, &mut labels, count, &mut to.taken),
                None => to.taken.unusable += 1,
            }
            return;
        };
        let Place { flow, outcome } = self.place(entry.row(), table, to);
        if flow == NOTHING {
            return;
        }
        let traffic = &mut to.flows[flow as usize].traffic;
        let number = match measured {
            Measured::LatencyBucket if sense.bound.is_nan() => return,
            Measured::LatencyBucket if value.is_finite() => {
                traffic.latency_ms.add_bucket(sense.bound, value);
                return;
            }
            Measured::LatencyCount if value.is_finite() => {
                traffic.latency_ms.add_count(value);
                return;
            }
            Measured::LatencySum if value.is_finite() => {
                traffic.latency_ms.add_sum(value);
                return;
            }
            _ => match count(value) {
                Some(number) => number,
                None => {
                    to.taken.unusable += 1;
                    return;
                }
            },
        };
        match measured {
            Measured::Requests => {
                traffic.requests += number;
                traffic.counts_requests = true;
            }
            Measured::Responses => {
                let row = entry.row();
                if !self.linkerd.has(row, linkerd::CLASSIFICATION, table) {
                    to.taken.unclassified_series += 1;
                }
                if !self.linkerd.has(row, linkerd::GRPC_STATUS, table) {
                    to.taken.without_grpc_label += 1;
                }
                if number > 0 {
                    traffic.add_responses(&self.outcomes[outcome as usize], number);
                }
            }
            Measured::TcpOpened => traffic.tcp.opened += number,
            Measured::TcpClosed => traffic.tcp.closed += number,
            Measured::TcpOpen => traffic.tcp.open += number,
            Measured::Received => traffic.tcp.received_bytes += number,
            Measured::Sent => traffic.tcp.sent_bytes += number,
            Measured::LatencyBucket | Measured::LatencyCount | Measured::LatencySum => {}
        }
        traffic.tcp.counted |= matches!(
            measured,
            Measured::TcpOpened
                | Measured::TcpClosed
                | Measured::TcpOpen
                | Measured::Received
                | Measured::Sent
        );
    }

    /// Where a label set belongs; looked up once.
    fn place(&mut self, row: RowId, table: &Table, to: &mut Reading) -> Place {
        let known = self.places[row as usize];
        if known.flow != UNKNOWN {
            return known;
        }
        let mut filled = self.linkerd.fill(row, table);
        let ended: [u32; 4] = std::array::from_fn(|at| filled[linkerd::OUTCOME.start + at]);
        let mut labels = Labels {
            filled: &filled,
            values: &mut self.values,
            table,
        };
        let outcomes = &mut self.outcomes;
        let outcome = *self.outcome_numbers.entry(ended).or_insert_with(|| {
            outcomes.push(linkerd::outcome(&mut labels));
            outcomes.len() as u32 - 1
        });
        for place in linkerd::OUTCOME {
            filled[place] = u32::MAX;
        }
        let flow = match to.flow_numbers.get(&filled) {
            Some(&number) => number,
            None => {
                let mut labels = Labels {
                    filled: &filled,
                    values: &mut self.values,
                    table,
                };
                let number = match linkerd::flow(&mut labels, &to.taken.party) {
                    Some(flow) => {
                        to.flows.push(flow);
                        to.flows.len() as u32 - 1
                    }
                    None => NOTHING,
                };
                to.flow_numbers.insert(filled, number);
                number
            }
        };
        let place = Place { flow, outcome };
        self.places[row as usize] = place;
        place
    }
}

impl Default for Builder {
    fn default() -> Self {
        Self::new()
    }
}

/// The target being taken.
struct Reading {
    taken: TargetTraffic,
    flows: Vec<Flow>,
    /// Flows by the labels that make them.
    flow_numbers: HashMap<Filled, u32>,
    own: Known,
}

impl Reading {
    /// Puts all of it in order.
    fn end(self) -> TargetTraffic {
        let Self {
            mut taken,
            mut flows,
            ..
        } = self;
        flows.sort_by(|a, b| sort_key(a).cmp(&sort_key(b)));
        // Labels that no flow tells apart were told apart until here.
        flows.dedup_by(|flow, kept| {
            let same = sort_key(flow) == sort_key(kept);
            if same {
                kept.traffic.merge(&flow.traffic);
            }
            same
        });
        taken.flows = flows;
        taken.statuses.sort();
        taken.statuses.dedup_by(|status, kept| {
            let mut alike = status.clone();
            alike.count = kept.count;
            let same = alike == *kept;
            if same {
                kept.count += status.count;
            }
            same
        });
        taken.refused.sort();
        taken.protocols.sort();
        taken.saturation.sort();
        taken
    }
}

/// All of a flow but its traffic.
fn sort_key(flow: &Flow) -> impl Ord + use<'_> {
    (
        (flow.direction, &flow.source, &flow.destination),
        (&flow.port, &flow.route, &flow.server),
        (&flow.security, flow.own),
    )
}

/// A counter's value as a count.
fn count(value: f64) -> Option<u64> {
    (value >= 0.0 && value.is_finite()).then(|| value.round() as u64)
}

/// Where a bucket ends; `NaN` where that is no number.
fn bound(text: &[u8]) -> f64 {
    let text = std::str::from_utf8(text).unwrap_or_default();
    text.parse().unwrap_or(f64::NAN)
}

impl From<Process> for super::recorded::Told {
    fn from(process: Process) -> Self {
        match process {
            Process::Uptime => Self::Uptime,
            Process::Started => Self::Started,
            Process::Clock => Self::Clock,
            Process::Build => Self::Nothing,
        }
    }
}

/// Puts the parts of all workers together.
pub fn merge(parts: Vec<Vec<TargetTraffic>>, older: Option<&Recorded>) -> Mesh {
    let targets: Vec<TargetTraffic> = parts.into_iter().flatten().collect();
    let since = older.map(|older| Since {
        only_older: older.unmet(),
        ..Since::default()
    });
    Mesh::new(targets, since)
}
