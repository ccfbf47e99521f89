//! What `targets` reads: a configuration, and lists of a cluster's objects or the cluster itself.

use anyhow::bail;
use clap::builder::FalseyValueParser;

use super::super::cluster;
use super::super::cluster::AccessArgs;
use super::super::cluster::ScopeArgs;
use super::super::messages::Messages;
use super::super::simulation::Filter;
use super::super::simulation::Loaded;
use super::super::simulation::SettingArgs;
use super::super::simulation::files;
use super::super::simulation::release;
use super::super::simulation::say_error;
use super::super::terminal::Terminal;
use super::super::values;
use super::listing;
use super::listing::Listed;
use crate::collector::config::Shape;
use crate::collector::targets::Mode;
use crate::collector::targets::Needs;
use crate::collector::targets::Objects;
use crate::collector::targets::Setting;
use crate::collector::version::Version;

/// Which configuration, and which objects.
#[derive(Debug, clap::Args)]
pub(super) struct InputArgs {
    /// A configuration, and lists of objects as `kubectl get -A -o json` prints them; `-` for standard input
    ///
    /// Without a list, the objects are those of the cluster that the kubeconfig names.
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
    /// How many Collectors run it [default: what an `OpenTelemetryCollector` or Helm values say]
    #[arg(long, value_name = "MODE", value_enum, help_heading = "Where it runs")]
    mode: Option<ModeArg>,
    /// Namespace that the Collector runs in, for `own_namespace`
    #[arg(long, value_name = "NAMESPACE", help_heading = "Where it runs")]
    collector_namespace: Option<String>,
    /// Look in this namespace alone [default: those that the configuration looks at]
    #[arg(
        short,
        long,
        value_name = "NAME",
        help_heading = "Cluster",
        env = "MESHCTL_NAMESPACE",
        hide_env_values = true
    )]
    namespace: Option<String>,
    /// Look in all namespaces, whichever the configuration names
    #[arg(
        short = 'A',
        long,
        help_heading = "Cluster",
        env = "MESHCTL_ALL_NAMESPACES",
        hide_env_values = true,
        value_parser = FalseyValueParser::new()
    )]
    all_namespaces: bool,
    #[command(flatten)]
    access: AccessArgs,
}

/// What was read.
pub(super) struct Read {
    /// As typed.
    pub(super) inputs: Vec<String>,
    pub(super) loaded: Loaded,
    pub(super) objects: Objects,
    /// Where the Collector runs.
    pub(super) setting: Setting,
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
            mode,
            collector_namespace,
            namespace,
            all_namespaces,
            access,
            ..
        } = self;
        let scope = ScopeArgs {
            namespace,
            all_namespaces,
        };
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
        let mut setting = declared(&texts, &loaded.plan.config.shape);
        setting.mode = mode.map(Mode::from).or(setting.mode);
        setting.namespace = collector_namespace.or(setting.namespace);
        let plan = &loaded.plan;
        let only = plan.job.as_deref();
        let wide = scope.scope();
        let needs = Needs::new(&plan.config, &plan.pipelines, only, &setting, &wide);
        if !lists.is_empty() || needs.roles.is_empty() {
            say_idle_flags(&scope, &access, !lists.is_empty(), messages);
        } else {
            match listing::list(&access.plan(), &needs, &wide, messages) {
                Listed::Objects(listed) => objects = listed,
                Listed::Nothing => return Ok(None),
            }
        }
        Ok(Some(Read {
            inputs,
            loaded,
            objects,
            setting,
        }))
    }
}

/// Says which flags say how to ask a cluster, where none is asked.
fn say_idle_flags(scope: &ScopeArgs, access: &AccessArgs, has_lists: bool, messages: Messages) {
    let mut flags = scope.given();
    flags.extend(access.given());
    if !flags.is_empty() {
        let why = if has_lists {
            "the objects are those of the lists"
        } else {
            "the configuration asks nothing of a cluster"
        };
        messages.warning(&format!("{}: no effect, as {why}", cluster::listed(&flags)));
    }
}

/// What the files of a configuration say of where it runs.
pub(in crate::cli) fn declared(texts: &[String], shape: &Shape) -> Setting {
    let mut declared = Setting::default();
    for text in texts {
        // The file has been read before, so this cannot fail.
        let of = Setting::declared(text, shape).unwrap_or_default();
        if of != Setting::default() {
            declared = of;
        }
    }
    declared
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum ModeArg {
    /// One on each node
    Daemonset,
    /// Some replicas
    Deployment,
    /// Some replicas with names that stay
    Statefulset,
    /// One in each pod that asks for it
    Sidecar,
}

impl From<ModeArg> for Mode {
    fn from(typed: ModeArg) -> Self {
        match typed {
            ModeArg::Daemonset => Self::DaemonSet,
            ModeArg::Deployment => Self::Deployment,
            ModeArg::Statefulset => Self::StatefulSet,
            ModeArg::Sidecar => Self::Sidecar,
        }
    }
}
