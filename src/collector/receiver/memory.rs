//! What a scrape loop remembers of a target from one scrape to the next (`scrapeCache` in Prometheus'
//! `scrape/scrape.go`).
//!
//! In come the series of a scrape; out go those of the scrape before that are gone, which get the mark that
//! they have ended, and whether a series is new. Kept only where a target is scraped more than once.

use foldhash::HashMap;

use super::families::Declared;
use super::intake::Declarations;
use crate::collector::relabel::Labels;
use crate::collector::text::Text;

/// Pairs of a label set, by name.
pub(super) type Set = Vec<(Text, Text)>;

/// Scrapes after which the metadata of a metric that is gone is forgotten.
const METADATA_SCRAPES: u64 = 10;

/// What is known of one target.
#[derive(Debug, Default)]
pub(super) struct Memory {
    /// Number of the scrape.
    scrape: u64,
    /// Series of the scrape before and of this one: what each is known by, and its final labels.
    before: HashMap<Set, Set>,
    now: HashMap<Set, Set>,
    /// Series as scraped, and the last scrape that had each.
    known: HashMap<Set, u64>,
    metadata: HashMap<Text, (Declared, u64)>,
}

impl Memory {
    /// Notes a series by its labels as scraped; whether it was known before.
    pub(super) fn is_known(&mut self, scraped: Set) -> bool {
        self.known.insert(scraped, self.scrape).is_some()
    }

    /// Notes a series that is to be marked when it is gone.
    pub(super) fn track(&mut self, key: Set, labels: Set) {
        self.now.insert(key, labels);
    }

    /// Declares what earlier scrapes declared, and asks which names this one speaks of.
    pub(super) fn recall(&self, declarations: &mut Declarations) {
        let known = self.metadata.iter();
        let known = known.map(|(name, (declared, _))| (name.clone(), declared.clone()));
        declarations.by_name.extend(known);
        declarations.spoken_of = Some(Vec::new());
    }

    /// Keeps what this scrape declared.
    pub(super) fn learn(&mut self, declarations: &mut Declarations) {
        for name in declarations.spoken_of.take().unwrap_or_default() {
            if let Some(declared) = declarations.by_name.get(&name) {
                self.metadata.insert(name, (declared.clone(), self.scrape));
            }
        }
    }

    /// Ends a scrape; the final labels of series that are gone, in order. `taken`: it was not lost, nor empty
    /// (`iterDone`).
    pub(super) fn finish(&mut self, taken: bool) -> Vec<Labels> {
        let mut now = std::mem::take(&mut self.now);
        std::mem::swap(&mut self.before, &mut now);
        let gone = now.into_iter();
        let gone = gone.filter(|(key, _)| !self.before.contains_key(key));
        let mut gone: Vec<Set> = gone.map(|(_, labels)| labels).collect();
        gone.sort_unstable();
        if taken {
            let scrape = self.scrape;
            self.known.retain(|_, last| *last == scrape);
            self.metadata
                .retain(|_, (_, last)| scrape - *last <= METADATA_SCRAPES);
        }
        self.scrape += 1;
        gone.into_iter()
            .map(|labels| labels.into_iter().collect())
            .collect()
    }
}
