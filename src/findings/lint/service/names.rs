//! `service/unused` and `service/deprecated-name`: components that nobody names, and old names of types.

use serde_json::json;

use super::super::Linted;
use super::super::seek;
use crate::collector::config::Component;
use crate::collector::config::Config;
use crate::collector::config::Reference;
use crate::collector::config::Role;
use crate::findings::Edit;
use crate::findings::Finding;
use crate::findings::Severity;

pub(super) fn inspect(linted: &Linted<'_>, config: &Config, findings: &mut Vec<Finding>) {
    findings.extend(
        config
            .unused()
            .iter()
            .map(|unused| never_used(linted, unused)),
    );
    findings.extend(
        config
            .components
            .iter()
            .filter_map(|component| deprecated(linted, config, component)),
    );
}

fn never_used(linted: &Linted<'_>, component: &Component) -> Finding {
    let Component { role, id, .. } = component;
    let (severity, effect) = match role {
        Role::Processor => (Severity::Medium, "what it should change stays as it is"),
        Role::Exporter => (Severity::Medium, "nothing is sent to it"),
        Role::Receiver => (Severity::Medium, "it receives nothing"),
        Role::Connector => (Severity::Low, "nothing passes through it"),
        Role::Extension => (Severity::Low, "it is not started"),
    };
    let list = match role {
        Role::Extension => "service.extensions".to_owned(),
        Role::Connector => "the exporters of one pipeline and the receivers of another".to_owned(),
        other => format!("the {} of a pipeline", other.section()),
    };
    Finding::new(
        "service/unused",
        severity,
        format!("{role} {id} is defined and no pipeline uses it: {effect}, and no release says so"),
    )
    .about(seek::component(component))
    .with_evidence([("role", json!(role.to_string())), ("id", json!(id))])
    .seen(linted.id(component, "is never used"))
    .with_remedy(format!("name it in {list}, or take the definition out"))
}

fn deprecated(linted: &Linted<'_>, config: &Config, component: &Component) -> Option<Finding> {
    if component.at.line == 0 {
        return None;
    }
    let new = component.newer_kind(linted.release())?;
    let since = linted.held(|version| component.newer_kind(version) == Some(new));
    let Component {
        role,
        id,
        written_kind,
        ..
    } = component;
    let all_know_it = since.len() == linted.releases.len();
    let severity = if linted.is_meant && all_know_it {
        Severity::Low
    } else {
        Severity::Info
    };
    let fix = all_know_it
        .then(|| renamed(linted, config, component, new))
        .flatten();
    let remedy = if all_know_it {
        format!("call it `{new}` where it is defined and in every pipeline that names it")
    } else {
        format!("call it `{new}` once every Collector is on a release that knows this name")
    };
    Some(
        Finding::new(
            "service/deprecated-name",
            severity,
            format!(
                "{role} {id} goes by an old name: its type is called `{new}` {}, and `{written_kind}` is only kept for a \
                 while",
                match linted.releases {
                    [_] => "now".to_owned(),
                    _ => format!("in {}", linted.spelled(&since)),
                },
            ),
        )
        .about(seek::component(component))
        .with_evidence([("written", json!(written_kind)), ("now", json!(new))])
        .seen(linted.word(component.at, written_kind, &format!("is now `{new}`")))
        .mended(fix)
        .with_remedy(remedy),
    )
}

/// Writes the new type wherever the component is named; none if another has that id already.
fn renamed(
    linted: &Linted<'_>,
    config: &Config,
    component: &Component,
    new: &str,
) -> Option<Vec<Edit>> {
    let old = component.written_kind.as_str();
    let id = match component.name.as_str() {
        "" => new.to_owned(),
        name => format!("{new}/{name}"),
    };
    if config.component(component.role, &id).is_some() {
        return None;
    }
    let mut places = vec![component.at];
    for pipeline in &config.pipelines {
        let lists: &[&[Reference]] = match component.role {
            Role::Receiver => &[&pipeline.receivers],
            Role::Processor => &[&pipeline.processors],
            Role::Exporter => &[&pipeline.exporters],
            Role::Connector => &[&pipeline.receivers, &pipeline.exporters],
            Role::Extension => &[],
        };
        let references = lists.iter().copied().flatten();
        let own = references.filter(|reference| reference.id == component.id);
        places.extend(own.map(|reference| reference.at));
    }
    places
        .into_iter()
        .map(|at| linted.renamed(at, old, new))
        .collect()
}
