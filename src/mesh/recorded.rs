//! An older reading of the same targets, against which a newer one is held.
//!
//! Each series is kept as a fingerprint and its value: 24 bytes. Fingerprints are 128 bits wide and seeded anew in
//! each run; among a billion series two would be taken for one once in 10^20 runs.

use std::collections::BTreeMap;
use std::collections::HashSet as Set;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;

use foldhash::HashMap;

use super::Since;
use super::dialect::Process;
use crate::source::Target;

/// A process started this much later is another one: the clocks of both scrapes are those of one machine.
const RESTART_SECONDS: f64 = 1.0;

/// When a process was started and read, as it says itself.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Known {
    /// Envoy's own word. Where there is one, what else there is to read is the application's: the agent of Istio
    /// puts its metrics among those of the proxy.
    envoy_uptime: Option<f64>,
    uptime: Option<f64>,
    started: Option<f64>,
    clock: Option<f64>,
}

impl Known {
    pub(super) fn learn(&mut self, told: Process, value: f64) {
        let value = value.is_finite().then_some(value);
        match told {
            Process::EnvoyUptime => self.envoy_uptime = value,
            Process::Uptime => self.uptime = value,
            Process::Started => self.started = value,
            Process::Clock => self.clock = value,
            Process::Build => {}
        }
    }

    /// Without what is not the proxy's.
    pub(super) fn settled(self) -> Self {
        match self.envoy_uptime {
            None => self,
            uptime => Self {
                uptime,
                ..Self::default()
            },
        }
    }

    /// Seconds since it was started.
    pub(super) fn uptime(&self) -> Option<f64> {
        let since_start = || Some(self.clock? - self.started?);
        self.uptime
            .or_else(since_start)
            .filter(|&seconds| seconds > 0.0)
    }

    /// Seconds since an older reading of the same process or its predecessor.
    fn since(&self, older: &Self) -> Option<f64> {
        let by_clock = || Some(self.clock? - older.clock?);
        let by_uptime = || Some(self.uptime? - older.uptime?);
        let window = if self.is_restart_of(older) {
            by_clock()
        } else {
            by_uptime().or_else(by_clock)
        };
        window.filter(|&seconds| seconds > 0.0)
    }

    fn is_restart_of(&self, older: &Self) -> bool {
        let later = |now: Option<f64>, then: Option<f64>| Some(now? - then? > RESTART_SECONDS);
        let shorter = |now: Option<f64>, then: Option<f64>| Some(now? < then?);
        later(self.started, older.started)
            .or_else(|| shorter(self.uptime, older.uptime))
            .unwrap_or(false)
    }
}

/// Values of an older reading, by target and series.
#[derive(Debug, Default)]
pub struct Recorded {
    pub(super) seed: u64,
    targets: BTreeMap<String, Old>,
}

#[derive(Debug)]
struct Old {
    /// Last part of its origin, by which saved files are told apart.
    file: String,
    known: Known,
    series: HashMap<u128, f64>,
    met: AtomicBool,
}

impl Recorded {
    /// Nothing yet; `seed` is any number that nobody knows beforehand.
    pub fn new(seed: u64) -> Self {
        Self {
            seed,
            targets: BTreeMap::new(),
        }
    }

    pub(super) fn add(&mut self, target: &Target, known: Known, series: HashMap<u128, f64>) {
        let old = Old {
            file: file_of(target).to_owned(),
            known,
            series,
            met: AtomicBool::new(false),
        };
        self.targets.insert(target.name.clone(), old);
    }

    /// Adds what another worker remembered.
    pub fn merge(&mut self, other: Self) {
        self.targets.extend(other.targets);
    }

    /// How many targets there are.
    pub fn len(&self) -> usize {
        self.targets.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.targets.is_empty()
    }

    /// The older reading of a target: that of the same name, else of the only file of the same name, else the only
    /// one there is where files are compared.
    pub(super) fn hold(&self, target: &Target) -> Held<'_> {
        let old = self.targets.get(&target.name).or_else(|| {
            if target.pod.is_some() {
                return None;
            }
            let file = file_of(target);
            let mut alike = self.targets.values().filter(|old| old.file == file);
            match (alike.next(), alike.next()) {
                (Some(only), None) => Some(only),
                _ if self.targets.len() == 1 => self.targets.values().next(),
                _ => None,
            }
        });
        if let Some(old) = old {
            old.met.store(true, Ordering::Relaxed);
        }
        Held {
            old,
            // Found by going over all targets, and asked only of one without an older reading.
            older_clock: old.is_none().then(|| self.clock()).flatten(),
            restarted: false,
            young: false,
            own: Known::default(),
            met: Set::new(),
            since: Since::default(),
        }
    }

    /// When the older reading was taken: the latest clock in it.
    fn clock(&self) -> Option<f64> {
        let clocks = self.targets.values().filter_map(|old| old.known.clock);
        clocks.max_by(f64::total_cmp)
    }

    /// How many targets no newer one has been held against.
    pub(super) fn unmet(&self) -> u64 {
        let met = |old: &&Old| old.met.load(Ordering::Relaxed);
        self.targets.values().filter(|old| !met(old)).count() as u64
    }
}

fn file_of(target: &Target) -> &str {
    let origin = &target.origin;
    origin.rsplit(['/', ':']).next().unwrap_or(origin)
}

/// One target held against its older reading.
pub(super) struct Held<'a> {
    old: Option<&'a Old>,
    older_clock: Option<f64>,
    restarted: bool,
    /// Not in the older reading because its process is younger.
    young: bool,
    own: Known,
    met: Set<u128>,
    since: Since,
}

impl Held<'_> {
    /// Says what the process told of itself, before any value is held.
    pub(super) fn begin(&mut self, own: Known) {
        self.own = own;
        if let Some(old) = self.old {
            self.since.matched = 1;
            self.restarted = own.is_restart_of(&old.known);
        } else {
            let younger = |own: &Known| Some(own.started? > self.older_clock?);
            self.young = younger(&own).unwrap_or(false);
            self.since.only_newer = u64::from(!self.young);
        }
    }

    /// What a counter gained; `None` where that cannot be told.
    pub(super) fn gained(&mut self, fingerprint: impl FnOnce() -> u128, value: f64) -> Option<f64> {
        let Some(old) = self.old else {
            return self.young.then_some(value);
        };
        let fingerprint = fingerprint();
        self.met.insert(fingerprint);
        match old.series.get(&fingerprint) {
            None => {
                self.since.appeared += 1;
                Some(value)
            }
            Some(&before) if self.restarted || value < before => {
                self.since.resets += 1;
                Some(value)
            }
            Some(&before) => Some(value - before),
        }
    }

    /// How the two fit, and the seconds between them.
    pub(super) fn end(&mut self) -> (Since, Option<f64>) {
        let Some(old) = self.old else {
            let window = self.own.uptime().filter(|_| self.young);
            return (self.since, window);
        };
        let gone = old
            .series
            .keys()
            .filter(|series| !self.met.contains(series));
        self.since.vanished = gone.count() as u64;
        (self.since, self.own.since(&old.known))
    }
}
