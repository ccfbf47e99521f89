//! The objects of a running cluster, as far as a configuration asks for them.

use std::sync::atomic::AtomicBool;
use std::time::Duration;

use super::super::cluster;
use super::super::messages::Messages;
use crate::collector::targets::Needs;
use crate::collector::targets::Objects;
use crate::collector::targets::Scope;
use crate::source::cluster::Access;
use crate::source::cluster::objects;

/// How long listing may take: what all of a sweep may take, unless told otherwise.
const DEADLINE: Duration = Duration::from_mins(5);

/// What came of asking a cluster.
pub(super) enum Listed {
    Objects(Objects),
    /// Nothing that an answer could be made of; why has been said.
    Nothing,
}

/// Lists what `needs` names.
pub(super) fn list(access: &Access, needs: &Needs, scope: &Scope, messages: Messages) -> Listed {
    if !access.is_configured() {
        messages.error(
            "no objects of a cluster to look at: name lists of them, or a --kubeconfig to list them by",
        );
        messages.note("for example: kubectl get pods,services,nodes -A -o json > objects.json");
        return Listed::Nothing;
    }
    // Ctrl-C ends the process: there is nothing to report of half a cluster.
    let cancel = AtomicBool::new(false);
    let listing = match objects::list(access, &needs.wanted, DEADLINE, &cancel) {
        Ok(listing) => listing,
        Err(reason) => {
            messages.error(&format!("cannot list the cluster's objects: {reason}"));
            return Listed::Nothing;
        }
    };
    let mut roles = needs.roles.iter();
    let is_blind = !needs.has_fixed && roles.all(|role| !listing.objects.contains_key(role));
    if is_blind {
        for refused in &listing.refused {
            messages.error(&format!(
                "cannot list {}: {}",
                refused.resource.plural(),
                refused.reason
            ));
        }
        if listing.refused.is_empty() {
            messages.error(
                "the configuration looks at no namespace that is known: name the Collector's with \
                 --collector-namespace",
            );
        }
        messages.remarks(&listing.remarks);
        return Listed::Nothing;
    }
    messages.remarks(&listing.remarks);
    if let (Scope::Configured, Some(namespaces)) = (scope, needs.namespaces()) {
        let named: Vec<&str> = namespaces.iter().map(String::as_str).collect();
        messages.note(&format!(
            "looked at {} alone, as the configuration does: -A looks for proxies everywhere",
            cluster::listed(&named)
        ));
    }
    let only = match scope {
        Scope::One(name) => Some(name.as_str()),
        Scope::Configured | Scope::All => None,
    };
    Listed::Objects(Objects::listed(listing, only))
}
