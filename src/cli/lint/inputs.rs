//! What `lint` reads, and what it makes of it.

use std::num::NonZeroUsize;
use std::thread;

use anyhow::bail;

use super::Args;
use super::WhichArgs;
use crate::cli::counting::explain_nothing;
use crate::cli::counting::say_failures;
use crate::cli::messages::Messages;
use crate::cli::simulation::AlreadySaid;
use crate::cli::simulation::files;
use crate::cli::simulation::say_error;
use crate::cli::terminal::Terminal;
use crate::cli::terminal::now_ns;
use crate::collector::config;
use crate::collector::config::CHOOSE_FLAG;
use crate::collector::config::File;
use crate::collector::config::Shape;
use crate::collector::confmap;
use crate::collector::decode::Notice;
use crate::collector::position::ConfigError;
use crate::collector::position::Position;
use crate::collector::targets::Objects;
use crate::collector::version::Version;
use crate::collector::yaml::Node;
use crate::findings::Finding;
use crate::findings::lint;
use crate::findings::lint::Exposed;
use crate::findings::lint::Judgement;
use crate::findings::lint::Knowledge;
use crate::findings::lint::Subject;
use crate::report;
use crate::source;
use crate::survey;
use crate::survey::Control;

/// Files and what is known beside them.
pub(super) struct Inputs {
    /// Names and texts, in the order named.
    pub(super) texts: Vec<(String, String)>,
    merge: bool,
    release: Option<Version>,
    key: Option<String>,
    exposed: Exposed,
    objects: Option<Objects>,
}

/// What came of it.
#[derive(Default)]
pub(super) struct Done {
    /// What is wrong with all configurations, worst first.
    pub(super) findings: Vec<Finding>,
    /// How many configurations were judged.
    pub(super) configurations: u64,
    /// A file holds none, or one that cannot be read; that has been said.
    pub(super) unreadable: bool,
    /// The releases of each.
    releases: Vec<Vec<Version>>,
}

/// One configuration to be judged.
struct Found {
    shape: Shape,
    root: Node,
    documents: Vec<Node>,
}

impl Inputs {
    /// Reads all files.
    ///
    /// # Errors
    /// One cannot be read, or a dump or list of objects not be used.
    pub(super) fn read(
        args: Args,
        terminal: &Terminal,
        messages: Messages,
    ) -> anyhow::Result<Self> {
        let Args {
            files: mut names,
            which:
                WhichArgs {
                    merge,
                    collector_version,
                    collector_key,
                },
            dump,
            pods,
            fix,
            ..
        } = args;
        let mut seen = Vec::new();
        names.retain(|name| {
            !seen.contains(name) && {
                seen.push(name.clone());
                true
            }
        });
        let stdin = names.iter().chain(&dump).chain(&pods);
        match stdin.filter(|name| *name == "-").count() {
            1 if terminal.types_input => {
                messages.note("reading from the terminal: paste it and end with Ctrl-D");
            }
            0 | 1 => {}
            _ => bail!("standard input can be read only once"),
        }
        if fix && names.iter().any(|name| name == "-") {
            bail!("--fix has no file to write standard input to; use --diff, or name a file");
        }
        let mut texts = Vec::new();
        for name in names {
            let text = files::text(&name)?;
            texts.push((name, text));
        }
        let objects = match pods {
            None => None,
            Some(name) => {
                let text = files::text(&name)?;
                let mut objects = Objects::default();
                if let Err(error) = objects.add(&text, 0) {
                    return Err(say_error(&error, &[(name, text)], terminal));
                }
                Some(objects)
            }
        };
        Ok(Self {
            texts,
            merge,
            release: collector_version,
            key: collector_key,
            exposed: exposed(dump, messages)?,
            objects,
        })
    }

    /// Names and texts, for positions.
    pub(super) fn files(&self) -> Vec<File<'_>> {
        let texts = self.texts.iter();
        texts.map(|(name, text)| File { name, text }).collect()
    }

    /// Judges all configurations.
    pub(super) fn lint(&self, terminal: &Terminal, messages: Messages) -> Done {
        let mut done = Done::default();
        let found = self.found(&mut done, terminal, messages);
        let files = self.files();
        let knowledge = Knowledge {
            release: self.release,
            exposed: &self.exposed,
            objects: self.objects.as_ref(),
        };
        let mut all = Vec::new();
        let mut said: Vec<String> = Vec::new();
        for Found {
            shape,
            root,
            documents,
        } in &found
        {
            let subject = Subject {
                files: &files,
                shape,
                written: root,
                documents,
            };
            let Judgement {
                findings,
                releases,
                remarks,
            } = lint::judge(&subject, &knowledge);
            for remark in remarks {
                if !said.contains(&remark) {
                    messages.warning(&remark);
                    said.push(remark);
                }
            }
            all.push(findings);
            done.releases.push(releases);
        }
        done.configurations = found.len() as u64;
        done.findings = lint::together(all);
        done
    }

    /// All configurations of the files; what cannot be read is said.
    fn found(&self, done: &mut Done, terminal: &Terminal, messages: Messages) -> Vec<Found> {
        let files = self.files();
        let names: Vec<String> = files.iter().map(|file| file.name.to_owned()).collect();
        let mut fail = |error: &ConfigError| {
            say_error(error, &self.texts, terminal);
            done.unreadable = true;
        };
        let partial = self.merge && files.len() > 1;
        let mut notices: Vec<Notice> = Vec::new();
        let mut all: Vec<Found> = Vec::new();
        for (index, file) in files.iter().enumerate() {
            let index = index as u32;
            let key = self.key.as_deref();
            let contents = match config::contents(index, *file, partial, key, &mut notices) {
                Ok(contents) => contents,
                Err(error) => {
                    fail(&error);
                    continue;
                }
            };
            if self.merge && contents.found.len() > 1 {
                fail(&several(index, &contents.found));
                continue;
            }
            for found in contents.found {
                let (shape, root) = match found.root {
                    Ok(root) => (found.shape, root),
                    Err(error) => {
                        fail(&error);
                        continue;
                    }
                };
                match all.last_mut().filter(|_| self.merge) {
                    Some(merged) => {
                        let earlier = std::mem::replace(&mut merged.root, root.clone());
                        merged.root = confmap::merge(earlier, root);
                        merged.documents.extend(contents.documents.clone());
                    }
                    None => all.push(Found {
                        shape,
                        root,
                        documents: contents.documents.clone(),
                    }),
                }
            }
        }
        for notice in &notices {
            messages.warning(&report::notice_line(notice, &names));
        }
        // A part that is missing would make findings of its own.
        if self.merge && done.unreadable {
            all.clear();
        }
        all
    }
}

impl Done {
    /// The releases, where they are the same for all: ` for 0.118.0`.
    pub(super) fn judged_for(&self) -> String {
        let Some(first) = self.releases.first() else {
            return String::new();
        };
        if self.releases.iter().any(|releases| releases != first) {
            return String::new();
        }
        match &first[..] {
            [] => String::new(),
            [only] => format!(" for {only}"),
            [oldest, .., newest] => format!(" for {oldest} to {newest}"),
        }
    }
}

fn several(index: u32, found: &[config::Found]) -> ConfigError {
    let at = Position {
        file: index,
        line: 1,
        column: 1,
    };
    let names: Vec<&str> = found.iter().map(|found| found.name.as_str()).collect();
    let error = ConfigError::new(at, "this file holds more than one configuration to merge");
    error.with_help(format!(
        "choose one with `{CHOOSE_FLAG} NAME`: {}",
        names.join(", ")
    ))
}

/// What the dumps expose, or what is known of proxies where there is none.
fn exposed(dumps: Vec<String>, messages: Messages) -> anyhow::Result<Exposed> {
    if dumps.is_empty() {
        return Ok(Exposed::known().clone());
    }
    if source::name_workload(&dumps) {
        bail!("--dump takes files, directories and URLs; save what runs with `meshctl scrape`");
    }
    let whose = dumps.join(", ");
    let plan = survey::Plan {
        sources: source::Options {
            sources: dumps,
            target_filter: None,
            listed: Vec::new(),
            lists: Vec::new(),
            live: source::Live::default(),
            cluster: source::cluster::Options::default(),
            keep: None,
        },
        workers: thread::available_parallelism()
            .unwrap_or(NonZeroUsize::MIN)
            .get(),
        max_line_bytes: 1 << 20,
        simulate: Vec::new(),
        traffic: survey::Traffic::Ignore,
        watch: None,
        latency: None,
        detail: survey::Detail::default(),
        now_ns: now_ns(),
    };
    let survey = survey::run(&plan, &Control::default());
    if survey.coverage.scraped == 0 {
        explain_nothing(&survey.coverage, messages);
        return Err(anyhow::Error::new(AlreadySaid));
    }
    say_failures(&survey.coverage, messages, Messages::warning);
    Ok(Exposed::of(&survey.census, whose))
}
