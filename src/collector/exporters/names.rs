//! Backend names of metrics, worked out once for each.

use std::rc::Rc;

use super::super::pdata::Data;
use super::super::pdata::Metric;
use super::super::text::Text;
use super::naming::MetricKind;
use super::naming::MetricNamer;
use super::series::Names;

/// Where hostile input would make names without end, all are forgotten and made anew.
const MOST_NAMES: usize = 1 << 16;

/// The names of a metric, or why it has none.
pub(super) type Answer = Result<Rc<Names>, Rc<str>>;

/// The answers of a namer so far.
#[derive(Debug)]
pub(super) struct NameMemo {
    namer: MetricNamer,
    known: foldhash::HashMap<(Text, Text, MetricKind), Answer>,
}

impl NameMemo {
    pub(super) fn new(namer: MetricNamer) -> Self {
        Self {
            namer,
            known: foldhash::HashMap::default(),
        }
    }

    /// The names of a metric, or why it has none.
    pub(super) fn of(&mut self, metric: &Metric) -> Answer {
        if self.known.len() >= MOST_NAMES {
            self.known.clear();
        }
        let kind = kind(&metric.data);
        let key = (metric.name.clone(), metric.unit.clone(), kind);
        let namer = &self.namer;
        let known = self.known.entry(key).or_insert_with(|| {
            match namer.build(&metric.name, &metric.unit, kind) {
                Ok(name) => Ok(Rc::new(Names::new(Text::from(name)))),
                Err(error) => Err(error.to_string().into()),
            }
        });
        known.clone()
    }
}

/// What a metric's type means for its name (`TranslatorMetricFromOtelMetric` of Prometheus).
fn kind(data: &Data) -> MetricKind {
    match data {
        Data::Gauge(_) => MetricKind::Gauge,
        Data::Sum {
            monotonic: true, ..
        } => MetricKind::Counter,
        Data::None
        | Data::Sum { .. }
        | Data::Histogram { .. }
        | Data::ExponentialHistogram { .. }
        | Data::Summary(_) => MetricKind::Other,
    }
}
