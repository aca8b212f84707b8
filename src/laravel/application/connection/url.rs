//! What an address says of a connection, as Laravel's `ConfigurationUrlParser` and PHP's `parse_url` take it apart.

use crate::laravel::Value;

/// The settings that an address has in it; `None` for what is no address.
pub(super) fn settings(address: &str) -> Option<Vec<(String, Value)>> {
    let (scheme, rest) = address.split_once("://")?;
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '+' | '-' | '.');
    if scheme.is_empty() || !scheme.chars().all(is_letter) {
        return None;
    }
    let rest = rest.split_once('#').map_or(rest, |(rest, _)| rest);
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    let mut settings = vec![("driver".to_owned(), Value::Str(driver(scheme).to_owned()))];
    let mut say = |key: &str, value: &str| settings.push((key.to_owned(), native(&decoded(value, false))));
    // `/` alone names nothing.
    if let Some(database) = path.strip_prefix('/').filter(|database| !database.is_empty()) {
        say("database", database);
    }
    let (user, host) = match authority.rsplit_once('@') {
        Some((user, host)) => (Some(user), host),
        None => (None, authority),
    };
    let end_of_host = host.rfind(']').unwrap_or(0);
    let (host, port) = match host.rfind(':').filter(|at| *at >= end_of_host) {
        Some(at) => (host.get(..at)?, host.get(at + 1..)?),
        None => (host, ""),
    };
    if !port.is_empty() {
        port.parse::<u16>().ok()?;
        say("port", port);
    }
    if !host.is_empty() {
        say("host", host.trim_start_matches('[').trim_end_matches(']'));
    }
    if let Some(user) = user {
        let (name, password) = user.split_once(':').map_or((user, None), |(name, password)| (name, Some(password)));
        say("username", name);
        if let Some(password) = password {
            say("password", password);
        }
    }
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    settings.extend(pairs.map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decoded(name, true).replace(['.', ' '], "_"), native(&decoded(value, true)))
    }));
    Some(settings)
}

/// Drivers by the names that other tools have for them.
fn driver(scheme: &str) -> &str {
    match scheme {
        "mssql" => "sqlsrv",
        "mysql2" => "mysql",
        "postgres" | "postgresql" => "pgsql",
        "sqlite3" => "sqlite",
        other => other,
    }
}

/// Laravel reads what looks like JSON; a number is a text again where it is used.
fn native(text: &str) -> Value {
    match text {
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        "null" => Value::Null,
        _ => Value::Str(text.to_owned()),
    }
}

/// With `%40` and the like as what they stand for; in a query `+` is a space.
fn decoded(text: &str, is_query: bool) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let mut ahead = rest.clone();
        let digits = [ahead.next(), ahead.next()].map(|digit| digit.and_then(|digit| char::from(digit).to_digit(16)));
        match (byte, digits) {
            (b'%', [Some(high), Some(low)]) => {
                bytes.push((high * 16 + low) as u8);
                rest = ahead;
            }
            (b'+', _) if is_query => bytes.push(b' '),
            _ => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(address: &str) -> String {
        let Some(settings) = settings(address) else { return "none".to_owned() };
        let words = settings.into_iter().map(|(key, value)| match value {
            Value::Str(text) => format!("{key}={text}"),
            other => format!("{key}={other:?}"),
        });
        words.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn an_address_says_what_it_names() {
        assert_eq!(
            check("postgres://app:p%40s%2Fs@db.example.org:5433/shop?sslmode=require&search_path=a%2Cb+c"),
            "driver=pgsql database=shop port=5433 host=db.example.org username=app password=p@s/s sslmode=require search_path=a,b c"
        );
        assert_eq!(check("mysql2://app@db/shop#x"), "driver=mysql database=shop host=db username=app");
        assert_eq!(check("mysql://a:b@c:d@[::1]:3307/"), "driver=mysql port=3307 host=::1 username=a password=b@c:d");
        assert_eq!(check("sqlite:///database/shop.sqlite"), "driver=sqlite database=database/shop.sqlite");
        assert_eq!(check("sqlite:////srv/shop.sqlite"), "driver=sqlite database=/srv/shop.sqlite");
        assert_eq!(check("mysql://db/shop?strict=false"), "driver=mysql database=shop host=db strict=Bool(false)");
        assert_eq!(check("mysql:db/shop"), "none");
        assert_eq!(check("mysql://db:x/shop"), "none");
    }

    proptest! {
        #[test]
        fn no_address_makes_it_fail(text in "[a-z:/@%0-9?&=#\\[\\]é+]{0,40}") {
            let _ = settings(&text);
        }
    }
}
