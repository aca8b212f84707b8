//! Where the application keeps what it tells its workers.

use super::Complaint;
use super::ailment::Ailment;

/// The variables that name the cache, of Laravel 11 and of those before.
const VARIABLES: [&str; 2] = ["CACHE_STORE", "CACHE_DRIVER"];

/// Whether the cache lies in the files of a release. `config` is `config/cache.php`; `environment` the `.env` that the
/// releases share, where it can be read; `deploys` the texts of the files that make a release of it live.
pub fn cache(config: &str, environment: Option<&str>, deploys: &[&str]) -> Option<Complaint> {
    let lines = || config.lines().enumerate();
    let (index, line) = lines().find(|(_, line)| line.contains("'default'") && !line.trim_start().starts_with("//"))?;
    let of_line = line.split('\'').rfind(|part| ["file", "array"].contains(part));
    let store = environment.and_then(variable).or_else(|| of_line.map(str::to_owned))?;
    let is_apart = match store.as_str() {
        "file" => !deploys.iter().any(|text| shares_storage(text)),
        store => store == "array",
    };
    let shown = format!("{} (the store is `{store}`)", line.trim());
    (is_apart && !deploys.is_empty())
        .then(|| Complaint::new("config/cache.php", index + 1, Ailment::CachePerRelease, &shown))
}

fn variable(environment: &str) -> Option<String> {
    let value = |name: &&str| {
        let mut lines = environment.lines().filter_map(|line| line.trim().strip_prefix(*name)?.strip_prefix('='));
        lines.next_back().map(|value| value.trim().trim_matches(['"', '\'']).to_owned())
    };
    VARIABLES.iter().find_map(value)
}

/// Whether the releases share `storage`: by a link, or since the tool's recipe does it.
fn shares_storage(text: &str) -> bool {
    let is_link = |line: &str| (line.contains("ln ") || line.contains("linked_dirs")) && line.contains("storage");
    text.lines().any(is_link)
        || text.contains("recipe/laravel.php")
        || text.contains("capistrano/laravel")
        || text.contains("CREATE_RELEASE")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cache_in_files_has_to_be_shared() {
        let config = "<?php\nreturn [\n  'default' => env('CACHE_STORE', 'file'),\n];\n";
        let line = |environment, deploys: &[&str]| cache(config, environment, deploys).map(|complaint| complaint.line);
        assert_eq!(line(None, &["mv -T next current"]), Some(3));
        assert_eq!(line(None, &["ln -s shared/storage storage"]), None);
        assert_eq!(line(Some("CACHE_STORE=redis\n"), &[""]), None);
        assert_eq!(line(Some("CACHE_STORE=\"array\"\n"), &["ln -s shared/storage storage"]), Some(3));
    }
}
