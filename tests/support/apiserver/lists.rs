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
use super::status;
use super::take_one;

const EXPIRED: &str = "The provided continue parameter is too old to display a consistent list result. \
                       You can start a new list without the continue parameter.";

pub(super) fn answer(cluster: &Cluster, asked: &Asked, request: &Request<Incoming>) -> Answer {
    if !asked.name.is_empty() {
        let found = cluster.object(&asked.group, &asked.plural, &asked.namespace, &asked.name);
        if let Some(object) = found {
            return json(object);
        }
        let message = format!("{} \"{}\" not found", asked.plural, asked.name);
        return status(StatusCode::NOT_FOUND, "NotFound", &message);
    }
    let query: BTreeMap<String, String> =
        url::form_urlencoded::parse(request.uri().query().unwrap_or_default().as_bytes())
            .into_owned()
            .collect();
    let text = |name: &str| query.get(name).map_or("", |value| &**value);
    let token = text("continue");
    if !token.is_empty() && take_one(&cluster.expiring) {
        return status(StatusCode::GONE, "Expired", EXPIRED);
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
    if wanted.peek().is_some() {
        metadata["continue"] = json!(last);
    }
    json(&json!({"apiVersion": "v1", "kind": "List", "metadata": metadata, "items": items}))
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
