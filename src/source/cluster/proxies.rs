//! Which containers of a pod are proxies, where they show their metrics, or why there is nothing to scrape.

use std::str::FromStr;

use k8s_openapi::api::core::v1::Container;
use k8s_openapi::api::core::v1::ContainerPort;
use k8s_openapi::api::core::v1::Pod;

use super::labels;
use super::labels::Place;

const LINKERD: &str = "linkerd-proxy";
const ISTIO: &str = "istio-proxy";
const LINKERD_PATH: &str = "/metrics";
const ISTIO_PATH: &str = "/stats/prometheus";

/// Where the admin server of linkerd-proxy listens unless its port says otherwise.
const LINKERD_PORT: u16 = 4191;
/// Envoy's own statistics.
const ENVOY_PORT: u16 = 15090;
/// The agent's statistics, with those of Envoy merged in; of ztunnel the only ones.
const AGENT_PORT: u16 = 15020;

/// Whose proxies are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mesh {
    /// Those of every mesh that is known.
    #[default]
    Any,
    /// Linkerd's.
    Linkerd,
    /// Istio's: sidecars, gateways, waypoints, ztunnels.
    Istio,
}

/// A port by number, or by the name that its container gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Port {
    /// `4191`
    Number(u16),
    /// `linkerd-admin`
    Name(String),
}

impl FromStr for Port {
    type Err = String;

    fn from_str(typed: &str) -> Result<Self, String> {
        if typed.bytes().all(|byte| byte.is_ascii_digit()) {
            return match typed.parse() {
                Ok(number) if number > 0 => Ok(Self::Number(number)),
                _ => Err("not a port; write a number from 1 to 65535, or a port's name".to_owned()),
            };
        }
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if typed.bytes().all(plain) {
            Ok(Self::Name(typed.to_owned()))
        } else {
            Err("not a port; write a number from 1 to 65535, or a port's name".to_owned())
        }
    }
}

/// What to look for in a pod.
#[derive(Debug, Clone, Default)]
pub(super) struct Wanted {
    pub(super) mesh: Mesh,
    /// Containers of this name instead of proxies.
    pub(super) container: Option<String>,
    pub(super) port: Option<Port>,
    pub(super) path: Option<String>,
}

/// What a proxy is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Role {
    Linkerd,
    Istio,
    Waypoint,
    Ztunnel,
    /// Asked for by name.
    Other,
}

impl Role {
    /// What a count of them is called.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Linkerd => LINKERD,
            Self::Istio => ISTIO,
            Self::Waypoint => "waypoint",
            Self::Ztunnel => "ztunnel",
            Self::Other => "other",
        }
    }
}

/// One endpoint of a pod.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spot {
    pub(super) container: String,
    pub(super) port: u16,
    pub(super) path: String,
    pub(super) role: Role,
    /// What discovery says of it.
    pub(super) labels: Vec<(String, String)>,
}

/// The endpoints of `pod` that are wanted, never none.
///
/// # Errors
/// Says why there is none.
pub(super) fn find(pod: &Pod, wanted: &Wanted) -> Result<Vec<Spot>, String> {
    let found: Vec<(Place<'_>, Role)> = places(pod)
        .filter_map(|place| Some((place, wanted.role(pod, place.container)?)))
        .collect();
    if found.is_empty() {
        return Err(wanted.missing());
    }
    running(pod)?;
    let mut spots = Vec::new();
    let mut reason = None;
    for (place, role) in found {
        match wanted.spot(pod, place, role) {
            Ok(spot) => spots.push(spot),
            Err(why) => reason = Some(why),
        }
    }
    match reason {
        Some(reason) if spots.is_empty() => Err(reason),
        _ => Ok(spots),
    }
}

/// Whether `pod` belongs to the control plane of its mesh.
pub(super) fn is_control_plane(pod: &Pod) -> bool {
    let labels = pod.metadata.labels.as_ref();
    let has = |key| labels.is_some_and(|labels| labels.contains_key(key));
    let namespace = pod.metadata.namespace.as_deref();
    has("linkerd.io/control-plane-component")
        || matches!(namespace, Some("linkerd" | "istio-system"))
}

/// Containers that run as long as the pod: init containers only where they are sidecars.
fn places(pod: &Pod) -> impl Iterator<Item = Place<'_>> {
    let spec = pod.spec.as_ref();
    let containers = spec.map_or(&[][..], |spec| &spec.containers);
    let init = spec.and_then(|spec| spec.init_containers.as_deref());
    let sidecars = init
        .unwrap_or_default()
        .iter()
        .filter(|container| container.restart_policy.as_deref() == Some("Always"));
    let place = |init| move |container| Place { container, init };
    containers
        .iter()
        .map(place(false))
        .chain(sidecars.map(place(true)))
}

fn running(pod: &Pod) -> Result<(), String> {
    let status = pod.status.as_ref();
    let phase = status.and_then(|status| status.phase.as_deref());
    match phase {
        Some("Running") => Ok(()),
        phase => {
            let phase = phase.unwrap_or("unknown");
            let reason = status.and_then(|status| status.reason.as_deref());
            Err(match reason {
                Some(reason) => format!("not running: {phase} ({reason})"),
                None => format!("not running: {phase}"),
            })
        }
    }
}

impl Wanted {
    fn role(&self, pod: &Pod, container: &Container) -> Option<Role> {
        if let Some(name) = &self.container {
            return (*name == container.name).then_some(Role::Other);
        }
        match &*container.name {
            LINKERD if self.mesh != Mesh::Istio => Some(Role::Linkerd),
            ISTIO if self.mesh != Mesh::Linkerd => Some(istio_role(pod)),
            _ => None,
        }
    }

    fn missing(&self) -> String {
        match (&self.container, self.mesh) {
            (Some(name), _) => format!("no container {name} that stays"),
            (None, Mesh::Any) => format!("not meshed: no container {LINKERD} or {ISTIO}"),
            (None, Mesh::Linkerd) => format!("not meshed: no container {LINKERD}"),
            (None, Mesh::Istio) => format!("not meshed: no container {ISTIO}"),
        }
    }

    fn spot(&self, pod: &Pod, place: Place<'_>, role: Role) -> Result<Spot, String> {
        started(pod, place)?;
        let name = &place.container.name;
        let port = match &self.port {
            Some(Port::Number(number)) => *number,
            Some(Port::Name(port)) => named(place.container, port)
                .ok_or_else(|| format!("container {name} has no port called {port}"))?,
            None => usual_port(pod, place.container, role)?,
        };
        let usual_path = match role {
            Role::Linkerd | Role::Other => LINKERD_PATH,
            Role::Istio | Role::Waypoint | Role::Ztunnel => ISTIO_PATH,
        };
        let declared = ports(place.container).find(|declared| number(declared) == Some(port));
        Ok(Spot {
            container: name.clone(),
            port,
            path: self.path.clone().unwrap_or_else(|| usual_path.to_owned()),
            role,
            labels: labels::discovered(pod, place, declared),
        })
    }
}

fn istio_role(pod: &Pod) -> Role {
    let labels = pod.metadata.labels.as_ref();
    let label = |key| {
        labels
            .and_then(|labels| labels.get(key))
            .map(|value| &**value)
    };
    if label("app") == Some("ztunnel") || label("app.kubernetes.io/name") == Some("ztunnel") {
        Role::Ztunnel
    } else if label("gateway.istio.io/managed").is_some_and(|by| by.contains("mesh-controller"))
        || (label("gateway.networking.k8s.io/gateway-name").is_some()
            && label("gateway.networking.k8s.io/gateway-class-name") == Some("istio-waypoint"))
    {
        Role::Waypoint
    } else {
        Role::Istio
    }
}

/// Whether the kubelet runs the container.
fn started(pod: &Pod, place: Place<'_>) -> Result<(), String> {
    let name = &place.container.name;
    let Some(status) = labels::status(pod, place) else {
        return Err(format!("{name} has not started"));
    };
    let Some(state) = &status.state else {
        return Err(format!("{name} has not started"));
    };
    let reason =
        |reason: Option<&String>| reason.map_or_else(String::new, |why| format!(": {why}"));
    if let Some(waiting) = &state.waiting {
        let why = reason(waiting.reason.as_ref());
        return Err(format!("{name} is not running{why}"));
    }
    if let Some(ended) = &state.terminated {
        let why = reason(ended.reason.as_ref());
        return Err(format!("{name} has ended{why}"));
    }
    Ok(())
}

fn usual_port(pod: &Pod, container: &Container, role: Role) -> Result<u16, String> {
    let by_number = |port: u16| ports(container).any(|declared| number(declared) == Some(port));
    match role {
        Role::Linkerd => Ok(named(container, "linkerd-admin").unwrap_or(LINKERD_PORT)),
        Role::Ztunnel => Ok(named(container, "ztunnel-stats").unwrap_or(AGENT_PORT)),
        Role::Istio | Role::Waypoint => {
            let named = named(container, "http-envoy-prom");
            let known = [ENVOY_PORT, AGENT_PORT]
                .into_iter()
                .find(|port| by_number(*port));
            Ok(named
                .or(known)
                .or_else(|| annotated(pod))
                .unwrap_or(AGENT_PORT))
        }
        Role::Other => sole_port(pod, container),
    }
}

/// The port of a container that is no proxy: the only one, or the one its pod is annotated with.
fn sole_port(pod: &Pod, container: &Container) -> Result<u16, String> {
    let name = &container.name;
    let declared: Vec<u16> = ports(container).filter_map(number).collect();
    match declared[..] {
        [port] => Ok(port),
        [] => annotated(pod)
            .ok_or_else(|| format!("container {name} declares no port: name one with --port")),
        _ => annotated(pod)
            .filter(|port| declared.contains(port))
            .ok_or_else(|| {
                let shown: Vec<String> = declared.iter().map(u16::to_string).collect();
                let shown = shown.join(", ");
                format!("container {name} declares several ports ({shown}): name one with --port")
            }),
    }
}

fn annotated(pod: &Pod) -> Option<u16> {
    let annotations = pod.metadata.annotations.as_ref()?;
    let port = annotations.get("prometheus.io/port")?;
    port.parse().ok().filter(|port| *port > 0)
}

fn ports(container: &Container) -> impl Iterator<Item = &ContainerPort> {
    container.ports.iter().flatten()
}

fn number(port: &ContainerPort) -> Option<u16> {
    u16::try_from(port.container_port).ok()
}

fn named(container: &Container, name: &str) -> Option<u16> {
    let mut ports = ports(container);
    let found = ports.find(|port| port.name.as_deref() == Some(name))?;
    number(found)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use serde_json::json;

    use super::*;

    fn pod(mut value: Value, containers: &Value, init: &Value) -> Pod {
        let running = |containers: &Value| -> Value {
            let status = |container: &Value| {
                json!({
                    "name": container["name"], "image": "", "imageID": "", "ready": true,
                    "restartCount": 0, "state": {"running": {}},
                })
            };
            containers.as_array().unwrap().iter().map(status).collect()
        };
        value["status"]["containerStatuses"] = running(containers);
        value["status"]["initContainerStatuses"] = running(init);
        if value["status"]["phase"].is_null() {
            value["status"]["phase"] = json!("Running");
        }
        value["spec"] = json!({"containers": containers, "initContainers": init});
        serde_json::from_value(value).unwrap()
    }

    fn shown(pod: &Pod, wanted: &Wanted) -> String {
        match find(pod, wanted) {
            Err(reason) => reason,
            Ok(spots) => spots
                .iter()
                .map(|spot| {
                    let Spot {
                        container,
                        port,
                        path,
                        role,
                        ..
                    } = spot;
                    format!("{container}:{port}{path} ({})", role.word())
                })
                .collect::<Vec<_>>()
                .join(" "),
        }
    }

    #[test]
    fn finds_proxies_wherever_they_stand() {
        let any = Wanted::default();
        let linkerd = json!([{"name": "app"}, {"name": "linkerd-proxy", "ports": [
            {"name": "linkerd-proxy", "containerPort": 4143}, {"name": "linkerd-admin", "containerPort": 5191},
        ]}]);
        assert_eq!(
            shown(&pod(json!({}), &linkerd, &json!([])), &any),
            "linkerd-proxy:5191/metrics (linkerd-proxy)"
        );
        let native =
            json!([{"name": "linkerd-init"}, {"name": "linkerd-proxy", "restartPolicy": "Always"}]);
        assert_eq!(
            shown(&pod(json!({}), &json!([{"name": "app"}]), &native), &any),
            "linkerd-proxy:4191/metrics (linkerd-proxy)"
        );
        let istio = json!([{"name": "istio-proxy", "ports": [{"name": "http-envoy-prom", "containerPort": 15090}]}]);
        assert_eq!(
            shown(&pod(json!({}), &istio, &json!([])), &any),
            "istio-proxy:15090/stats/prometheus (istio-proxy)"
        );
        let plain = json!([{"name": "istio-proxy"}]);
        let ztunnel = json!({"metadata": {"labels": {"app": "ztunnel"}}});
        assert_eq!(
            shown(&pod(ztunnel, &plain.clone(), &json!([])), &any),
            "istio-proxy:15020/stats/prometheus (ztunnel)"
        );
        let waypoint = json!({"metadata": {"labels": {"gateway.istio.io/managed": "istio.io-mesh-controller"}}});
        assert_eq!(
            shown(&pod(waypoint, &plain, &json!([])), &any),
            "istio-proxy:15020/stats/prometheus (waypoint)"
        );
    }

    #[test]
    fn says_why_there_is_nothing_to_scrape() {
        let any = Wanted::default();
        let app = json!([{"name": "app"}]);
        let once = json!([{"name": "linkerd-proxy"}]);
        assert_eq!(
            shown(&pod(json!({}), &app, &once), &any),
            "not meshed: no container linkerd-proxy or istio-proxy"
        );
        let evicted = json!({"status": {"phase": "Failed", "reason": "Evicted"}});
        assert_eq!(
            shown(&pod(evicted, &once, &json!([])), &any),
            "not running: Failed (Evicted)"
        );
        let mut crashing = pod(json!({}), &once, &json!([]));
        let statuses = crashing
            .status
            .as_mut()
            .unwrap()
            .container_statuses
            .as_mut();
        statuses.unwrap()[0].state =
            serde_json::from_value(json!({"waiting": {"reason": "CrashLoopBackOff"}})).unwrap();
        assert_eq!(
            shown(&crashing, &any),
            "linkerd-proxy is not running: CrashLoopBackOff"
        );
        let istio = Wanted {
            mesh: Mesh::Istio,
            ..Wanted::default()
        };
        assert_eq!(
            shown(&pod(json!({}), &once, &json!([])), &istio),
            "not meshed: no container istio-proxy"
        );
    }

    #[test]
    fn another_container_needs_a_port_that_is_certain() {
        let wanted = |port: Option<&str>| Wanted {
            container: Some("app".to_owned()),
            port: port.map(|port| port.parse().unwrap()),
            ..Wanted::default()
        };
        let one = json!([{"name": "app", "ports": [{"name": "http", "containerPort": 80}]}]);
        assert_eq!(
            shown(&pod(json!({}), &one, &json!([])), &wanted(None)),
            "app:80/metrics (other)"
        );
        let two = json!([{"name": "app", "ports": [{"name": "http", "containerPort": 80}, {"containerPort": 81}]}]);
        let pod = pod(json!({}), &two, &json!([]));
        assert_eq!(
            shown(&pod, &wanted(None)),
            "container app declares several ports (80, 81): name one with --port"
        );
        assert_eq!(shown(&pod, &wanted(Some("http"))), "app:80/metrics (other)");
        assert_eq!(shown(&pod, &wanted(Some("99"))), "app:99/metrics (other)");
        assert_eq!(
            shown(&pod, &wanted(Some("admin"))),
            "container app has no port called admin"
        );
    }

    #[test]
    fn a_port_is_a_number_or_a_name() {
        assert_eq!("4191".parse(), Ok(Port::Number(4191)));
        assert_eq!("admin".parse(), Ok(Port::Name("admin".to_owned())));
        for wrong in ["", "0", "65536", "a b", "Ä"] {
            assert!(wrong.parse::<Port>().is_err(), "{wrong}");
        }
    }
}
