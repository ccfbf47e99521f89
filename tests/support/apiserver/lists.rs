//! Lists of objects in pages, and single ones.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::Request;
use http::Response;
use http::StatusCode;
use http::header::ACCEPT;
use http::header::CONTENT_TYPE;
use http_body_util::Full;
use hyper::body::Incoming;
use serde_json::Value;
use serde_json::json;

use super::Answer;
use super::Cluster;
use super::authorization::Asked;
use super::detailed;
use super::full;
use super::take_one;

const EXPIRED: &str = "The provided continue parameter is too old to display a consistent list result. \
                       You can start a new list without the continue parameter, or use the continue token in this \
                       response to retrieve the remainder of the results. Continuing with the provided token results \
                       in an inconsistent list - objects that were created, modified, or deleted between the time the \
                       first chunk was returned and now may show up in the list.";

pub(super) fn answer(cluster: &Cluster, asked: &Asked, request: &Request<Incoming>) -> Answer {
    if !asked.name.is_empty() {
        let found = cluster.object(&asked.group, &asked.plural, &asked.namespace, &asked.name);
        if let Some(object) = found {
            return json(object);
        }
        return missing(&asked.group, &asked.plural, &asked.name);
    }
    let Some(kind) = kind(&asked.plural) else {
        return unknown();
    };
    let query: BTreeMap<String, String> =
        url::form_urlencoded::parse(request.uri().query().unwrap_or_default().as_bytes())
            .into_owned()
            .collect();
    let text = |name: &str| query.get(name).map_or("", |value| &**value);
    let token = text("continue");
    if !token.is_empty() && take_one(&cluster.expiring) {
        // With it one could go on, and would miss or repeat what has changed.
        let metadata = json!({"continue": token});
        return full(StatusCode::GONE, "Expired", EXPIRED, &metadata, Value::Null);
    }
    let none = BTreeMap::new();
    let of_kind = (asked.group.clone(), asked.plural.clone());
    let objects = cluster.objects.get(&of_kind).unwrap_or(&none);
    let mut wanted = objects
        .iter()
        .filter(|((namespace, name), object)| {
            (asked.namespace.is_empty() || asked.namespace == *namespace)
                && (token.is_empty() || format!("{namespace}/{name}").as_str() > token)
                && fits(text("labelSelector"), |key| label(object, key))
                && fits(text("fieldSelector"), |key| field(object, key))
        })
        .peekable();
    let limit = text("limit").parse().unwrap_or(usize::MAX);
    let mut items = Vec::new();
    let mut last = String::new();
    while items.len() < limit
        && let Some(((namespace, name), object)) = wanted.next()
    {
        last = format!("{namespace}/{name}");
        items.push(object.clone());
    }
    let accept = request.headers().get(ACCEPT);
    let partial = accept.is_some_and(|accept| {
        accept
            .to_str()
            .unwrap()
            .contains("as=PartialObjectMetadataList")
    });
    if partial {
        for item in &mut items {
            *item = json!({
                "apiVersion": "meta.k8s.io/v1", "kind": "PartialObjectMetadata",
                "metadata": item["metadata"],
            });
        }
    }
    let mut metadata = json!({"resourceVersion": "1000"});
    if !partial {
        // What all items are is said once.
        for item in items.iter_mut().filter_map(Value::as_object_mut) {
            item.remove("kind");
            item.remove("apiVersion");
        }
    }
    let left = wanted.count();
    if left > 0 {
        metadata["continue"] = json!(last);
        if text("labelSelector").is_empty() && text("fieldSelector").is_empty() {
            metadata["remainingItemCount"] = json!(left);
        }
    }
    let version = match &*asked.group {
        "" => "v1".to_owned(),
        group => format!("{group}/v1"),
    };
    let mut page = json!({
        "kind": format!("{kind}List"), "apiVersion": version, "metadata": metadata, "items": items,
    });
    if partial {
        page["kind"] = json!("PartialObjectMetadataList");
        page["apiVersion"] = json!("meta.k8s.io/v1");
        // Go's word for a list that nobody has begun.
        if items.is_empty() {
            page["items"] = Value::Null;
        }
    }
    json(&page)
}

/// The kind of what is served under a plural.
fn kind(plural: &str) -> Option<&'static str> {
    let kinds = [
        ("pods", "Pod"),
        ("services", "Service"),
        ("endpoints", "Endpoints"),
        ("nodes", "Node"),
        ("namespaces", "Namespace"),
        ("endpointslices", "EndpointSlice"),
        ("ingresses", "Ingress"),
        ("events", "Event"),
        ("replicasets", "ReplicaSet"),
        ("jobs", "Job"),
    ];
    let found = kinds.into_iter().find(|(known, _)| *known == plural);
    found.map(|(_, kind)| kind)
}

/// The answer to a kind or subresource that is not served.
pub(super) fn unknown() -> Answer {
    let message = "the server could not find the requested resource";
    detailed(StatusCode::NOT_FOUND, "NotFound", message, json!({}))
}

/// The answer to a name that is not there.
pub(super) fn missing(group: &str, plural: &str, name: &str) -> Answer {
    let mut what = plural.to_owned();
    let mut details = json!({"name": name, "kind": plural});
    if !group.is_empty() {
        what = format!("{what}.{group}");
        details["group"] = json!(group);
    }
    let message = format!("{what} \"{name}\" not found");
    detailed(StatusCode::NOT_FOUND, "NotFound", &message, details)
}

fn json(value: &Value) -> Answer {
    let mut answer = Response::new(Full::new(Bytes::from(value.to_string())));
    let kind = "application/json".parse().unwrap();
    answer.headers_mut().insert(CONTENT_TYPE, kind);
    answer
}

fn label(object: &Value, key: &str) -> Option<String> {
    let value = object["metadata"]["labels"].get(key)?;
    Some(value.as_str().unwrap().to_owned())
}

fn field(object: &Value, key: &str) -> Option<String> {
    let value = object.pointer(&format!("/{}", key.replace('.', "/")))?;
    Some(value.as_str().unwrap().to_owned())
}

/// `a=b,c!=d,e`
fn fits(selector: &str, value: impl Fn(&str) -> Option<String>) -> bool {
    selector
        .split(',')
        .filter(|term| !term.is_empty())
        .all(|term| {
            if let Some((key, unwanted)) = term.split_once("!=") {
                value(key).is_none_or(|value| value != unwanted)
            } else if let Some((key, wanted)) = term.split_once('=') {
                value(key).is_some_and(|value| value == wanted.trim_start_matches('='))
            } else {
                value(term).is_some()
            }
        })
}
