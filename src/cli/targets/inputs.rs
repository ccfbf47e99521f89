//! What `targets` reads: a configuration, and lists of a cluster's objects.

use anyhow::bail;

use super::super::messages::Messages;
use super::super::simulation::Filter;
use super::super::simulation::Loaded;
use super::super::simulation::SettingArgs;
use super::super::simulation::files;
use super::super::simulation::release;
use super::super::simulation::say_error;
use super::super::terminal::Terminal;
use super::super::values;
use crate::collector::config::Discovery;
use crate::collector::targets::Objects;
use crate::collector::targets::Setting;
use crate::collector::version::Version;

/// Which configuration, and which objects.
#[derive(Debug, clap::Args)]
pub(super) struct InputArgs {
    /// A configuration, and lists of objects as `kubectl get -A -o json` prints them; `-` for standard input
    #[arg(value_name = "SOURCE")]
    sources: Vec<String>,
    /// Configuration to evaluate; several are merged as the Collector merges them
    ///
    /// Also a `ConfigMap` or `OpenTelemetryCollector` that holds one, Helm values, a `prometheus.yml`. Needed
    /// only for a file that holds objects too.
    #[arg(long, value_name = "FILE", help_heading = "Which configuration")]
    collector: Vec<String>,
    /// Release of the Collector, on which labels and rules depend
    #[arg(
        long,
        value_name = "VERSION",
        default_value = "0.118.0",
        value_parser = release,
        help_heading = "Which configuration",
        env = "MESHCTL_COLLECTOR_VERSION",
        hide_env_values = true
    )]
    collector_version: Version,
    /// Only the jobs of this pipeline; may be repeated [default: each that scrapes enter]
    #[arg(long, value_name = "ID", help_heading = "Which configuration")]
    pipeline: Vec<String>,
    /// Only the scrape job of this name
    #[arg(long, value_name = "NAME", help_heading = "Which configuration")]
    job: Option<String>,
    /// Which of several configurations in one file is meant
    #[arg(long, value_name = "NAME", help_heading = "Which configuration")]
    collector_key: Option<String>,
    /// A variable of the Collector's environment, for ${env:NAME}; goes before --env-file
    #[arg(
        long,
        value_name = "NAME=VALUE",
        value_parser = values::variable,
        help_heading = "Where it runs"
    )]
    environment: Vec<(String, String)>,
    /// A file with such variables, one a line
    #[arg(long, value_name = "FILE", help_heading = "Where it runs")]
    env_file: Vec<String>,
}

/// What was read.
pub(super) struct Read {
    /// As typed.
    pub(super) inputs: Vec<String>,
    pub(super) loaded: Loaded,
    pub(super) objects: Objects,
    /// What the configuration's file says of where it runs.
    pub(super) declared: Setting,
}

impl InputArgs {
    /// Reads all of it; `None` where something is missing, which has been said.
    ///
    /// # Errors
    /// A file cannot be read or used.
    pub(super) fn read(
        self,
        terminal: &Terminal,
        messages: Messages,
    ) -> anyhow::Result<Option<Read>> {
        let named = self.sources.iter().chain(&self.collector);
        match named.filter(|name| *name == "-").count() {
            1 if terminal.types_input => {
                messages.note("reading from the terminal: paste it and end with Ctrl-D");
            }
            0 | 1 => {}
            _ => bail!("standard input can be read only once"),
        }
        let inputs = self
            .sources
            .iter()
            .chain(&self.collector)
            .cloned()
            .collect();
        let (mut configs, mut lists) = (Vec::new(), Vec::new());
        for name in &self.collector {
            configs.push((name.clone(), files::text(name)?));
        }
        let mut objects = Objects::default();
        for name in &self.sources {
            let index = lists.len() as u32;
            lists.push((name.clone(), files::text(name)?));
            let Some((_, text)) = lists.last() else {
                continue;
            };
            match objects.add(text, index) {
                Ok(()) => {}
                // What is no list of objects is a configuration, unless one was named already.
                Err(_) if self.collector.is_empty() && !text.trim().is_empty() => {
                    configs.extend(lists.pop());
                }
                Err(error) => return Err(say_error(&error, &lists, terminal)),
            }
        }
        let Self {
            collector_version,
            pipeline,
            job,
            collector_key,
            environment,
            env_file,
            ..
        } = self;
        if configs.is_empty() {
            messages
                .error("no configuration to evaluate: name the Collector's or Prometheus' file");
            messages.note("for example: meshctl targets otel.yaml pods.json");
            return Ok(None);
        }
        let setting = SettingArgs::of(
            collector_version,
            (pipeline, job, collector_key),
            (environment, env_file),
        );
        let texts: Vec<String> = configs.iter().map(|(_, text)| text.clone()).collect();
        let loaded = setting.load(&Filter::Read(configs), terminal, messages)?;
        if lists.is_empty() && asks_a_cluster(&loaded) {
            messages.error("no objects of a cluster to look at: name lists of them");
            messages.note("for example: kubectl get pods,services,nodes -A -o json > objects.json");
            return Ok(None);
        }
        let mut declared = Setting::default();
        for text in &texts {
            // The file has been read before, so this cannot fail.
            let of = Setting::declared(text, &loaded.plan.config.shape);
            let of = of.unwrap_or_default();
            if of != Setting::default() {
                declared = of;
            }
        }
        Ok(Some(Read {
            inputs,
            loaded,
            objects,
            declared,
        }))
    }
}

/// Whether a job asks for anything of a cluster: fixed targets need no objects.
fn asks_a_cluster(loaded: &Loaded) -> bool {
    let receivers = loaded.plan.config.scrapes.iter();
    let mut discoveries = receivers
        .flat_map(|receiver| &receiver.jobs)
        .flat_map(|job| &job.discovery);
    discoveries.any(|discovery| matches!(discovery, Discovery::Kubernetes(_)))
}
