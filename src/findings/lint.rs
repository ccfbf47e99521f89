//! Mistakes in a configuration that can be seen without running it.
//!
//! In comes a configuration with the text around it and the releases it is meant for; out go findings, each
//! with its place. One file for each group of rules, with the rules' ids and titles.

mod config;
mod discovery;
mod expansion;
mod exporter;
mod exposed;
mod filter;
mod fix;
mod flow;
mod host;
mod judge;
mod model;
mod ottl;
mod patterns;
mod places;
mod relabeling;
mod releases;
mod resource;
mod scrape;
mod secrets;
mod security;
mod seek;
mod service;
mod statements;
mod walk;
mod workload;

use super::Edit;
use super::Finding;
use super::Place;
use super::catalogue::Rule;
use crate::collector::config::Config;
use crate::collector::config::File;
use crate::collector::config::Image;
use crate::collector::config::Shape;
use crate::collector::targets::Objects;
use crate::collector::trial::Trial;
use crate::collector::version::Version;
use crate::collector::yaml::Node;

pub use exposed::Exposed;
pub use exposed::ExposedFamily;
pub use exposed::SYNTHETIC;
pub use fix::Applied;
pub use fix::apply;
pub use judge::Judgement;
pub use judge::Knowledge;
pub use judge::Subject;
pub use judge::judge;
pub use releases::all_releases;
pub use secrets::masked;
pub use walk::ComponentNode;
pub use walk::Job;

/// A configuration, and what is known around it.
#[derive(Debug, Clone, Copy)]
pub struct Linted<'a> {
    /// Names and texts; positions index them.
    pub files: &'a [File<'a>],
    /// What the first file is.
    pub shape: &'a Shape,
    /// The configuration as written, no variable replaced.
    pub written: &'a Node,
    /// The same, each text as the newest release reads it. A text that refers to a variable or a file, or that
    /// the release refuses, stays as written; [`Linted::known`] leaves these out.
    pub read: &'a Node,
    /// Every document of the files: manifests and values hold more than the configuration.
    pub documents: &'a [Node],
    /// Images of a Collector that the documents name.
    pub images: &'a [Image],
    /// The configuration as the newest of the releases reads it, guesses in the place of variables; none where
    /// that refuses it, or it is not known whether it does.
    pub config: Option<&'a Config>,
    /// The releases it is judged for, oldest first; at least one.
    pub releases: &'a [Version],
    /// How each of them takes it, in the same order.
    pub trials: &'a [Trial],
    /// The releases were named, by a flag or by an image's tag; else they are all there are.
    pub is_meant: bool,
    /// What proxies expose: those of a scrape, or all that is known.
    pub exposed: &'a Exposed,
    /// The objects of the cluster it runs in, where they were given.
    pub objects: Option<&'a Objects>,
}

/// All rules of this part.
pub(super) fn rules() -> impl Iterator<Item = &'static [Rule]> {
    const GROUPS: [&[Rule]; 11] = [
        config::RULES,
        discovery::RULES,
        expansion::RULES,
        exporter::RULES,
        filter::RULES,
        ottl::RULES,
        relabeling::RULES,
        resource::RULES,
        scrape::RULES,
        security::RULES,
        service::RULES,
    ];
    GROUPS.into_iter()
}

/// The rules of this part, group by group.
pub fn all_rules() -> impl Iterator<Item = &'static Rule> {
    rules().flatten()
}

/// Applies every rule to a configuration; in the order of [`super::inspect`].
pub fn inspect(linted: &Linted<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    config::inspect(linted, &mut findings);
    discovery::inspect(linted, &mut findings);
    expansion::inspect(linted, &mut findings);
    exporter::inspect(linted, &mut findings);
    filter::inspect(linted, &mut findings);
    ottl::inspect(linted, &mut findings);
    relabeling::inspect(linted, &mut findings);
    resource::inspect(linted, &mut findings);
    scrape::inspect(linted, &mut findings);
    security::inspect(linted, &mut findings);
    service::inspect(linted, &mut findings);
    config::leave_to_others(&mut findings);
    super::sort(&mut findings);
    // An anchor that is used twice is read twice.
    findings.dedup();
    findings
}

/// Findings of several configurations, in the order of [`super::inspect`].
pub fn together(all: Vec<Vec<Finding>>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = all.into_iter().flatten().collect();
    super::sort(&mut findings);
    findings.dedup();
    findings
}

impl Linted<'_> {
    /// The newest of the releases, whose reading are [`Linted::read`] and [`Linted::config`].
    pub fn release(&self) -> Version {
        self.releases.last().copied().unwrap_or_default()
    }
}
