//! How PHP-FPM ends its processes when it is reloaded.

use super::Complaint;
use super::ailment::Ailment;

const SETTING: &str = "process_control_timeout";

/// What is wrong with the configuration of PHP-FPM: its main file, and those that it includes. A setting that is not there
/// has its default, 0.
pub fn complaint(main: &str, files: &[(String, String)]) -> Option<Complaint> {
    let set = files.iter().flat_map(|(file, text)| {
        let lines = text.lines().enumerate();
        lines.filter_map(move |(index, line)| {
            let (name, value) = line.split_once('=')?;
            (name.trim() == SETTING).then(|| (file, index + 1, line, value.trim()))
        })
    });
    match set.last() {
        Some((.., value)) if !is_zero(value) => None,
        Some((file, number, line, _)) => Some(Complaint::new(file, number, Ailment::FpmEndsRequests, line)),
        None => {
            let text = files.iter().find(|(file, _)| file == main).map_or("", |(_, text)| text);
            let shown = "process_control_timeout is not set";
            Some(Complaint::new(main, global(text), Ailment::FpmEndsRequests, shown))
        }
    }
}

/// `0`, `0s`, `0 ; for now`.
fn is_zero(value: &str) -> bool {
    let digits: String = value.chars().take_while(char::is_ascii_digit).collect();
    digits.parse::<u64>().unwrap_or(0) == 0
}

/// The line of the section in which it belongs.
fn global(text: &str) -> usize {
    text.lines().position(|line| line.trim() == "[global]").map_or(1, |index| index + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str) -> Option<usize> {
        let files = [("php-fpm.conf".to_owned(), text.to_owned())];
        complaint("php-fpm.conf", &files).map(|complaint| complaint.line)
    }

    #[test]
    fn only_a_time_lets_requests_end() {
        assert_eq!(check("[global]\nprocess_control_timeout = 10s\n"), None);
        assert_eq!(check("[global]\nprocess_control_timeout = 0\n"), Some(2));
        assert_eq!(check("; x\n[global]\n;process_control_timeout = 10s\n"), Some(2));
    }
}
