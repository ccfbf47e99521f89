//! Selections of objects by labels and by fields, as the API of a cluster understands them.
//!
//! In come the texts of a selector; out goes whether an object is selected. Refused: what the API would not
//! read (`labels.Parse` and `fields.ParseSelector` of `k8s.io/apimachinery`), and fields that it does not know
//! of a kind.

use super::super::config::Selector;
use super::super::position::ConfigError;
use super::super::position::Position;
use super::super::yaml::Node;
use super::objects::is_true;
use super::objects::pairs;
use super::objects::text;

/// The field that tells a pod's node.
pub(super) const NODE_NAME: &str = "spec.nodeName";

/// A selection, ready to be asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Selection {
    labels: Vec<OnLabel>,
    fields: Vec<OnField>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct OnLabel {
    key: String,
    test: Test,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Test {
    Exists,
    Absent,
    In(Vec<String>),
    NotIn(Vec<String>),
    Above(i64),
    Below(i64),
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct OnField {
    field: String,
    value: String,
    equal: bool,
}

impl Selection {
    /// Reads a selector of a configuration.
    pub(super) fn read(selector: &Selector) -> Result<Self, ConfigError> {
        let error = |message: String| ConfigError::new(selector.at, message);
        Ok(Self {
            labels: label_selector(&selector.label).map_err(error)?,
            fields: field_selector(&selector.field).map_err(error)?,
        })
    }

    /// Whether an object of the kind is selected.
    ///
    /// # Errors
    /// The API does not know one of the fields for objects of this kind.
    pub(super) fn selects(
        &self,
        kind: &str,
        object: &Node,
        at: Position,
    ) -> Result<bool, ConfigError> {
        let labels = pairs(object, &["metadata", "labels"]);
        let by_label = self
            .labels
            .iter()
            .all(|on| on.holds(labels.get(on.key.as_str()).copied()));
        for on in &self.fields {
            let Some(value) = field(kind, &on.field, object) else {
                let message = format!(
                    "the API of a cluster cannot select {} by the field `{}`: it refuses to list them",
                    super::objects::many(kind),
                    on.field
                );
                let help = format!("it knows {}", known_fields(kind).join(", "));
                return Err(ConfigError::new(at, message).with_help(help));
            };
            if (value == on.value) != on.equal {
                return Ok(false);
            }
        }
        Ok(by_label)
    }

    /// What a field has to be; `None` where nothing is asked of it.
    pub(super) fn wanted(&self, field: &str) -> Option<&str> {
        let mut all = self.fields.iter();
        let on = all.find(|on| on.equal && on.field == field)?;
        Some(&on.value)
    }

    /// Asks nothing of this field any more.
    pub(super) fn forget(&mut self, field: &str) {
        self.fields.retain(|on| on.field != field);
    }
}

impl OnLabel {
    fn holds(&self, value: Option<&str>) -> bool {
        let number = || value.and_then(|value| value.parse::<i64>().ok());
        match &self.test {
            Test::Exists => value.is_some(),
            Test::Absent => value.is_none(),
            Test::In(values) => value.is_some_and(|own| values.iter().any(|value| value == own)),
            Test::NotIn(values) => value.is_none_or(|own| values.iter().all(|value| value != own)),
            Test::Above(bound) => number().is_some_and(|number| number > *bound),
            Test::Below(bound) => number().is_some_and(|number| number < *bound),
        }
    }
}

/// Fields by kind, beside those that all kinds have (`ToSelectableFields` of each kind's registry).
const FIELDS: [(&str, &[&str]); 5] = [
    (
        "Pod",
        &[
            NODE_NAME,
            "spec.restartPolicy",
            "spec.schedulerName",
            "spec.serviceAccountName",
            "spec.hostNetwork",
            "status.phase",
            "status.podIP",
            "status.nominatedNodeName",
        ],
    ),
    ("Node", &["spec.unschedulable"]),
    ("Service", &["spec.clusterIP", "spec.type"]),
    ("Namespace", &["status.phase"]),
    ("Job", &["status.successful"]),
];

fn known_fields(kind: &str) -> Vec<&'static str> {
    let own = FIELDS.iter().find(|(own, _)| *own == kind);
    let own = own.map_or(&[][..], |(_, fields)| fields);
    let common = if matches!(kind, "Node" | "Namespace") {
        &["metadata.name"][..]
    } else {
        &["metadata.name", "metadata.namespace"][..]
    };
    common.iter().chain(own).copied().collect()
}

/// The value that the API compares; `None` for a field that it does not know.
fn field(kind: &str, field: &str, object: &Node) -> Option<String> {
    if !known_fields(kind).contains(&field) {
        return None;
    }
    let path: Vec<&str> = field.split('.').collect();
    if matches!(field, "spec.hostNetwork" | "spec.unschedulable") {
        return Some(is_true(object, &path).to_string());
    }
    Some(text(object, &path).unwrap_or_default().to_owned())
}

/// `a=b,c!=d`; a backslash stands before a comma, an equals sign or a backslash of a value.
fn field_selector(written: &str) -> Result<Vec<OnField>, String> {
    let mut parts = vec![String::new()];
    let mut chars = written.chars();
    while let Some(c) = chars.next() {
        let last = parts.len() - 1;
        match c {
            '\\' => {
                parts[last].push(c);
                parts[last].extend(chars.next());
            }
            ',' => parts.push(String::new()),
            c => parts[last].push(c),
        }
    }
    let mut all = Vec::new();
    for part in parts.iter().filter(|part| !part.is_empty()) {
        let invalid =
            || format!("invalid field selector: `{part}`; write it like `spec.nodeName=name`");
        let at = part.find(['=', '!']).ok_or_else(invalid)?;
        let (field, rest) = part.split_at(at);
        let (equal, value) = if let Some(value) = rest.strip_prefix("!=") {
            (false, value)
        } else if let Some(value) = rest.strip_prefix("==") {
            (true, value)
        } else {
            (true, rest.strip_prefix('=').ok_or_else(invalid)?)
        };
        all.push(OnField {
            field: field.to_owned(),
            value: unescaped(value).ok_or_else(invalid)?,
            equal,
        });
    }
    Ok(all)
}

fn unescaped(value: &str) -> Option<String> {
    let mut plain = String::new();
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => plain.push(chars.next().filter(|c| matches!(c, '\\' | ',' | '='))?),
            '=' => return None,
            c => plain.push(c),
        }
    }
    Some(plain)
}

/// Separates what a label selector consists of: words and signs.
fn tokens(written: &str) -> Vec<&str> {
    let is_sign = |c: char| matches!(c, '=' | '!' | '(' | ')' | ',' | '<' | '>');
    let mut tokens = Vec::new();
    let mut rest = written.trim_start();
    while let Some(first) = rest.chars().next() {
        let long = ["==", "!="].iter().find(|sign| rest.starts_with(**sign));
        let end = match long {
            Some(sign) => sign.len(),
            None if is_sign(first) => 1,
            None => rest
                .find(|c: char| is_sign(c) || c.is_whitespace())
                .unwrap_or(rest.len()),
        };
        let (token, left) = rest.split_at(end);
        tokens.push(token);
        rest = left.trim_start();
    }
    tokens
}

/// `a=b,c!=d,e in (f,g),h notin (i),j,!k,l>1`.
fn label_selector(written: &str) -> Result<Vec<OnLabel>, String> {
    let tokens = tokens(written);
    let mut rest = tokens.as_slice();
    let mut all = Vec::new();
    let invalid = |near: &str| format!("invalid label selector `{written}`: unexpected `{near}`");
    let is_word = |token: &str| !token.starts_with(['=', '!', '(', ')', ',', '<', '>']);
    while !rest.is_empty() {
        let (requirement, left) = match rest {
            ["!", key, left @ ..] if is_word(key) => (on(key, Test::Absent), left),
            [key, "in", "(", left @ ..] if is_word(key) => {
                let (values, left) = listed(left).ok_or_else(|| invalid("("))?;
                (on(key, Test::In(values)), left)
            }
            [key, "notin", "(", left @ ..] if is_word(key) => {
                let (values, left) = listed(left).ok_or_else(|| invalid("("))?;
                (on(key, Test::NotIn(values)), left)
            }
            [key, sign @ ("<" | ">"), value, left @ ..] if is_word(key) => {
                let bound = value.parse().map_err(|_| invalid(value))?;
                let test = if *sign == ">" {
                    Test::Above(bound)
                } else {
                    Test::Below(bound)
                };
                (on(key, test), left)
            }
            [key, sign @ ("=" | "==" | "!="), left @ ..] if is_word(key) => {
                // No value is an empty one.
                let (value, left) = match left {
                    [value, left @ ..] if is_word(value) => (*value, left),
                    left => ("", left),
                };
                let values = vec![value.to_owned()];
                let test = if *sign == "!=" {
                    Test::NotIn(values)
                } else {
                    Test::In(values)
                };
                (on(key, test), left)
            }
            [key, left @ ..] if is_word(key) => (on(key, Test::Exists), left),
            [first, ..] => return Err(invalid(first)),
            [] => break,
        };
        all.push(requirement);
        rest = match left {
            [] => left,
            [",", after @ ..] if !after.is_empty() => after,
            [first, ..] => return Err(invalid(first)),
        };
    }
    Ok(all)
}

fn on(key: &str, test: Test) -> OnLabel {
    OnLabel {
        key: key.to_owned(),
        test,
    }
}

/// The values up to the closing bracket, and what follows it.
fn listed<'a, 'b>(mut rest: &'b [&'a str]) -> Option<(Vec<String>, &'b [&'a str])> {
    let mut values = Vec::new();
    // Between two commas there may be nothing, which is the empty value.
    let mut pending = true;
    loop {
        match rest {
            [")", left @ ..] => {
                if pending {
                    values.push(String::new());
                }
                return Some((values, left));
            }
            [",", left @ ..] => {
                if pending {
                    values.push(String::new());
                }
                pending = true;
                rest = left;
            }
            [value, left @ ..] => {
                values.push((*value).to_owned());
                pending = false;
                rest = left;
            }
            [] => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collector::yaml::Origin;
    use crate::collector::yaml::parse;

    fn selected(label: &str, field: &str) -> Result<bool, String> {
        let pod = "{kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web, tier: '3', empty: ''}},
                    spec: {nodeName: n1}, status: {phase: Running}}";
        let pod = parse(pod, Origin::File(0)).unwrap();
        let selector = Selector {
            at: Position::default(),
            role: "pod".to_owned(),
            label: label.to_owned(),
            field: field.to_owned(),
        };
        let selection = Selection::read(&selector).map_err(|error| error.message)?;
        let selects = selection.selects("Pod", &pod, Position::default());
        selects.map_err(|error| error.message)
    }

    #[test]
    fn labels_select_as_the_api_does() {
        let yes = [
            "",
            "app",
            "app=web",
            "app==web",
            "app in (a, web)",
            "app=web,tier>2",
            "!gone",
            "gone!=x",
            "gone notin (x)",
            "empty=",
            "empty in ()",
            "tier<4",
            "app!=x , tier=3",
        ];
        for label in yes {
            assert_eq!(selected(label, ""), Ok(true), "{label}");
        }
        for label in [
            "!app",
            "app=x",
            "app notin (web)",
            "gone=x",
            "tier>3",
            "app>1",
            "gone=",
        ] {
            assert_eq!(selected(label, ""), Ok(false), "{label}");
        }
        for label in [
            "=",
            "app=web,",
            "app in web",
            "app in (web",
            "tier>x",
            "app web",
            ",app",
        ] {
            assert!(selected(label, "").is_err(), "{label}");
        }
    }

    #[test]
    fn fields_select_as_the_api_does() {
        for field in [
            "spec.nodeName=n1",
            "spec.nodeName==n1,status.phase!=Failed",
            "metadata.name=web",
        ] {
            assert_eq!(selected("", field), Ok(true), "{field}");
        }
        for field in [
            "spec.nodeName=",
            "spec.nodeName=n2",
            "status.phase!=Running",
        ] {
            assert_eq!(selected("", field), Ok(false), "{field}");
        }
        let unknown = selected("", "spec.nodename=n1").unwrap_err();
        assert!(unknown.contains("`spec.nodename`"), "{unknown}");
        for field in ["spec.nodeName", "a=b=c", "a=\\x"] {
            assert!(selected("", field).is_err(), "{field}");
        }
    }
}
