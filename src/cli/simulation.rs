//! Which Collector configuration or bare filter to simulate: its flags, and what they come to.
//!
//! In come flags, files and the environment; out goes a [`Plan`] that is known to build. What is wrong with a
//! configuration is said on standard error with its line.

mod bare;
pub(super) mod files;

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

use anyhow::Context;
use anyhow::bail;

use super::messages::Messages;
use super::terminal::Terminal;
use super::terminal::environment;
use super::values;
use crate::budget::policy::Pipeline as Said;
use crate::collector::config::Config;
use crate::collector::config::File;
use crate::collector::config::Shape;
use crate::collector::confmap::Sources;
use crate::collector::decode::Notice;
use crate::collector::decode::nearest;
use crate::collector::plan::Layout;
use crate::collector::plan::Plan;
use crate::collector::pods;
use crate::collector::position::ConfigError;
use crate::collector::position::Inside;
use crate::collector::position::Position;
use crate::collector::version;
use crate::collector::version::Version;
use crate::report;
use crate::report::Style;

/// Which filter to simulate, and as what.
#[derive(Debug, clap::Args)]
pub(super) struct SimulationArgs {
    #[command(flatten)]
    filter: FilterArgs,
    #[command(flatten)]
    setting: SettingArgs,
}

/// A configuration, or a filter by itself.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Which filter")]
struct FilterArgs {
    /// Collector configuration to simulate; several are merged as the Collector merges them
    ///
    /// Also a `ConfigMap` or `OpenTelemetryCollector` that holds one, Helm values, a `prometheus.yml`; `-` for
    /// standard input.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["relabel", "keep_regex", "ottl"])]
    collector: Vec<String>,
    /// Rules of `metric_relabel_configs`, by themselves, as a Prometheus applies them
    #[arg(long, value_name = "FILE", conflicts_with_all = ["keep_regex", "ottl"])]
    relabel: Option<String>,
    /// Keep the names that match, by `metric_relabel_configs` in a Collector
    ///
    /// Anchored at both ends, as in all relabeling.
    #[arg(long, value_name = "REGEX", conflicts_with = "ottl")]
    keep_regex: Option<String>,
    /// Drop the metrics for which it is true, by a filter processor in a Collector; may be repeated
    #[arg(long, value_name = "CONDITION")]
    ottl: Vec<String>,
}

/// Names of the flags of which a simulation needs one, for a group that requires it.
pub(super) const FILTERS: [&str; 4] = ["collector", "relabel", "keep_regex", "ottl"];

/// What surrounds the filter.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "How to simulate it")]
pub(super) struct SettingArgs {
    /// Release of the Collector, on which names and rules depend [default: 0.118.0]
    #[arg(
        long,
        value_name = "VERSION",
        value_parser = release,
        env = "MESHCTL_COLLECTOR_VERSION",
        hide_env_values = true
    )]
    collector_version: Option<Version>,
    /// Pipeline to simulate; may be repeated [default: each that scrapes enter]
    #[arg(long, value_name = "ID", requires = "collector")]
    pipeline: Vec<String>,
    /// Only the scrape job of this name
    #[arg(long, value_name = "NAME", requires = "collector")]
    job: Option<String>,
    /// Which of several configurations in one file is meant
    #[arg(
        long,
        hide_short_help = true,
        value_name = "NAME",
        requires = "collector"
    )]
    collector_key: Option<String>,
    /// Pods of the cluster, for k8sattributes: the output of `kubectl get pods -A -o json`
    #[arg(long, hide_short_help = true, value_name = "FILE")]
    pods: Option<String>,
    /// A variable of the Collector's environment, for ${env:NAME}; goes before --env-file
    ///
    /// What neither says is looked up in the environment of this program.
    #[arg(
        long,
        hide_short_help = true,
        value_name = "NAME=VALUE",
        value_parser = values::variable
    )]
    environment: Vec<(String, String)>,
    /// A file with such variables, one a line
    #[arg(long, hide_short_help = true, value_name = "FILE")]
    env_file: Vec<String>,
}

/// `0.118.0`, `v0.118`; a release whose behaviour is known.
pub(super) fn release(typed: &str) -> Result<Version, String> {
    let release: Version = typed.parse().map_err(|error| format!("{error}"))?;
    if release < version::OLDEST {
        return Err(format!(
            "what releases before {} do is not known",
            version::OLDEST
        ));
    }
    Ok(release)
}

/// Variables that processors look up by themselves, whether or not a configuration refers to them.
const READ_BY_DETECTORS: [&str; 2] = ["OTEL_RESOURCE_ATTRIBUTES", "OTEL_RESOURCE"];

/// What is to be simulated.
pub(super) enum Filter {
    /// Files of one configuration.
    Collector(Vec<String>),
    /// A file of relabeling rules.
    Relabel(String),
    /// A regex of the names to keep.
    KeepRegex(String),
    /// Conditions of what to drop.
    Ottl(Vec<String>),
    /// Names and texts of the files of one configuration, read already.
    Read(Vec<(String, String)>),
}

impl Filter {
    /// What it is called in reports.
    fn name(&self) -> String {
        match self {
            Self::Collector(files) => files.join(" + "),
            Self::Relabel(file) => file.clone(),
            Self::KeepRegex(_) => "--keep-regex".to_owned(),
            Self::Ottl(_) => "--ottl".to_owned(),
            Self::Read(files) => {
                let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
                names.join(" + ")
            }
        }
    }

    /// Names and texts of its files.
    fn files(&self) -> anyhow::Result<Vec<(String, String)>> {
        let read = |name: &String| Ok((name.clone(), files::text(name)?));
        Ok(match self {
            Self::Collector(names) => names.iter().map(read).collect::<anyhow::Result<_>>()?,
            Self::Relabel(name) => vec![read(name)?],
            Self::KeepRegex(regex) => vec![(self.name(), bare::keep_regex(regex))],
            Self::Ottl(conditions) => vec![(self.name(), bare::ottl(conditions))],
            Self::Read(files) => files.clone(),
        })
    }
}

/// A plan that builds, and what it consists of.
pub(super) struct Loaded {
    /// What to simulate.
    pub(super) plan: Plan,
    /// The pipelines, in the order of the plan.
    layouts: Vec<Layout>,
    /// Names and texts of the files that positions index.
    files: Vec<(String, String)>,
}

/// The run ends here, and why has been said.
#[derive(Debug, thiserror::Error)]
#[error("the configuration cannot be used")]
pub(super) struct AlreadySaid;

/// How many notices are said before the rest is only counted.
const SAID_NOTICES: usize = 10;

impl SimulationArgs {
    /// Whether standard input is the configuration.
    pub(super) fn reads_stdin(&self) -> bool {
        self.filter.collector.iter().any(|file| file == "-")
            || self.filter.relabel.as_deref() == Some("-")
    }

    /// The same with what a budget file says, wherever nothing else was typed; `at_home` finds its files.
    pub(super) fn default_to(
        mut self,
        said: &Said,
        release: Option<Version>,
        at_home: impl Fn(&str) -> String,
    ) -> Self {
        let FilterArgs {
            collector,
            relabel,
            keep_regex,
            ottl,
        } = &self.filter;
        if !(collector.is_empty() && relabel.is_none() && keep_regex.is_none() && ottl.is_empty()) {
            return self;
        }
        self.filter.collector = said.files.iter().map(|file| at_home(file)).collect();
        let setting = &mut self.setting;
        setting.collector_version = setting.collector_version.or(release);
        if setting.pipeline.is_empty() {
            setting.pipeline.clone_from(&said.pipelines);
        }
        setting.job = setting.job.take().or(said.job.clone());
        setting.collector_key = setting.collector_key.take().or(said.key.clone());
        let pods = || said.pods.as_deref().map(at_home);
        setting.pods = setting.pods.take().or_else(pods);
        // What was typed comes last and wins.
        setting
            .environment
            .splice(0..0, said.environment.iter().cloned());
        self
    }

    /// The files of the Collector's configuration, as typed.
    pub(super) fn collector_files(&self) -> &[String] {
        &self.filter.collector
    }

    /// The release, if one was typed.
    pub(super) fn release(&self) -> Option<Version> {
        self.setting.collector_version
    }

    /// Reads and builds what was named; `None` where nothing was.
    ///
    /// # Errors
    /// A file cannot be read, or the configuration not be used; the latter has been said ([`AlreadySaid`]).
    pub(super) fn load(
        self,
        terminal: &Terminal,
        messages: Messages,
    ) -> anyhow::Result<Option<Loaded>> {
        let Self { filter, setting } = self;
        filter
            .chosen()
            .map(|filter| setting.load(&filter, terminal, messages))
            .transpose()
    }
}

impl FilterArgs {
    fn chosen(self) -> Option<Filter> {
        let Self {
            collector,
            relabel,
            keep_regex,
            ottl,
        } = self;
        if !collector.is_empty() {
            return Some(Filter::Collector(collector));
        }
        let relabel = relabel.map(Filter::Relabel);
        let keep_regex = keep_regex.map(Filter::KeepRegex);
        let ottl = (!ottl.is_empty()).then_some(Filter::Ottl(ottl));
        relabel.or(keep_regex).or(ottl)
    }
}

impl SettingArgs {
    /// Nothing but the release is said.
    pub(super) fn plain(collector_version: Version) -> Self {
        Self {
            collector_version: Some(collector_version),
            pipeline: Vec::new(),
            job: None,
            collector_key: None,
            pods: None,
            environment: Vec::new(),
            env_file: Vec::new(),
        }
    }

    /// Of one configuration: pipelines, job and key, then variables and files of them.
    pub(super) fn of(
        collector_version: Version,
        (pipeline, job, collector_key): (Vec<String>, Option<String>, Option<String>),
        (environment, env_file): (Vec<(String, String)>, Vec<String>),
    ) -> Self {
        Self {
            pipeline,
            job,
            collector_key,
            environment,
            env_file,
            ..Self::plain(collector_version)
        }
    }

    /// The same for another release and one pipeline.
    pub(super) fn with(&self, collector_version: Version, pipeline: Option<String>) -> Self {
        Self {
            collector_version: Some(collector_version),
            pipeline: pipeline.into_iter().collect(),
            job: self.job.clone(),
            collector_key: self.collector_key.clone(),
            pods: self.pods.clone(),
            environment: self.environment.clone(),
            env_file: self.env_file.clone(),
        }
    }

    /// Reads and builds one filter.
    pub(super) fn load(
        &self,
        filter: &Filter,
        terminal: &Terminal,
        messages: Messages,
    ) -> anyhow::Result<Loaded> {
        let release = self.collector_version.unwrap_or_default();
        if release > version::NEWEST {
            messages.warning(&format!(
                "what releases after {} do is not known: {} is taken to behave like it",
                version::NEWEST,
                release
            ));
        }
        let files = filter.files()?;
        let environment = self.environment()?;
        let pods = match &self.pods {
            Some(name) => Some((name.clone(), files::text(name)?)),
            None => None,
        };
        let explain =
            |error: &ConfigError, files: &[(String, String)]| match as_typed(error, filter) {
                Some((error, typed)) => say_error(&error, &[typed], terminal),
                None => say_error(error, files, terminal),
            };
        let cluster = match pods {
            Some(file) => {
                let read = pods::read(&file.1);
                let read = read.map_err(|error| explain(&error, std::slice::from_ref(&file)))?;
                Some(Arc::new(read))
            }
            None => None,
        };
        let config = self.config(filter, &files, &environment);
        let config = config.map_err(|error| explain(&error, &files))?;
        let pipelines = self.pipelines(&config);
        let pipelines = pipelines.map_err(|error| explain(&error, &files))?;
        self.ensure_job(&config, &pipelines)?;
        let plan = Plan {
            name: filter.name(),
            files: files.iter().map(|(name, _)| name.clone()).collect(),
            config,
            pipelines,
            job: self.job.clone(),
            cluster,
            environment,
        };
        let built = plan.build().map_err(|error| explain(&error, &files))?;
        Ok(Loaded {
            plan,
            layouts: built.into_iter().map(|(layout, _)| layout).collect(),
            files,
        })
    }

    /// Variables that were typed, then those of files, then what detectors read; the first of a name counts.
    fn environment(&self) -> anyhow::Result<BTreeMap<String, String>> {
        let mut variables = self.environment.clone();
        // Of what was typed twice, the last counts, as for a shell.
        variables.reverse();
        for name in self.env_file.iter().rev() {
            let text = files::text(name)?;
            let mut of_file = files::variables(&text).with_context(|| format!("in {name}"))?;
            of_file.reverse();
            variables.extend(of_file);
        }
        for name in READ_BY_DETECTORS {
            variables.extend(environment(name).map(|value| (name.to_owned(), value)));
        }
        // From the last to the first, so that the first of a name stays.
        Ok(variables.into_iter().rev().collect())
    }

    fn config(
        &self,
        filter: &Filter,
        files: &[(String, String)],
        variables: &BTreeMap<String, String>,
    ) -> Result<Config, ConfigError> {
        let variable = |name: &str| {
            let typed = variables.get(name).cloned();
            typed.or_else(|| environment(name))
        };
        let read_file = |name: &str| files::regular(name);
        let sources = Sources {
            env: &variable,
            read_file: Some(&read_file),
        };
        let key = self.collector_key.as_deref();
        let config = Config::load(
            &named(files),
            key,
            sources,
            self.collector_version.unwrap_or_default(),
        )?;
        if matches!(filter, Filter::Relabel(_)) && config.shape != Shape::Prometheus {
            let message = "this is a Collector configuration, not a list of relabeling rules";
            let help = "name it with `--collector`";
            return Err(ConfigError::new(config.root.at, message).with_help(help));
        }
        Ok(config)
    }

    /// Ids of the pipelines to simulate: those typed, or all that scrapes enter.
    fn pipelines(&self, config: &Config) -> Result<Vec<String>, ConfigError> {
        let mut ids: Vec<String> = Vec::new();
        for typed in &self.pipeline {
            let pipeline = config.select_pipeline(Some(typed))?;
            if pipeline.signal != "metrics" {
                let message = format!("pipeline `{typed}` is for {}", pipeline.signal);
                return Err(ConfigError::new(pipeline.at, message));
            }
            if !ids.contains(typed) {
                ids.push(typed.clone());
            }
        }
        if ids.is_empty() {
            let entered = config.metrics_pipelines();
            ids.extend(entered.into_iter().map(|pipeline| pipeline.id.clone()));
        }
        if ids.is_empty() {
            ids.push(config.select_pipeline(None)?.id.clone());
        }
        Ok(ids)
    }

    /// A job that does not exist would leave pipelines that nothing enters.
    fn ensure_job(&self, config: &Config, pipelines: &[String]) -> anyhow::Result<()> {
        let Some(typed) = &self.job else {
            return Ok(());
        };
        let simulated = config.pipelines.iter();
        let simulated = simulated.filter(|pipeline| pipelines.contains(&pipeline.id));
        let receivers: Vec<&str> = simulated
            .flat_map(|pipeline| pipeline.receivers.iter())
            .map(|receiver| receiver.id.as_str())
            .collect();
        let scrapes = config.scrapes.iter();
        let scrapes = scrapes.filter(|scrape| receivers.contains(&scrape.id.as_str()));
        let jobs: Vec<&str> = scrapes
            .flat_map(|scrape| scrape.jobs.iter())
            .map(|job| job.name.as_str())
            .collect();
        if jobs.contains(&typed.as_str()) {
            return Ok(());
        }
        match nearest(typed, &jobs) {
            Some(close) => bail!("there is no scrape job `{typed}`; did you mean `{close}`?"),
            None => bail!(
                "there is no scrape job `{typed}`; there are: {}",
                jobs.join(", ")
            ),
        }
    }
}

impl Loaded {
    /// Says what is wrong in its files; the error that is left has been said.
    pub(super) fn say_error(&self, error: &ConfigError, terminal: &Terminal) -> anyhow::Error {
        say_error(error, &self.files, terminal)
    }

    /// Names and texts of its files.
    pub(super) fn files(&self) -> &[(String, String)] {
        &self.files
    }

    /// What its pipelines consist of.
    pub(super) fn layouts(&self) -> &[Layout] {
        &self.layouts
    }

    /// Seconds between two scrapes of the first pipeline's jobs, if they say.
    pub(super) fn interval_seconds(&self) -> Option<f64> {
        let seconds = self.layouts.first()?.interval_seconds;
        (seconds > 0.0).then_some(seconds)
    }

    /// Says what is not simulated, each once.
    pub(super) fn say_notices(&self, terminal: &Terminal, messages: Messages) {
        if messages.is_quiet() {
            return;
        }
        let mut seen = BTreeSet::new();
        let all = self.layouts.iter().flat_map(|layout| &layout.notices);
        let all: Vec<&Notice> = all
            .filter(|notice| seen.insert((notice.at, &notice.subject, &notice.message)))
            .collect();
        let most = if messages.is_verbose() {
            usize::MAX
        } else {
            SAID_NOTICES
        };
        let files = named(&self.files);
        let style = Style {
            color: terminal.color_messages,
            escape: true,
            ..terminal.report.clone()
        };
        for notice in all.iter().take(most) {
            if messages.is_verbose() {
                Messages::excerpt(&report::notice_excerpt(notice, &files, &style));
            } else {
                messages.warning(&report::notice_line(notice, &self.plan.files));
            }
        }
        let more = all.len().saturating_sub(most);
        if more > 0 {
            messages.warning(&format!(
                "{more} more notes on the configuration; --verbose says them all"
            ));
        }
    }
}

/// An error inside of a condition that was typed, in that condition rather than in the configuration around it.
fn as_typed(error: &ConfigError, filter: &Filter) -> Option<(ConfigError, (String, String))> {
    let Filter::Ottl(conditions) = filter else {
        return None;
    };
    let inside = error.inside.as_deref()?;
    let text = conditions.iter().find(|text| **text == inside.text)?;
    let typed = ("--ottl".to_owned(), text.clone());
    Some((in_text(error), typed))
}

/// An error inside of a text, in a file that consists of this text.
pub(super) fn in_text(error: &ConfigError) -> ConfigError {
    let (line, column) = error.inside.as_deref().map_or((1, 1), Inside::place);
    error.clone().pinned(Position {
        file: 0,
        line,
        column,
    })
}

/// Says what is wrong in one of these files, with the line; the error that is left has been said.
pub(super) fn say_error(
    error: &ConfigError,
    files: &[(String, String)],
    terminal: &Terminal,
) -> anyhow::Error {
    let style = Style {
        color: terminal.color_messages,
        escape: true,
        ..terminal.report.clone()
    };
    Messages::excerpt(&report::error_excerpt(error, &named(files), &style));
    anyhow::Error::new(AlreadySaid)
}

fn named(files: &[(String, String)]) -> Vec<File<'_>> {
    files
        .iter()
        .map(|(name, text)| File { name, text })
        .collect()
}
