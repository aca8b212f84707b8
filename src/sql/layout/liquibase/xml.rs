//! Changelogs in XML.

use roxmltree::{Document, Node, ParsingOptions};

use super::changelog::{Change, Changeset, Entry};
use crate::source::SourceFile;
use crate::sql::layout::error::LayoutError;

pub(super) fn read(file: &SourceFile) -> Result<Vec<Entry>, LayoutError> {
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    let document = Document::parse_with_options(&file.text, options).map_err(|error| {
        let position = error.pos();
        let lines = file.text.split_inclusive('\n').take(position.row.saturating_sub(1) as usize);
        let at =
            file.text.floor_char_boundary(lines.map(str::len).sum::<usize>() + position.col.saturating_sub(1) as usize);
        LayoutError::broken(file, &error.to_string(), Some(at..at))
    })?;
    Ok(document.root_element().children().filter(Node::is_element).filter_map(entry).collect())
}

fn entry(node: Node<'_, '_>) -> Option<Entry> {
    let is_relative = node.attribute("relativeToChangelogFile") == Some("true");
    let attribute = |name: &str| node.attribute(name).map(str::to_owned);
    Some(match node.tag_name().name() {
        "include" => Entry::Include { path: attribute("file")?, is_relative },
        "includeAll" => Entry::IncludeAll { path: attribute("path")?, is_relative },
        "property" if node.attribute("dbms").is_none() && node.attribute("context").is_none() => {
            Entry::Property { name: attribute("name")?, value: attribute("value")? }
        }
        "changeSet" => Entry::Changeset(changeset(node)),
        _ => return None,
    })
}

fn changeset(node: Node<'_, '_>) -> Changeset {
    let mut changeset = Changeset { place: node.range(), ..Changeset::default() };
    for attribute in node.attributes() {
        match attribute.name() {
            "id" => attribute.value().clone_into(&mut changeset.id),
            "author" => attribute.value().clone_into(&mut changeset.author),
            name => changeset.attribute(name, attribute.value()),
        }
    }
    for child in node.children().filter(Node::is_element) {
        match child.tag_name().name() {
            "rollback" => changeset.rollback.get_or_insert_default().extend(rollback(child)),
            "preConditions" => changeset.precondition(child.attribute("onFail").unwrap_or("HALT")),
            _ => {
                if let Some(delimiter) = child.attribute("endDelimiter") {
                    changeset.delimiter = Some(delimiter.to_owned());
                }
                changeset.changes.extend(change(child));
            }
        }
    }
    changeset
}

/// Changes, or a text of SQL.
fn rollback(node: Node<'_, '_>) -> Vec<Change> {
    if node.attribute("changeSetId").is_some() {
        return vec![Change::Other("rollback changeSetId".to_owned())];
    }
    let mut found: Vec<Change> = node.children().filter(Node::is_element).filter_map(change).collect();
    let text = content(node);
    if found.is_empty() && !text.trim().is_empty() {
        found.push(Change::Sql(text));
    }
    found
}

fn change(node: Node<'_, '_>) -> Option<Change> {
    let name = node.tag_name().name();
    Some(match name {
        "sql" => Change::Sql(content(node)),
        "sqlFile" => Change::SqlFile {
            path: node.attribute("path")?.to_owned(),
            is_relative: node.attribute("relativeToChangelogFile") == Some("true"),
        },
        "comment" | "validCheckSum" | "tagDatabase" | "empty" | "output" | "modifySql" => return None,
        _ => Change::Other(name.to_owned()),
    })
}

/// The text right in the element.
fn content(node: Node<'_, '_>) -> String {
    node.children().filter_map(|child| child.text().filter(|_| child.is_text())).collect()
}
