//! `meshctl rbac`: what the API server has to allow, as Roles.

use super::ExitCode;
use super::cluster::ClusterArgs;
use super::deliver::deliver_text;
use super::messages::Messages;
use super::simulation::Filter;
use super::simulation::SettingArgs;
use super::simulation::files;
use super::targets::declared;
use super::terminal::Terminal;
use crate::collector::targets::Needs;
use crate::collector::targets::Scope;
use crate::collector::version;
use crate::source::cluster::ROLE_NAME;
use crate::source::cluster::Roles;
use crate::source::cluster::Subject;
use crate::source::cluster::objects;

/// Print the least Role that lets meshctl read from a cluster, with its binding
#[derive(Debug, clap::Args)]
#[command(long_about = LONG_ABOUT)]
pub(super) struct Args {
    /// What would be read: deploy/web, pod/x, svc/y, ns/z [default: the namespace, or all of them with -A]
    #[arg(value_name = "WORKLOAD")]
    names: Vec<String>,
    /// What `meshctl targets` lists for this configuration, instead; may be repeated
    #[arg(long, value_name = "FILE", conflicts_with = "names")]
    collector: Vec<String>,
    /// Namespace that this Collector runs in, for `own_namespace`
    #[arg(long, value_name = "NAMESPACE", requires = "collector")]
    collector_namespace: Option<String>,
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

With --collector it is what `meshctl targets` lists for a configuration: each kind of object that its discovery \
asks for, in the namespaces that it names or in all; -n and -A say otherwise.

Examples:
  For a CronJob in the namespace that it reads
    meshctl rbac -n emojivoto --via direct | kubectl apply -f -
  For a person, all namespaces
    meshctl rbac -A --user alice
  For the pods behind one service
    meshctl rbac -n emojivoto svc/web --serviceaccount ops:audit
  For `meshctl targets otel.yaml`
    meshctl rbac --collector otel.yaml --user alice";

/// `NAMESPACE:NAME`
fn account(typed: &str) -> Result<(String, String), String> {
    match typed.split_once(':') {
        Some((namespace, name)) if !namespace.is_empty() && !name.is_empty() => {
            Ok((namespace.to_owned(), name.to_owned()))
        }
        _ => Err("not a service account; write it like NAMESPACE:NAME".to_owned()),
    }
}

pub(super) fn run(args: Args, terminal: &Terminal, messages: Messages) -> anyhow::Result<ExitCode> {
    let Args {
        names,
        collector,
        collector_namespace,
        cluster,
        user,
        group,
        serviceaccount,
        name,
    } = args;
    let scope = cluster.scope();
    let options = cluster.plan();
    let namespace = options.namespace.clone();
    let namespace = namespace
        .or_else(|| options.access.namespace())
        .unwrap_or_else(|| "default".to_owned());
    let needs = if collector.is_empty() {
        options
            .permissions(&names, &namespace)
            .map_err(|name| format!("{name} is no workload: write it like deploy/web or ns/shop"))
    } else {
        let needs = needs_of(&collector, collector_namespace, &scope, terminal, messages)?;
        Some(objects::permissions(&needs.wanted))
            .filter(|permissions| !permissions.is_empty())
            .ok_or_else(|| "the configuration asks nothing of a cluster".to_owned())
    };
    let needs = match needs {
        Ok(needs) => needs,
        Err(reason) => {
            messages.error(&reason);
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

/// What `targets` would list for a configuration.
fn needs_of(
    names: &[String],
    collector_namespace: Option<String>,
    scope: &Scope,
    terminal: &Terminal,
    messages: Messages,
) -> anyhow::Result<Needs> {
    let read = |name: &String| Ok((name.clone(), files::text(name)?));
    let files: Vec<(String, String)> = names.iter().map(read).collect::<anyhow::Result<_>>()?;
    let texts: Vec<String> = files.iter().map(|(_, text)| text.clone()).collect();
    let setting = SettingArgs::plain(version::DEFAULT);
    let plan = setting.load(&Filter::Read(files), terminal, messages)?.plan;
    let mut runs = declared(&texts, &plan.config.shape);
    runs.namespace = collector_namespace.or(runs.namespace);
    Ok(Needs::new(
        &plan.config,
        &plan.pipelines,
        None,
        &runs,
        scope,
    ))
}
