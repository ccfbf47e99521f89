//! From the samples of a scrape to metrics, with their resources and scopes.

use super::Body;
use super::Receiver;
use super::Shortfall;
use crate::collector::attributes::Attributes;
use crate::collector::pdata::Common;
use crate::collector::pdata::Metric;
use crate::collector::pdata::Metrics;
use crate::collector::pdata::ResourceMetrics;
use crate::collector::pdata::ScopeMetrics;
use crate::collector::receiver::CREATED_FROM;
use crate::collector::receiver::MODULE_SCOPE_FROM;
use crate::collector::receiver::NO_STARTS_FROM;
use crate::collector::receiver::families::Kind;
use crate::collector::receiver::intake::Group;
use crate::collector::receiver::intake::Origin;
use crate::collector::receiver::intake::Scope;
use crate::collector::receiver::intake::Scraped;
use crate::collector::receiver::job::Endpoint;
use crate::collector::receiver::job::Job;
use crate::collector::receiver::metric::Odd;
use crate::collector::receiver::resource::resource;
use crate::collector::receiver::synthetic;
use crate::collector::receiver::synthetic::Report;
use crate::collector::relabel::Labels;
use crate::collector::text::Text;
use crate::collector::value::Value;

impl Receiver {
    /// Adds the synthetic series and makes metrics of everything.
    pub(super) fn finish(
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
            let name = if job.version.is_from(MODULE_SCOPE_FROM) {
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
        let phantoms = !job.version.is_from(CREATED_FROM);
        let starts = !job.version.is_from(NO_STARTS_FROM);
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
