//! `.env` files, read as the dotenv library that Laravel uses reads them.

use std::collections::BTreeMap;

/// The variables of a `.env` file. Later lines win; `${NAME}` in an unquoted or double-quoted value is replaced by what
/// stands before it; lines that are no assignment are passed over.
pub fn read(text: &str) -> BTreeMap<String, String> {
    let mut variables = BTreeMap::new();
    for line in text.lines() {
        let line = line.trim_start();
        let line = line.strip_prefix("export ").unwrap_or(line);
        let Some((name, rest)) = line.split_once('=') else { continue };
        let name = name.trim();
        if name.starts_with('#') || name.is_empty() {
            continue;
        }
        let value = value(rest.trim(), &variables);
        variables.insert(name.to_owned(), value);
    }
    variables
}

fn value(text: &str, variables: &BTreeMap<String, String>) -> String {
    let quoted = |quote: char| text.strip_prefix(quote).and_then(|rest| rest.split_once(quote)).map(|(inner, _)| inner);
    if let Some(inner) = quoted('\'') {
        return inner.to_owned();
    }
    if let Some(inner) = quoted('"') {
        return interpolate(inner, variables);
    }
    let bare = text.split_once(" #").map_or(text, |(value, _)| value);
    interpolate(if bare.starts_with('#') { "" } else { bare.trim_end() }, variables)
}

fn interpolate(text: &str, variables: &BTreeMap<String, String>) -> String {
    let mut result = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((name, tail)) = after.split_once('}') else { break };
        result.push_str(before);
        result.push_str(variables.get(name).map_or("", String::as_str));
        rest = tail;
    }
    result.push_str(rest);
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_comments_and_references() {
        let variables = read(
            "# a comment\nexport APP=shop\nDB_HOST = \"${APP}.local\" # here\nEMPTY=\nHASH=#none\nSINGLE='${APP} #1'\nBARE=a b # c\nnothing\n",
        );
        let get = |name: &str| variables.get(name).map(String::as_str);
        assert_eq!(get("DB_HOST"), Some("shop.local"));
        assert_eq!(get("EMPTY"), Some(""));
        assert_eq!(get("HASH"), Some(""));
        assert_eq!(get("SINGLE"), Some("${APP} #1"));
        assert_eq!(get("BARE"), Some("a b"));
        assert_eq!(get("nothing"), None);
    }
}
