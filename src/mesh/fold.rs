//! Takes what one target says into a [`TargetTraffic`].
//!
//! What a sample name means, and where a bucket ends, is found once for each of its combos; where a label set
//! belongs is in [`Places`], for each dialect.

use std::sync::Arc;

use foldhash::HashMap;
use foldhash::HashMapExt;
use foldhash::HashSet;

use super::Flow;
use super::Mesh;
use super::Proxy;
use super::Since;
use super::TargetTraffic;
use super::Traffic;
use super::dialect::Meaning;
use super::dialect::Measured;
use super::dialect::Process;
use super::host_of;
use super::istio;
use super::linkerd;
use super::party_of;
use super::places::Places;
use super::recorded::Held;
use super::recorded::Known;
use super::recorded::Recorded;
use super::roles::Roles;
use super::roles::Values;
use crate::source::Target;
use crate::table::ComboId;
use crate::table::Entry;
use crate::table::Fingerprints;
use crate::table::Measure;
use crate::table::NO_BOUND;
use crate::table::Table;

/// What is known of one combo.
#[derive(Debug, Clone, Copy)]
struct Sense {
    meaning: Meaning,
    /// Where a bucket ends; `NaN` where it is none.
    bound: f64,
}

/// Whether anything is made of the samples of this name, as written.
pub fn measured(name: &[u8]) -> bool {
    Meaning::of(name).is_some()
}

/// Labels that tell of a build: the version in Linkerd's words, the component and its version in Istio's.
const BUILD_ROLES: &[&str] = &["version", "component", "tag"];

/// The label sets of all dialects.
struct Dialects {
    linkerd: Places,
    istio: Places,
}

impl Dialects {
    fn of(&mut self, proxy: Proxy) -> &mut Places {
        match proxy {
            Proxy::Linkerd => &mut self.linkerd,
            Proxy::Istio => &mut self.istio,
        }
    }
}

/// One worker's part: takes targets one after the other.
pub struct Builder {
    dialects: Dialects,
    build: Roles,
    values: Values,
    senses: Vec<Option<Sense>>,
    older: Option<Arc<Recorded>>,
    fingerprints: Option<Fingerprints>,
    record: Option<Recorded>,
    targets: Vec<TargetTraffic>,
}

impl Builder {
    /// Counts since each proxy was started.
    pub fn new() -> Self {
        Self {
            dialects: Dialects {
                linkerd: Places::new(Proxy::Linkerd),
                istio: Places::new(Proxy::Istio),
            },
            build: Roles::new(BUILD_ROLES),
            values: Values::default(),
            senses: Vec::new(),
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
        self.dialects.linkerd.begin();
        self.dialects.istio.begin();
        let taken = TargetTraffic {
            name: target.name.clone(),
            origin: target.origin.clone(),
            party: party_of(target),
            host: host_of(target),
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
            open: HashMap::new(),
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
        reading.own = reading.own.settled();
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
            let meaning = Meaning::of(table.names.text(combo.name));
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
                }) => own.learn(process, measure.value),
                // What stands at some value gains nothing.
                Some(sense) if sense.meaning.is_gauge() => {}
                _ => {
                    series.insert(fingerprints.of(measure.entry, table), measure.value);
                }
            }
        }
        record.add(target, own.settled(), series);
    }

    fn process(&mut self, process: Process, measure: &Measure, table: &Table, to: &mut Reading) {
        if process == Process::Build {
            let filled = self.build.fill(measure.entry.row(), table);
            let [version, component, tag] =
                [0, 1, 2].map(|place| self.values.get(filled[place], table));
            match component {
                None => to.taken.version = version,
                Some(component) => istio::build(&component, tag, &mut to.taken),
            }
        }
        to.own.learn(process, measure.value);
    }

    fn measure(
        &mut self,
        sense: Sense,
        measure: Measure,
        table: &Table,
        held: Option<&mut Held<'_>>,
        to: &mut Reading,
    ) {
        let Sense { meaning, bound } = sense;
        let Measure { entry, value } = measure;
        if matches!(meaning, Meaning::Process(_)) {
            return;
        }
        if let Some(sign) = meaning.opens() {
            self.open(sign, measure, table, to);
        }
        let value = match (held, &mut self.fingerprints) {
            (Some(held), Some(fingerprints)) if !meaning.is_gauge() => {
                match held.gained(|| fingerprints.of(entry, table), value) {
                    Some(gained) => gained,
                    None => return,
                }
            }
            _ => value,
        };
        if let Meaning::Flow(proxy, measured) = meaning {
            let measure = Measure { entry, value };
            self.flow(proxy, measured, bound, measure, table, to);
            return;
        }
        let Some(count) = count(value) else {
            to.taken.unusable += 1;
            return;
        };
        let (row, values) = (entry.row(), &mut self.values);
        match meaning {
            Meaning::Linkerd(told) => {
                let mut labels = self.dialects.linkerd.labels(row, table, values);
                linkerd::take(told, &mut labels, count, &mut to.taken);
            }
            Meaning::Istio(told) => {
                let mut labels = self.dialects.istio.labels(row, table, values);
                istio::take(told, &mut labels, count, &mut to.taken);
            }
            Meaning::Process(_) | Meaning::Flow(..) => {}
        }
    }

    /// Counts connections that are open by those that were opened and closed since the start, whatever an older
    /// reading says of them.
    fn open(&mut self, sign: i64, measure: Measure, table: &Table, to: &mut Reading) {
        let Measure { entry, value } = measure;
        let Reading {
            taken, flows, open, ..
        } = to;
        let places = &mut self.dialects.istio;
        let found = places.find(entry.row(), table, &mut self.values, &taken.party, flows);
        if let (Some((flow, _)), Some(count)) = (found, count(value)) {
            *open.entry(flow).or_default() += sign * count as i64;
        }
    }

    /// Takes a measure of a flow.
    fn flow(
        &mut self,
        proxy: Proxy,
        measured: Measured,
        bound: f64,
        Measure { entry, value }: Measure,
        table: &Table,
        to: &mut Reading,
    ) {
        let Reading { taken, flows, .. } = to;
        taken.speaks(proxy);
        let places = self.dialects.of(proxy);
        let found = places.find(entry.row(), table, &mut self.values, &taken.party, flows);
        let Some((number, ended)) = found else {
            // Linkerd counts connections at both of their ends, of which one is no edge; Istio has no such thing.
            taken.without_reporter += u64::from(proxy == Proxy::Istio);
            return;
        };
        let flow = &mut flows[number];
        let latency = &mut flow.traffic.latency_ms;
        match measured {
            Measured::LatencyBucket if bound.is_nan() => return,
            Measured::LatencyBucket if value.is_finite() => {
                return latency.add_bucket(bound, value);
            }
            Measured::LatencyCount if value.is_finite() => return latency.add_count(value),
            Measured::LatencySum if value.is_finite() => return latency.add_sum(value),
            _ => {}
        }
        let Some(count) = count(value) else {
            taken.unusable += 1;
            return;
        };
        if measured == Measured::Responses {
            taken.unclassified_series += u64::from(ended.unclassified);
            taken.without_grpc_label += u64::from(ended.without_grpc_label);
            if count > 0 {
                flow.traffic.add_responses(&ended.outcome, count);
            }
            return;
        }
        if measured == Measured::TcpClosed
            && proxy == Proxy::Istio
            && let (1.., Some(flags)) = (count, &ended.outcome.error)
        {
            taken.refused.push(istio::lost(flow, flags, count));
        }
        flow.traffic.add(measured, count);
    }
}

impl Traffic {
    /// Adds to what is counted and is no response.
    fn add(&mut self, measured: Measured, count: u64) {
        let tcp = &mut self.tcp;
        let sum = match measured {
            Measured::Requests => {
                self.counts_requests = true;
                self.requests += count;
                return;
            }
            Measured::TcpOpened => &mut tcp.opened,
            Measured::TcpClosed => &mut tcp.closed,
            Measured::TcpOpen => &mut tcp.open,
            Measured::Received => &mut tcp.received_bytes,
            Measured::Sent => &mut tcp.sent_bytes,
            Measured::Responses
            | Measured::LatencyBucket
            | Measured::LatencyCount
            | Measured::LatencySum => return,
        };
        *sum += count;
        tcp.counted = true;
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
    /// Connections that are open, by number of the flow, where no gauge tells.
    open: HashMap<usize, i64>,
    own: Known,
}

impl Reading {
    /// Puts all of it in order.
    fn end(self) -> TargetTraffic {
        let Self {
            mut taken,
            mut flows,
            open,
            ..
        } = self;
        for (number, flow) in flows.iter_mut().enumerate() {
            if let Some(&open) = open.get(&number) {
                flow.traffic.tcp.open += open.max(0) as u64;
            }
        }
        flows.sort_by(|a, b| a.key().cmp(&b.key()));
        // Labels that no flow tells apart were told apart until here.
        flows.dedup_by(|flow, kept| {
            let same = flow.key() == kept.key();
            if same {
                kept.traffic.merge(&flow.traffic);
            }
            same
        });
        // They stay until all is read, in as many copies as there are targets.
        for flow in &mut flows {
            flow.traffic.shrink_to_fit();
        }
        flows.shrink_to_fit();
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
        istio::count_once(&mut taken.statuses);
        taken.statuses.shrink_to_fit();
        taken.refused.sort();
        taken.protocols.sort();
        taken.saturation.sort();
        // What is open and what was refused come one after the other.
        taken.saturation.dedup_by(|more, kept| {
            let same = more.cluster == kept.cluster;
            if same {
                kept.active += more.active;
                kept.overflows += more.overflows;
            }
            same
        });
        taken
    }
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

/// Puts the parts of all workers together.
pub fn merge(parts: Vec<Vec<TargetTraffic>>, older: Option<&Recorded>) -> Mesh {
    let targets: Vec<TargetTraffic> = parts.into_iter().flatten().collect();
    let since = older.map(|older| Since {
        only_older: older.unmet(),
        ..Since::default()
    });
    Mesh::new(targets, since)
}
