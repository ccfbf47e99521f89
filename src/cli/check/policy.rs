//! Finds and reads the budget file.

use std::path::Component;
use std::path::Path;
use std::path::PathBuf;

use anyhow::Context;
use clap::builder::FalseyValueParser;

use crate::budget;
use crate::budget::Policy;
use crate::cli::simulation::AlreadySaid;
use crate::cli::simulation::SimulationArgs;
use crate::cli::simulation::files::text;
use crate::cli::simulation::release;
use crate::cli::simulation::say_error;
use crate::cli::terminal::Terminal;
use crate::collector::plan::Layout;
use crate::collector::position::ConfigError;
use crate::findings::catalogue;
use crate::source;

/// Which budget file.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Which budgets")]
pub(super) struct PolicyArgs {
    /// Budget file [default: meshctl.yaml, looked for from the working directory upward]
    #[arg(
        long,
        value_name = "FILE",
        env = "MESHCTL_CONFIG",
        hide_env_values = true
    )]
    config: Option<String>,
    /// Read no budget file: judge findings alone, or what was typed
    #[arg(
        long,
        conflicts_with = "config",
        env = "MESHCTL_ISOLATED",
        hide_env_values = true,
        value_parser = FalseyValueParser::new()
    )]
    isolated: bool,
}

/// Names of a budget file, the first that is there counts.
pub(super) const NAMES: [&str; 3] = ["meshctl.yaml", "meshctl.yml", ".meshctl.yaml"];

/// A budget file and where it is at home.
pub(super) struct Home {
    /// Its name, as the user would call it, and its text.
    pub(super) file: Option<(String, String)>,
    pub(super) policy: Policy,
}

impl PolicyArgs {
    /// The file that was typed.
    pub(super) fn file(&self) -> Option<&str> {
        self.config.as_deref()
    }

    /// Reads the file that was typed, or else the one that is found.
    ///
    /// # Errors
    /// It cannot be read, or says something that is not known; the latter has been said.
    pub(super) fn read(&self, terminal: &Terminal) -> anyhow::Result<Home> {
        let name = match &self.config {
            Some(typed) => Some(typed.clone()),
            None if self.isolated => None,
            None => find()?,
        };
        let Some(name) = name else {
            return Ok(Home::none());
        };
        let text = text(&name)?;
        let ids: Vec<&str> = catalogue::RULES.iter().map(|rule| rule.id).collect();
        match budget::read(&text, &ids) {
            Ok(policy) => Ok(Home {
                file: Some((name, text)),
                policy,
            }),
            Err(error) => Err(say_error(&error, &[(name, text)], terminal)),
        }
    }
}

/// Looks from the working directory upward, as far as the root of the repository.
fn find() -> anyhow::Result<Option<String>> {
    let start = std::env::current_dir().context("cannot tell the working directory")?;
    let mut up = PathBuf::new();
    for dir in start.ancestors() {
        for name in NAMES {
            if dir.join(name).is_file() {
                return Ok(Some(up.join(name).to_string_lossy().into_owned()));
            }
        }
        if dir.join(".git").exists() {
            break;
        }
        up.push("..");
    }
    Ok(None)
}

/// A path without going down and up again, where that is the same file.
fn tidy(path: &Path) -> Option<PathBuf> {
    let mut tidied = PathBuf::new();
    for part in path.components() {
        let goes_up = part == Component::ParentDir;
        match tidied.components().next_back() {
            Some(Component::Normal(_)) if goes_up => {
                tidied.pop();
            }
            _ => tidied.push(part),
        }
    }
    let is_same = tidied.canonicalize().ok()? == path.canonicalize().ok()?;
    is_same.then_some(tidied)
}

impl Home {
    /// No file at all.
    pub(super) fn none() -> Self {
        Self {
            file: None,
            policy: Policy::default(),
        }
    }

    /// A path of the file, as one of the working directory.
    pub(super) fn at_home(&self, path: &str) -> String {
        let dir = self
            .file
            .as_ref()
            .and_then(|(name, _)| Path::new(name).parent());
        match dir {
            Some(dir) if path != "-" && !dir.as_os_str().is_empty() => {
                let joined = dir.join(path);
                tidy(&joined)
                    .unwrap_or(joined)
                    .to_string_lossy()
                    .into_owned()
            }
            _ => path.to_owned(),
        }
    }

    /// What to read where nothing else is named.
    pub(super) fn sources(&self) -> Vec<String> {
        let sources = self.policy.sources.iter();
        let sources = sources.map(|source| {
            let at_home = self.at_home(source);
            if source::is_live(source) && !Path::new(&at_home).exists() {
                source.clone()
            } else {
                at_home
            }
        });
        sources.collect()
    }

    /// Name and text of the file.
    pub(super) fn files(&self) -> Vec<(String, String)> {
        self.file.iter().cloned().collect()
    }

    /// What to simulate: what was typed, else what the file says.
    ///
    /// # Errors
    /// The release that the file says is none; that has been said.
    pub(super) fn simulation(
        &self,
        typed: SimulationArgs,
        terminal: &Terminal,
    ) -> anyhow::Result<SimulationArgs> {
        let Some(said) = &self.policy.collector else {
            return Ok(typed);
        };
        let parsed = said.version.as_ref().map(|(version, at)| {
            release(version).map_err(|message| {
                let mut error = ConfigError::new(*at, message);
                error.length = version.chars().count() as u32;
                self.say(&error, terminal)
            })
        });
        Ok(typed.default_to(said, parsed.transpose()?, |path| self.at_home(path)))
    }

    /// Refuses budgets for stages that there are not.
    ///
    /// # Errors
    /// There is one; that has been said.
    pub(super) fn check_stages(
        &self,
        layouts: &[Layout],
        terminal: &Terminal,
    ) -> anyhow::Result<()> {
        budget::check_stages(&self.policy, layouts).map_err(|error| self.say(&error, terminal))
    }

    fn say(&self, error: &ConfigError, terminal: &Terminal) -> anyhow::Error {
        match &self.file {
            Some(file) => say_error(error, std::slice::from_ref(file), terminal),
            None => anyhow::Error::new(AlreadySaid),
        }
    }
}
