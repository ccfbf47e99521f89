//! The settings of `metricstransform`, checked as upstream checks them (`factory.go`).

use super::super::super::decode::Fields;
use super::super::super::position::ConfigError;
use super::super::super::text::Text;
use super::super::super::trace::Rule;
use super::super::super::version::Version;
use super::super::super::yaml::Node;
use super::super::aggregate::Aggregation;
use super::super::settings;
use super::matching::Filter;
use super::matching::Matcher;

/// From which release on `combine` needs a `new_name` and an `aggregation_type` (contrib 0.155.0).
fn checks_combine(version: Version) -> bool {
    version.is_from(155)
}

/// What happens to the metrics that match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    Update,
    Insert,
    Combine,
    Group,
}

/// One entry of `transforms`.
#[derive(Debug, Clone)]
pub(super) struct Transform {
    pub(super) filter: Filter,
    pub(super) action: Action,
    pub(super) new_name: Text,
    pub(super) group_labels: Vec<(String, String)>,
    pub(super) aggregation: Aggregation,
    /// Attribute that each group of the pattern becomes in `combine`; a group without name is `$1`.
    pub(super) group_keys: Vec<Text>,
    pub(super) operations: Vec<Operation>,
}

/// One entry of `operations`.
#[derive(Debug, Clone)]
pub(super) enum Operation {
    AddLabel {
        label: Text,
        value: Text,
    },
    UpdateLabel {
        label: Text,
        new_label: Option<Text>,
        values: Vec<(String, Text)>,
    },
    DeleteLabelValue {
        label: String,
        value: String,
    },
    ToggleScalarDataType,
    ScaleValue(f64),
    AggregateLabels {
        labels: Vec<Text>,
        by: Aggregation,
    },
    AggregateLabelValues {
        label: Text,
        values: Vec<String>,
        new_value: Text,
        by: Aggregation,
    },
}

#[derive(Clone, Copy)]
enum OperationKind {
    AddLabel,
    UpdateLabel,
    DeleteLabelValue,
    ToggleScalarDataType,
    ScaleValue,
    AggregateLabels,
    AggregateLabelValues,
}

const ACTIONS: [(&str, Action); 4] = [
    ("insert", Action::Insert),
    ("update", Action::Update),
    ("combine", Action::Combine),
    ("group", Action::Group),
];

const OPERATIONS: [(&str, OperationKind); 7] = [
    ("add_label", OperationKind::AddLabel),
    ("update_label", OperationKind::UpdateLabel),
    ("delete_label_value", OperationKind::DeleteLabelValue),
    (
        "toggle_scalar_data_type",
        OperationKind::ToggleScalarDataType,
    ),
    ("experimental_scale_value", OperationKind::ScaleValue),
    ("aggregate_labels", OperationKind::AggregateLabels),
    (
        "aggregate_label_values",
        OperationKind::AggregateLabelValues,
    ),
];

const AGGREGATIONS: [(&str, Aggregation); 6] = [
    ("sum", Aggregation::Sum),
    ("mean", Aggregation::Mean),
    ("min", Aggregation::Min),
    ("max", Aggregation::Max),
    ("median", Aggregation::Median),
    ("count", Aggregation::Count),
];

/// All transforms, and how they are shown.
pub(super) fn read(
    node: &Node,
    version: Version,
) -> Result<(Vec<Transform>, Vec<Rule>), ConfigError> {
    let mut fields = Fields::of(node, "processor metricstransform")?;
    let list = fields.list("transforms")?;
    fields.finish()?;
    let mut transforms = Vec::with_capacity(list.len());
    let mut rules = Vec::with_capacity(list.len());
    for node in list {
        let (transform, text) = read_transform(node, version)?;
        transforms.push(transform);
        rules.push(Rule { text, at: node.at });
    }
    Ok((transforms, rules))
}

fn missing(node: &Node, key: &str, of: &str) -> ConfigError {
    ConfigError::new(node.at, format!("{of} needs `{key}`"))
}

fn read_transform(node: &Node, version: Version) -> Result<(Transform, String), ConfigError> {
    let mut fields = Fields::of(node, "a transform")?;
    let (include, include_at) = settings::text_at(&mut fields, "include")?;
    let kinds = [("strict", false), ("regexp", true)];
    let is_regexp = settings::word(&mut fields, "match_type", &kinds)?.unwrap_or(false);
    let labels_at = fields.at();
    let labels = settings::text_map(&mut fields, "experimental_match_labels")?;
    let action = settings::word(&mut fields, "action", &ACTIONS)?;
    let new_name = fields.text("new_name")?.unwrap_or_default();
    let group_labels = settings::text_map(&mut fields, "group_resource_labels")?;
    let aggregation = settings::word(&mut fields, "aggregation_type", &AGGREGATIONS)?;
    settings::word(
        &mut fields,
        "submatch_case",
        &[("lower", ()), ("upper", ())],
    )?;
    let operations = fields.list("operations")?;
    fields.finish()?;
    if include.is_empty() {
        return Err(missing(node, "include", "a transform"));
    }
    let matcher = |text: &str, at| {
        if is_regexp {
            settings::pattern(text, at).map(Matcher::Regexp)
        } else {
            Ok(Matcher::Strict(text.to_owned()))
        }
    };
    let label = |(key, value): &(String, String)| Ok((key.clone(), matcher(value, labels_at)?));
    let filter = Filter {
        include: matcher(&include, include_at)?,
        labels: labels
            .unwrap_or_default()
            .iter()
            .map(label)
            .collect::<Result<_, _>>()?,
    };
    let action = action.ok_or_else(|| missing(node, "action", "a transform"))?;
    check_action(
        node,
        action,
        &new_name,
        aggregation,
        group_labels.is_some(),
        version,
    )?;
    let word = ACTIONS
        .iter()
        .find(|(_, known)| *known == action)
        .map_or("", |(word, _)| word);
    let text = if new_name.is_empty() {
        format!("{word} {include}")
    } else {
        format!("{word} {include} to {new_name}")
    };
    let transform = Transform {
        group_keys: group_keys(&filter.include),
        filter,
        action,
        new_name: new_name.into(),
        group_labels: group_labels.unwrap_or_default(),
        aggregation: aggregation.unwrap_or_default(),
        operations: operations
            .iter()
            .map(|node| read_operation(node, version))
            .collect::<Result<_, _>>()?,
    };
    Ok((transform, text))
}

fn check_action(
    node: &Node,
    action: Action,
    new_name: &str,
    aggregation: Option<Aggregation>,
    has_group_labels: bool,
    version: Version,
) -> Result<(), ConfigError> {
    let is_checked_combine = action == Action::Combine && checks_combine(version);
    if action == Action::Insert && new_name.is_empty() {
        return Err(missing(node, "new_name", "`action: insert`"));
    }
    if is_checked_combine && new_name.is_empty() {
        return Err(missing(node, "new_name", "`action: combine`"));
    }
    if is_checked_combine && aggregation.is_none() {
        return Err(missing(node, "aggregation_type", "`action: combine`"));
    }
    if action == Action::Group && !has_group_labels {
        return Err(missing(node, "group_resource_labels", "`action: group`"));
    }
    Ok(())
}

fn group_keys(include: &Matcher) -> Vec<Text> {
    let Matcher::Regexp(pattern) = include else {
        return Vec::new();
    };
    let names = pattern.names().iter().enumerate().skip(1);
    names
        .map(|(index, name)| {
            if name.is_empty() {
                Text::from(format!("${index}"))
            } else {
                Text::from(name.as_str())
            }
        })
        .collect()
}

fn read_operation(node: &Node, version: Version) -> Result<Operation, ConfigError> {
    let mut fields = Fields::of(node, "an operation")?;
    let action = settings::word(&mut fields, "action", &OPERATIONS)?;
    let label = fields.text("label")?.unwrap_or_default();
    let new_label = fields.text("new_label")?.unwrap_or_default();
    let labels = fields.texts("label_set")?;
    let by = settings::word(&mut fields, "aggregation_type", &AGGREGATIONS)?.unwrap_or_default();
    let aggregated = fields.texts("aggregated_values")?;
    let new_value = fields.text("new_value")?.unwrap_or_default();
    let value_actions = fields.list("value_actions")?;
    let factor = settings::float(&mut fields, "experimental_scale")?.unwrap_or(0.0);
    let label_value = fields.text("label_value")?.unwrap_or_default();
    fields.finish()?;
    let release = version.to_string();
    let with_release = |text: &str| Text::from(text.replace("{{version}}", &release));
    let action = action.ok_or_else(|| missing(node, "action", "an operation"))?;
    Ok(match action {
        OperationKind::AddLabel if new_label.is_empty() => {
            return Err(missing(node, "new_label", "`action: add_label`"));
        }
        OperationKind::AddLabel if new_value.is_empty() => {
            return Err(missing(node, "new_value", "`action: add_label`"));
        }
        OperationKind::UpdateLabel if label.is_empty() => {
            return Err(missing(node, "label", "`action: update_label`"));
        }
        OperationKind::ScaleValue if factor == 0.0 => {
            let of = "`action: experimental_scale_value`";
            return Err(missing(node, "experimental_scale", of));
        }
        OperationKind::AddLabel => Operation::AddLabel {
            label: new_label.into(),
            value: with_release(&new_value),
        },
        OperationKind::UpdateLabel => Operation::UpdateLabel {
            label: label.into(),
            new_label: (!new_label.is_empty()).then(|| new_label.into()),
            values: read_values(value_actions, with_release)?,
        },
        OperationKind::DeleteLabelValue => Operation::DeleteLabelValue {
            label,
            value: label_value,
        },
        OperationKind::ToggleScalarDataType => Operation::ToggleScalarDataType,
        OperationKind::ScaleValue => Operation::ScaleValue(factor),
        OperationKind::AggregateLabels => Operation::AggregateLabels {
            labels: labels.into_iter().map(|(label, _)| label.into()).collect(),
            by,
        },
        OperationKind::AggregateLabelValues => Operation::AggregateLabelValues {
            label: label.into(),
            values: aggregated.into_iter().map(|(value, _)| value).collect(),
            new_value: with_release(&new_value),
            by,
        },
    })
}

fn read_values(
    list: &[Node],
    with_release: impl Fn(&str) -> Text,
) -> Result<Vec<(String, Text)>, ConfigError> {
    let mut values = Vec::with_capacity(list.len());
    for node in list {
        let mut fields = Fields::of(node, "a value action")?;
        let value = fields.text("value")?.unwrap_or_default();
        let new_value = fields.text("new_value")?.unwrap_or_default();
        fields.finish()?;
        values.push((value, with_release(&new_value)));
    }
    Ok(values)
}
