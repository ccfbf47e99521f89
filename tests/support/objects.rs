//! Objects of a cluster as `kubectl apply` would take them, with the status that a kubelet would give pods.

use serde_json::Value;
use serde_json::json;

/// The address of pods that are given no other.
pub(crate) const POD_ADDRESS: &str = "10.1.2.3";

/// The address of the only node, and of pods on its network.
pub(crate) const NODE_ADDRESS: &str = "192.168.0.1";

/// A pod in the making: running, with one container that is no proxy.
pub(crate) struct PodObject {
    object: Value,
}

impl PodObject {
    pub(crate) fn new(namespace: &str, name: &str) -> Self {
        let object = json!({
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {
                "namespace": namespace,
                "name": name,
                "uid": format!("uid-{namespace}-{name}"),
                "labels": {},
                "annotations": {},
            },
            "spec": {"nodeName": "node-1", "containers": [], "initContainers": []},
            "status": {
                "phase": "Running",
                "hostIP": NODE_ADDRESS,
                "podIP": POD_ADDRESS,
                "conditions": [{"type": "Ready", "status": "True"}],
                "containerStatuses": [],
                "initContainerStatuses": [],
            },
        });
        Self { object }.container("app", &[("http", 8080)])
    }

    /// A container that runs.
    pub(crate) fn container(self, name: &str, ports: &[(&str, u16)]) -> Self {
        self.add(false, name, ports, &Value::Null)
    }

    /// An init container that stays: a native sidecar.
    pub(crate) fn sidecar(self, name: &str, ports: &[(&str, u16)]) -> Self {
        self.add(true, name, ports, &json!("Always"))
    }

    /// An init container that has done its work.
    pub(crate) fn init(mut self, name: &str) -> Self {
        self = self.add(true, name, &[], &Value::Null);
        let statuses = self.object["status"]["initContainerStatuses"].as_array_mut();
        let status = statuses.unwrap().last_mut().unwrap();
        status["state"] = json!({"terminated": {"exitCode": 0, "reason": "Completed"}});
        self
    }

    /// linkerd-proxy beside the application, as the injector puts it there.
    pub(crate) fn linkerd(self) -> Self {
        let ports = [("linkerd-proxy", 4143), ("linkerd-admin", 4191)];
        let control_plane = ("linkerd.io/control-plane-ns", "linkerd");
        self.init("linkerd-init")
            .container("linkerd-proxy", &ports)
            .label(control_plane.0, control_plane.1)
    }

    /// The same as a native sidecar.
    pub(crate) fn linkerd_sidecar(self) -> Self {
        let ports = [("linkerd-proxy", 4143), ("linkerd-admin", 4191)];
        self.init("linkerd-init")
            .sidecar("linkerd-proxy", &ports)
            .label("linkerd.io/control-plane-ns", "linkerd")
    }

    pub(crate) fn label(mut self, key: &str, value: &str) -> Self {
        self.object["metadata"]["labels"][key] = json!(value);
        self
    }

    pub(crate) fn annotation(mut self, key: &str, value: &str) -> Self {
        self.object["metadata"]["annotations"][key] = json!(value);
        self
    }

    pub(crate) fn address(mut self, address: &str) -> Self {
        self.object["status"]["podIP"] = json!(address);
        self
    }

    /// On the node's own network.
    pub(crate) fn host_network(mut self) -> Self {
        self.object["spec"]["hostNetwork"] = json!(true);
        self.address(NODE_ADDRESS)
    }

    pub(crate) fn phase(mut self, phase: &str) -> Self {
        self.object["status"]["phase"] = json!(phase);
        self
    }

    /// Owned by `kind` of that name. A `ReplicaSet`'s pods carry the end of its name as a label.
    pub(crate) fn owner(mut self, kind: &str, name: &str) -> Self {
        self.object["metadata"]["ownerReferences"] = json!([reference(kind, name)]);
        match name.rsplit_once('-') {
            Some((_, hash)) if kind == "ReplicaSet" => self.label("pod-template-hash", hash),
            _ => self,
        }
    }

    pub(crate) fn build(self) -> Value {
        self.object
    }

    fn add(mut self, init: bool, name: &str, ports: &[(&str, u16)], restart: &Value) -> Self {
        let ports: Vec<Value> = ports
            .iter()
            .map(|(name, port)| json!({"name": name, "containerPort": port, "protocol": "TCP"}))
            .collect();
        let mut container =
            json!({"name": name, "image": format!("example/{name}:1"), "ports": ports});
        if !restart.is_null() {
            container["restartPolicy"] = restart.clone();
        }
        let status = json!({
            "name": name, "image": format!("example/{name}:1"), "imageID": "", "ready": true,
            "restartCount": 0, "containerID": format!("containerd://{name}"),
            "state": {"running": {"startedAt": "2026-01-01T00:00:00Z"}},
        });
        let (list, statuses) = if init {
            ("initContainers", "initContainerStatuses")
        } else {
            ("containers", "containerStatuses")
        };
        self.object["spec"][list]
            .as_array_mut()
            .unwrap()
            .push(container);
        self.object["status"][statuses]
            .as_array_mut()
            .unwrap()
            .push(status);
        self
    }
}

fn reference(kind: &str, name: &str) -> Value {
    let version = match kind {
        "Job" | "CronJob" => "batch/v1",
        _ => "apps/v1",
    };
    json!({
        "apiVersion": version, "kind": kind, "name": name, "uid": format!("uid-{kind}-{name}"),
        "controller": true, "blockOwnerDeletion": true,
    })
}

/// A `ReplicaSet` that a Deployment owns.
pub(crate) fn replica_set(namespace: &str, name: &str, deployment: &str) -> Value {
    let mut object = workload(namespace, "ReplicaSet", name);
    object["metadata"]["ownerReferences"] = json!([reference("Deployment", deployment)]);
    object
}

/// A Job that a `CronJob` owns.
pub(crate) fn job(namespace: &str, name: &str, cron_job: &str) -> Value {
    let mut object = workload(namespace, "Job", name);
    object["metadata"]["ownerReferences"] = json!([reference("CronJob", cron_job)]);
    object
}

/// What makes pods, with all that the API server wants to know of it.
pub(crate) fn workload(namespace: &str, kind: &str, name: &str) -> Value {
    let pod = |restart: &str| {
        json!({
            "metadata": {"labels": {"app": name}},
            "spec": {"restartPolicy": restart, "containers": [{"name": "app", "image": "example/app:1"}]},
        })
    };
    let (version, spec) = match kind {
        "Job" => ("batch/v1", json!({"template": pod("Never")})),
        "CronJob" => (
            "batch/v1",
            json!({"schedule": "0 3 * * *", "jobTemplate": {"spec": {"template": pod("Never")}}}),
        ),
        _ => {
            let selector = json!({"matchLabels": {"app": name}});
            let spec = json!({"selector": selector, "template": pod("Always")});
            ("apps/v1", spec)
        }
    };
    json!({
        "apiVersion": version, "kind": kind,
        "metadata": {
            "namespace": namespace, "name": name, "uid": format!("uid-{kind}-{name}"),
        },
        "spec": spec,
    })
}

/// A service in front of the pods with one label.
pub(crate) fn service(namespace: &str, name: &str, app: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Service",
        "metadata": {"namespace": namespace, "name": name},
        "spec": {"selector": {"app": app}, "ports": [{"port": 80}]},
    })
}
