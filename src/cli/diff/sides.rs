//! The two filters as they were typed, and what each of them is.

use std::fs;
use std::path::Path;

use anyhow::Context;

use crate::cli::messages::Messages;
use crate::cli::simulation::AlreadySaid;
use crate::cli::simulation::Filter;
use crate::cli::simulation::SettingArgs;
use crate::cli::simulation::in_text;
use crate::cli::terminal::Terminal;
use crate::collector::bare::Bare;
use crate::collector::config::File;
use crate::collector::ottl::Condition;
use crate::collector::ottl::Context as OttlContext;
use crate::collector::plan::Plan;
use crate::collector::position::ConfigError;
use crate::collector::position::Position;
use crate::collector::version::Version;
use crate::collector::yaml;
use crate::collector::yaml::Kind;
use crate::report;
use crate::report::Style;

/// Two plans that build.
pub(super) struct Sides {
    pub(super) left: Plan,
    pub(super) right: Plan,
    /// What each is called in the report.
    pub(super) names: [String; 2],
    files: [bool; 2],
}

/// What one side is.
enum Typed {
    /// A configuration file, and the pipeline that was chosen.
    File(String, Option<String>),
    /// A filter by itself, as it was typed.
    Bare(Bare),
    /// Relabeling rules in a file, with its text.
    Rules(Bare, String),
}

impl Sides {
    /// Reads both sides. A bare filter stands in the place of the other side's filters.
    pub(super) fn load(
        typed: [&String; 2],
        versions: [Version; 2],
        setting: &SettingArgs,
        terminal: &Terminal,
        messages: Messages,
    ) -> anyhow::Result<Self> {
        let kinds = [
            Typed::of(typed[0], versions[0])?,
            Typed::of(typed[1], versions[1])?,
        ];
        let load = |at: usize| -> anyhow::Result<Option<Plan>> {
            let Typed::File(file, pipeline) = &kinds[at] else {
                return Ok(None);
            };
            let setting = setting.with(versions[at], pipeline.clone());
            let filter = Filter::Collector(vec![file.clone()]);
            let loaded = setting.load(&filter, terminal, messages)?;
            loaded.say_notices(terminal, messages);
            Ok(Some(loaded.plan))
        };
        let plans = [load(0)?, load(1)?];
        let explain = |error: &ConfigError, name: &str, text: &str| {
            let style = Style {
                color: terminal.color_messages,
                escape: true,
                ..terminal.report.clone()
            };
            let mut error = in_text(error);
            error.at.file = 0;
            let file = File { name, text };
            Messages::excerpt(&report::error_excerpt(&error, &[file], &style));
            anyhow::Error::new(AlreadySaid)
        };
        let place = |at: usize| -> anyhow::Result<Plan> {
            if let Some(plan) = &plans[at] {
                return Ok(plan.clone());
            }
            let (bare, place, text) = match &kinds[at] {
                Typed::Bare(bare @ (Bare::Ottl(text) | Bare::KeepRegex(text))) => {
                    (bare, "(as typed)", text)
                }
                Typed::Rules(bare, text) => (bare, typed[at].as_str(), text),
                Typed::Bare(Bare::Relabel(_)) | Typed::File(..) => {
                    anyhow::bail!("`{}` is no filter", typed[at])
                }
            };
            let other = plans[1 - at].as_ref().filter(|other| bare.fits(other));
            let name = typed[at];
            let built = match other {
                Some(other) => bare.instead_of_filters(name, other),
                None if matches!(kinds[1 - at], Typed::Rules(..)) => bare.plan(name, versions[at]),
                None => bare.in_collector(name, versions[at]),
            };
            built.map_err(|error| explain(&error, place, text))
        };
        Ok(Self {
            left: place(0)?,
            right: place(1)?,
            names: if versions[0] == versions[1] {
                [typed[0].clone(), typed[1].clone()]
            } else {
                [0, 1].map(|at| format!("{} in release {}", typed[at], versions[at]))
            },
            files: [0, 1].map(|at| !matches!(kinds[at], Typed::Bare(_))),
        })
    }

    /// Whether the side called `left` or `right` stands in a file.
    pub(super) fn is_file(&self, side: &str) -> bool {
        self.files[usize::from(side == "right")]
    }
}

impl Typed {
    fn of(typed: &str, version: Version) -> anyhow::Result<Self> {
        if let Some(condition) = typed.strip_prefix("ottl:") {
            return Ok(Self::Bare(Bare::Ottl(condition.to_owned())));
        }
        if let Some(regex) = typed.strip_prefix("regex:") {
            return Ok(Self::Bare(Bare::KeepRegex(regex.to_owned())));
        }
        let (path, pipeline) = match typed.rsplit_once('#') {
            Some((path, pipeline)) if !fs::exists(typed).unwrap_or(false) => {
                (path, Some(pipeline.to_owned()))
            }
            _ => (typed, None),
        };
        if path == "-" || fs::metadata(path).is_ok_and(|found| found.is_file()) {
            return Self::of_file(path, pipeline);
        }
        let extension = Path::new(path).extension();
        if extension.is_some_and(|extension| extension == "yaml" || extension == "yml") {
            anyhow::bail!("there is no file `{path}`");
        }
        let at = Position::default();
        let is_condition = Condition::compile(typed, at, OttlContext::Metric, version).is_ok();
        let text = typed.to_owned();
        Ok(Self::Bare(if is_condition {
            Bare::Ottl(text)
        } else {
            Bare::KeepRegex(text)
        }))
    }

    /// A file that holds a list holds relabeling rules.
    fn of_file(path: &str, pipeline: Option<String>) -> anyhow::Result<Self> {
        if path != "-" {
            let text = fs::read_to_string(path).with_context(|| format!("cannot read {path}"))?;
            if let Ok(node) = yaml::parse(&text, yaml::Origin::File(0))
                && let Kind::List(rules) = node.kind
            {
                return Ok(Self::Rules(Bare::Relabel(rules), text));
            }
        }
        Ok(Self::File(path.to_owned(), pipeline))
    }
}
