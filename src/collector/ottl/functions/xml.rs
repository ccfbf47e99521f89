//! XML read, cut and changed. What is not simulated of XML and of `XPath` is an error that names it.

mod path;
mod tree;

use crate::collector::attributes::Attributes;
use crate::collector::ottl::function::Args;
use crate::collector::ottl::function::Function;
use crate::collector::ottl::function::Kind;
use crate::collector::ottl::function::Param;
use crate::collector::ottl::val::Val;
use crate::collector::value::Value;
use crate::collector::version::Version;

use super::arguments::Built;
use super::arguments::call;
use super::arguments::text;
use path::Hit;
use path::Path;
use tree::Id;
use tree::Part;
use tree::Tree;
use tree::refuse;

const TARGET: Param = Param::new("Target", Kind::Str);
const PATH: Param = Param::new("XPath", Kind::LitStr);

/// The last release recorded that takes a text without any element for an empty document.
const TAKES_ANY_TEXT: u16 = 118;

/// The first release recorded that does not.
const WANTS_AN_ELEMENT: u16 = 156;

/// The converters of this file.
pub static TABLE: &[Function] = &[
    Function::converter("ParseXML", &[TARGET], parse),
    Function::converter("ParseSimplifiedXML", &[TARGET], parse_simplified).since(112),
    Function::converter("GetXML", &[TARGET, PATH], get).since(111),
    Function::converter("RemoveXML", &[TARGET, PATH], remove).since(111),
    Function::converter(
        "InsertXML",
        &[TARGET, PATH, Param::new("SubDocument", Kind::Str)],
        insert,
    )
    .since(111),
    Function::converter(
        "ConvertAttributesToElementsXML",
        &[TARGET, Param::optional("XPath", Kind::LitStr)],
        attributes_to_elements,
    )
    .since(112),
    Function::converter(
        "ConvertTextToElementsXML",
        &[
            TARGET,
            Param::optional("XPath", Kind::LitStr),
            Param::optional("ElementName", Kind::LitStr),
        ],
        text_to_elements,
    )
    .since(112),
];

/// Reads a document as `xmlquery` does.
fn document(text: &str, version: Version) -> Result<Tree, String> {
    if text.contains(['<', '&']) {
        return Tree::read(text).map_err(|error| format!("parse xml: {error}"));
    }
    if version.is_from(WANTS_AN_ELEMENT) {
        return Err("parse xml: xmlquery: invalid XML document".to_owned());
    }
    let is_plain = text
        .chars()
        .all(|one| one.is_ascii_alphanumeric() || one == ' ');
    if !is_plain || version.is_from(TAKES_ANY_TEXT + 1) {
        return refuse("XML without an element");
    }
    Ok(Tree::empty())
}

/// What the newer releases return for no text at all, where they look.
fn of_nothing(text: &str, version: Version) -> Result<Option<Val>, String> {
    if !text.is_empty() || !version.is_from(TAKES_ANY_TEXT + 1) {
        return Ok(None);
    }
    if version.is_from(WANTS_AN_ELEMENT) {
        return Ok(Some(Val::from(String::new())));
    }
    refuse("XML without an element")
}

fn parse(mut args: Args) -> Built {
    let target = args.getter("Target")?;
    call(move |scene| {
        let target = text(target.as_ref(), scene)?;
        if !target.contains('<') {
            return Err("unmarshal xml: EOF".to_owned());
        }
        let tree = Tree::read(&target).map_err(|error| format!("unmarshal xml: {error}"))?;
        match tree.children[0].as_slice() {
            [] => Err("unmarshal xml: EOF".to_owned()),
            [root] => Ok(Val::Map(element_map(&tree, *root))),
            _ => Err("trailing bytes after parsing xml".to_owned()),
        }
    })
}

fn element_map(tree: &Tree, id: Id) -> Attributes {
    let mut map = Attributes::default();
    let Part::Element(name, attributes) = &tree.parts[id] else {
        return map;
    };
    map.insert("tag", name.as_str());
    let mut content = String::new();
    let mut elements = Vec::new();
    for child in &tree.children[id] {
        match &tree.parts[*child] {
            Part::Text(text) | Part::Cdata(text) => content.push_str(text.trim()),
            Part::Element(..) => elements.push(Value::Map(element_map(tree, *child))),
            Part::Comment(_) | Part::Document => {}
        }
    }
    if !content.is_empty() {
        map.insert("content", content.as_str());
    }
    if !attributes.is_empty() {
        let mut own = Attributes::default();
        for (key, value) in attributes {
            own.insert(key.as_str(), value.as_str());
        }
        map.insert("attributes", Value::Map(own));
    }
    if !elements.is_empty() {
        map.insert("children", Value::List(elements));
    }
    map
}

fn parse_simplified(mut args: Args) -> Built {
    let version = args.version;
    let target = args.getter("Target")?;
    call(move |scene| {
        let tree = document(&text(target.as_ref(), scene)?, version)?;
        Ok(Val::Map(simplified(&tree, 0)))
    })
}

/// Elements by name, those of one name as a list; attributes and texts beside elements are left out.
fn simplified(tree: &Tree, parent: Id) -> Attributes {
    let name = |id: &Id| match &tree.parts[*id] {
        Part::Element(name, _) => Some(name.as_str()),
        _ => None,
    };
    let names: Vec<&str> = tree.children[parent].iter().filter_map(name).collect();
    let mut map = Attributes::default();
    for child in &tree.children[parent] {
        let Some(own) = name(child).filter(|_| !tree.children[*child].is_empty()) else {
            continue;
        };
        let value = match leaf(tree, *child) {
            Some(text) => Some(Value::from(text)),
            None => Some(simplified(tree, *child))
                .filter(|map| !map.is_empty())
                .map(Value::Map),
        };
        if names.iter().filter(|name| **name == own).count() > 1 {
            if map.get(own).is_none() {
                map.insert(own, Value::List(Vec::new()));
            }
            if let (Some(Value::List(items)), Some(value)) = (map.get_mut(own), value) {
                items.push(value);
            }
        } else if let Some(value) = value {
            map.insert(own, value);
        }
    }
    map
}

/// The first text of an element without elements in it.
fn leaf(tree: &Tree, id: Id) -> Option<&str> {
    let parts = || tree.children[id].iter().map(|child| &tree.parts[*child]);
    if parts().any(|part| matches!(part, Part::Element(..))) {
        return None;
    }
    let first = parts().find_map(|part| match part {
        Part::Text(text) | Part::Cdata(text) => Some(text.as_str()),
        _ => None,
    });
    first.filter(|text| !text.is_empty())
}

/// The path of a call.
fn path(args: &mut Args) -> Result<Path, String> {
    Path::read(&args.text("XPath").unwrap_or_default())
}

fn get(mut args: Args) -> Built {
    let version = args.version;
    let (target, path) = (args.getter("Target")?, path(&mut args)?);
    call(move |scene| {
        let target = text(target.as_ref(), scene)?;
        if let Some(value) = of_nothing(&target, version)? {
            return Ok(value);
        }
        let tree = document(&target, version)?;
        let hits = hits(&path, &tree)?;
        let mut out = String::new();
        for hit in &hits {
            match hit {
                Hit::Part(0) => {}
                Hit::Part(part) => tree.write(*part, &mut out),
                Hit::Attribute(part, name) => {
                    let value = attribute(&tree, *part, name).unwrap_or_default();
                    tree::escape(value.trim(), &mut out);
                }
            }
        }
        if hits.len() > 1 && path.is_deep() && !are_siblings(&tree, &hits) {
            return refuse("an XPath with `//` that leads to several depths");
        }
        Ok(Val::from(out))
    })
}

fn hits(path: &Path, tree: &Tree) -> Result<Vec<Hit>, String> {
    let has_cdata = || tree.parts.iter().any(|part| matches!(part, Part::Cdata(_)));
    if path.asks_for_text() && has_cdata() {
        return refuse("`text()` of XML with CDATA");
    }
    Ok(path.find(tree))
}

/// Whether all are in one part: then there is no question of their order, and none is in another one.
fn are_siblings(tree: &Tree, hits: &[Hit]) -> bool {
    let ids: Vec<Id> = hits
        .iter()
        .map(|hit| match hit {
            Hit::Part(id) | Hit::Attribute(id, _) => *id,
        })
        .collect();
    tree.children
        .iter()
        .any(|children| ids.iter().all(|id| children.contains(id)))
}

fn attribute<'a>(tree: &'a Tree, part: Id, name: &str) -> Option<&'a str> {
    let Part::Element(_, attributes) = &tree.parts[part] else {
        return None;
    };
    let found = attributes.iter().find(|(known, _)| known == name);
    found.map(|(_, value)| value.as_str())
}

fn remove_attribute(tree: &mut Tree, part: Id, name: &str) {
    if let Part::Element(_, attributes) = &mut tree.parts[part] {
        attributes.retain(|(known, _)| known != name);
    }
}

fn remove(mut args: Args) -> Built {
    let version = args.version;
    let (target, path) = (args.getter("Target")?, path(&mut args)?);
    call(move |scene| {
        let target = text(target.as_ref(), scene)?;
        if let Some(value) = of_nothing(&target, version)? {
            return Ok(value);
        }
        let mut tree = document(&target, version)?;
        for hit in hits(&path, &tree)? {
            match hit {
                Hit::Part(0) => {}
                Hit::Part(part) => {
                    for children in &mut tree.children {
                        children.retain(|child| *child != part);
                    }
                }
                Hit::Attribute(part, name) => remove_attribute(&mut tree, part, &name),
            }
        }
        Ok(Val::from(tree.text()))
    })
}

fn insert(mut args: Args) -> Built {
    let version = args.version;
    let (target, path) = (args.getter("Target")?, path(&mut args)?);
    if path.asks_for_text() {
        return refuse("`InsertXML` into a text");
    }
    let inserted = args.getter("SubDocument")?;
    call(move |scene| {
        let target = text(target.as_ref(), scene)?;
        if target.is_empty() && version.is_from(TAKES_ANY_TEXT + 1) {
            return refuse("XML without an element");
        }
        let mut tree = document(&target, version)?;
        let inserted = document(&text(inserted.as_ref(), scene)?, version)?;
        let [root] = inserted.children[0].as_slice() else {
            return refuse("`InsertXML` of anything but one element");
        };
        if !inserted.declaration.is_empty() {
            return refuse("`InsertXML` of a document with a declaration");
        }
        for hit in hits(&path, &tree)? {
            let Hit::Part(part) = hit else {
                return Err("InsertXML XPath selected non-element".to_owned());
            };
            tree.copy(part, &inserted, *root);
        }
        Ok(Val::from(tree.text()))
    })
}

/// The path of a call that may go without.
fn path_or(args: &mut Args, default: &str) -> Result<Path, String> {
    match args.text("XPath") {
        Some(text) if !text.is_empty() => Path::read(&text),
        _ => Path::read(default),
    }
}

fn attributes_to_elements(mut args: Args) -> Built {
    let version = args.version;
    let (target, path) = (args.getter("Target")?, path_or(&mut args, "//@*")?);
    call(move |scene| {
        let mut tree = document(&text(target.as_ref(), scene)?, version)?;
        for hit in hits(&path, &tree)? {
            let Hit::Attribute(part, name) = hit else {
                continue;
            };
            let value = attribute(&tree, part, &name).unwrap_or_default().to_owned();
            remove_attribute(&mut tree, part, &name);
            let element = tree.add(part, Part::Element(name, Vec::new()));
            tree.add(element, Part::Text(value));
        }
        Ok(Val::from(tree.text()))
    })
}

fn text_to_elements(mut args: Args) -> Built {
    let version = args.version;
    let (target, path) = (args.getter("Target")?, path_or(&mut args, "/")?);
    let name = args.text("ElementName").filter(|name| !name.is_empty());
    let name = name.map_or_else(|| "value".to_owned(), |name| name.to_string());
    call(move |scene| {
        let mut tree = document(&text(target.as_ref(), scene)?, version)?;
        for hit in hits(&path, &tree)? {
            if let Hit::Part(part) = hit {
                wrap_texts(&mut tree, part, &name);
            }
        }
        Ok(Val::from(tree.text()))
    })
}

/// Texts that stand beside other texts or elements become elements.
fn wrap_texts(tree: &mut Tree, parent: Id, name: &str) {
    let children = tree.children[parent].clone();
    let (mut texts, mut elements) = (Vec::new(), 0);
    for child in children {
        match &tree.parts[child] {
            Part::Element(..) => {
                wrap_texts(tree, child, name);
                elements += 1;
            }
            Part::Text(_) => texts.push(child),
            _ => {}
        }
    }
    if texts.is_empty() || elements + texts.len() <= 1 {
        return;
    }
    for child in texts {
        let element = Part::Element(name.to_owned(), Vec::new());
        let text = std::mem::replace(&mut tree.parts[child], element);
        tree.add(child, text);
    }
}
