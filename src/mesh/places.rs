//! Where label sets belong, in the words of one dialect: to which flow, and how their calls ended.
//!
//! A label set is looked at once, for all samples that share it. The same one may stand under names of both
//! dialects, so each has places of its own.

use foldhash::HashMap;
use foldhash::HashMapExt;

use crate::table::PairId;
use crate::table::RowId;
use crate::table::Table;

use super::Flow;
use super::Party;
use super::Proxy;
use super::dialect::ENDINGS;
use super::dialect::Ended;
use super::roles::Filled;
use super::roles::Labels;
use super::roles::MISSING;
use super::roles::Roles;
use super::roles::Values;

/// The label set is not that of an edge.
const NOTHING: u32 = u32::MAX;

/// Not looked at yet.
const UNKNOWN: u32 = u32::MAX - 1;

/// Where a label set belongs.
#[derive(Debug, Clone, Copy)]
struct Place {
    flow: u32,
    ended: u32,
}

/// The label sets of one dialect.
#[derive(Debug)]
pub(super) struct Places {
    proxy: Proxy,
    roles: Roles,
    /// By label set of the target being read.
    by_row: Vec<Place>,
    /// Flows of that target by the labels that make them.
    flows: HashMap<Filled, u32>,
    /// Of all targets.
    ended: Vec<Ended>,
    ended_numbers: HashMap<[PairId; ENDINGS], u32>,
}

impl Places {
    pub(super) fn new(proxy: Proxy) -> Self {
        debug_assert_eq!(proxy.endings().len(), ENDINGS);
        Self {
            proxy,
            roles: proxy.roles(),
            by_row: Vec::new(),
            flows: HashMap::new(),
            ended: Vec::new(),
            ended_numbers: HashMap::new(),
        }
    }

    /// Forgets the label sets of the target before.
    pub(super) fn begin(&mut self) {
        self.by_row.clear();
        self.flows.clear();
    }

    /// The labels of a label set.
    pub(super) fn labels<'a>(
        &mut self,
        row: RowId,
        table: &'a Table,
        values: &'a mut Values,
    ) -> Labels<'a> {
        Labels {
            filled: self.roles.fill(row, table),
            values,
            table,
        }
    }

    /// Number of its flow among `flows`, which a new one joins, and how its calls ended; `None` where it is no
    /// label set of an edge. `local` is whom the proxy stands beside.
    pub(super) fn find(
        &mut self,
        row: RowId,
        table: &Table,
        values: &mut Values,
        local: &Party,
        flows: &mut Vec<Flow>,
    ) -> Option<(usize, &Ended)> {
        let at = row as usize;
        if self.by_row.len() <= at {
            let unknown = Place {
                flow: UNKNOWN,
                ended: UNKNOWN,
            };
            self.by_row
                .resize(table.body.rows.len().max(at + 1), unknown);
        }
        if self.by_row[at].flow == UNKNOWN {
            self.by_row[at] = self.look(row, table, values, local, flows);
        }
        let Place { flow, ended } = self.by_row[at];
        (flow != NOTHING).then(|| (flow as usize, &self.ended[ended as usize]))
    }

    fn look(
        &mut self,
        row: RowId,
        table: &Table,
        values: &mut Values,
        local: &Party,
        flows: &mut Vec<Flow>,
    ) -> Place {
        let proxy = self.proxy;
        let endings = proxy.endings();
        let mut labels = self.labels(row, table, values);
        let key = std::array::from_fn(|at| labels.filled[endings.start + at]);
        let all = &mut self.ended;
        let ended = *self.ended_numbers.entry(key).or_insert_with(|| {
            all.push(proxy.ended(&mut labels));
            all.len() as u32 - 1
        });
        for place in endings {
            labels.filled[place] = MISSING;
        }
        let flow = *self.flows.entry(labels.filled).or_insert_with(|| {
            proxy.flow(&mut labels, local).map_or(NOTHING, |flow| {
                flows.push(flow);
                flows.len() as u32 - 1
            })
        });
        Place { flow, ended }
    }
}
