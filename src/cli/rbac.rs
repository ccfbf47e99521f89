//! `meshctl rbac`: what the API server has to allow, as Roles.

use super::ExitCode;
use super::cluster::ClusterArgs;
use super::deliver::deliver_text;
use super::messages::Messages;
use crate::source::cluster::ROLE_NAME;
use crate::source::cluster::Roles;
use crate::source::cluster::Subject;

/// Print the least Role that lets meshctl read from a cluster, with its binding
#[derive(Debug, clap::Args)]
#[command(long_about = LONG_ABOUT)]
pub(super) struct Args {
    /// What would be read: deploy/web, pod/x, svc/y, ns/z [default: the namespace, or all of them with -A]
    #[arg(value_name = "WORKLOAD")]
    names: Vec<String>,
    #[command(flatten)]
    cluster: ClusterArgs,
    /// User to give it to
    #[arg(
        long,
        value_name = "NAME",
        help_heading = "Whom to give it to",
        conflicts_with_all = ["group", "serviceaccount"]
    )]
    user: Option<String>,
    /// Group to give it to
    #[arg(
        long,
        value_name = "NAME",
        help_heading = "Whom to give it to",
        conflicts_with = "serviceaccount"
    )]
    group: Option<String>,
    /// Service account to give it to [default: meshctl in the namespace that is read]
    #[arg(
        long,
        value_name = "NAMESPACE:NAME",
        help_heading = "Whom to give it to",
        value_parser = account
    )]
    serviceaccount: Option<(String, String)>,
    /// What to call the Role and its binding
    #[arg(
        long,
        value_name = "NAME",
        help_heading = "Whom to give it to",
        default_value = ROLE_NAME
    )]
    name: String,
}

const LONG_ABOUT: &str = "\
The least Role that lets meshctl read what the same flags would read, with its binding, as YAML for \
`kubectl apply -f -`. With -A it is a ClusterRole. Nothing is asked of the cluster.

Pods are listed, and reached by a forwarded port unless --via says otherwise. Replica sets and jobs are listed \
only to name workloads: without that permission, workloads are named after their pods.

Examples:
  For a CronJob in the namespace that it reads
    meshctl rbac -n emojivoto --via direct | kubectl apply -f -
  For a person, all namespaces
    meshctl rbac -A --user alice
  For the pods behind one service
    meshctl rbac -n emojivoto svc/web --serviceaccount ops:audit";

/// `NAMESPACE:NAME`
fn account(typed: &str) -> Result<(String, String), String> {
    match typed.split_once(':') {
        Some((namespace, name)) if !namespace.is_empty() && !name.is_empty() => {
            Ok((namespace.to_owned(), name.to_owned()))
        }
        _ => Err("not a service account; write it like NAMESPACE:NAME".to_owned()),
    }
}

pub(super) fn run(args: Args, messages: Messages) -> anyhow::Result<ExitCode> {
    let Args {
        names,
        cluster,
        user,
        group,
        serviceaccount,
        name,
    } = args;
    let options = cluster.plan();
    let namespace = options.namespace.clone();
    let namespace = namespace
        .or_else(|| options.access.namespace())
        .unwrap_or_else(|| "default".to_owned());
    let needs = match options.permissions(&names, &namespace) {
        Ok(needs) => needs,
        Err(name) => {
            messages.error(&format!(
                "{name} is no workload: write it like deploy/web or ns/shop"
            ));
            return Ok(ExitCode::CouldNot);
        }
    };
    let subject = match (user, group, serviceaccount) {
        (Some(user), ..) => Subject::of_user(&user),
        (_, Some(group), _) => Subject::Group(group),
        (_, _, Some((namespace, name))) => Subject::ServiceAccount(namespace, name),
        _ => Subject::ServiceAccount(namespace, ROLE_NAME.to_owned()),
    };
    deliver_text(&Roles::new(&name, needs).yaml(Some(&subject)))?;
    Ok(ExitCode::Clean)
}
