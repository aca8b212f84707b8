//! Migrations that modules and packages within the application bring along, as Laravel's `loadMigrationsFrom` adds them.

use super::MIGRATIONS;
use crate::source::Tree;

/// The directories of migrations beside the application's own.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PackageMigrations {
    /// A service provider of the package calls `loadMigrationsFrom`: `artisan migrate` runs what is in them.
    pub loaded: Vec<String>,
    /// No provider was found that loads them.
    pub idle: Vec<String>,
}

/// Directories that hold no package of the application, or copies of others' code.
const PASSED_OVER: [&str; 7] = ["vendor", "node_modules", "storage", "public", "tests", "stubs", "bootstrap"];

/// A project has fewer; what lies beyond is not looked for.
const MAX_DIRECTORIES: usize = 20_000;

impl PackageMigrations {
    /// Looks for directories `database/migrations`, in any case, below the root's own directories.
    pub fn find(tree: &Tree) -> Self {
        let mut found = Self::default();
        let mut waiting: Vec<String> = inner(tree, "");
        let mut seen = 0;
        while let Some(directory) = waiting.pop() {
            seen += 1;
            if seen > MAX_DIRECTORIES {
                break;
            }
            match package_of(&directory) {
                Some("") => {}
                Some(package) if loads_migrations(tree, package) => found.loaded.push(directory),
                Some(_) => found.idle.push(directory),
                None => waiting.extend(inner(tree, &directory)),
            }
        }
        found.loaded.sort();
        found.idle.sort();
        found
    }
}

/// The migrations of the packages that Composer installed and whose providers load them: `artisan migrate` runs them too.
pub fn migrations_of_vendor(tree: &Tree) -> Vec<String> {
    let loads = |package: &String| loads_migrations(tree, package) || loads_migrations(tree, &format!("{package}/src"));
    let loaded = installed(tree).into_iter().filter(loads);
    let files = loaded.flat_map(|package| {
        let directory = format!("{package}/{MIGRATIONS}");
        tree.list(&directory).into_iter().map(move |name| format!("{directory}/{name}"))
    });
    files.filter(|path| path.strip_suffix(".php").is_some_and(|path| path.contains('_'))).collect()
}

/// Whether an installed package has a migration of that name, whoever may load it.
pub fn vendor_has_migration(tree: &Tree, name: &str) -> bool {
    installed(tree).iter().any(|package| tree.exists(&format!("{package}/{MIGRATIONS}/{name}.php")))
}

/// The directories of installed packages that have something about a database.
fn installed(tree: &Tree) -> Vec<String> {
    let vendors = tree.directories(VENDOR).into_iter().filter(|name| name != "composer" && name != "bin");
    let packages = vendors.flat_map(|vendor| {
        let within = format!("{VENDOR}/{vendor}");
        tree.directories(&within).into_iter().map(move |package| format!("{within}/{package}"))
    });
    packages.filter(|package| tree.directories(package).iter().any(|name| name == "database")).collect()
}

/// Where Composer installs.
const VENDOR: &str = "vendor";

/// The directories in one that may lead to a package.
fn inner(tree: &Tree, directory: &str) -> Vec<String> {
    let names = tree.directories(directory).into_iter();
    names
        .filter(|name| !name.starts_with('.') && !PASSED_OVER.contains(&name.to_ascii_lowercase().as_str()))
        .map(|name| if directory.is_empty() { name } else { format!("{directory}/{name}") })
        .collect()
}

/// The directory of the package that has its migrations in `directory`; empty for the application's own.
fn package_of(directory: &str) -> Option<&str> {
    let (rest, migrations) = directory.rsplit_once('/')?;
    let (package, database) = rest.rsplit_once('/').unwrap_or(("", rest));
    let is_it = migrations.eq_ignore_ascii_case("migrations") && database.eq_ignore_ascii_case("database");
    is_it.then_some(package)
}

/// Whether a service provider in the package, or in the directory above its sources, loads migrations.
fn loads_migrations(tree: &Tree, package: &str) -> bool {
    let above = package.rsplit_once('/').map_or("", |(above, _)| above);
    [package, above].into_iter().any(|place| {
        let providers = tree.directories(place).into_iter().filter(|name| name.eq_ignore_ascii_case("providers"));
        let places = std::iter::once(place.to_owned()).chain(providers.map(|name| format!("{place}/{name}")));
        places.into_iter().any(|place| {
            let files = tree.list(&place).into_iter().filter(|name| name.strip_suffix("Provider.php").is_some());
            files.map(|name| format!("{place}/{name}")).any(|path| {
                tree.read(path.trim_start_matches('/')).is_ok_and(|file| file.text.contains("loadMigrationsFrom"))
            })
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_counts_when_a_provider_loads_its_migrations() {
        let tree = Tree::new("/nowhere");
        let put = |path: &str, text: &str| drop(tree.put(path, text.to_owned()));
        put("database/migrations/1.php", "");
        put("packages/blog/src/Database/Migrations/2.php", "");
        put("packages/blog/src/Providers/BlogServiceProvider.php", "$this->loadMigrationsFrom(__DIR__);");
        put("modules/shop/database/migrations/3.php", "");
        put("modules/shop/ShopServiceProvider.php", "$this->loadMigrationsFrom('database/migrations');");
        put("modules/old/database/migrations/4.php", "");
        put("vendor/a/b/database/migrations/5.php", "");
        put("vendor/a/b/BServiceProvider.php", "$this->loadMigrationsFrom('database/migrations');");
        let found = PackageMigrations::find(&tree);
        assert_eq!(found.loaded, ["modules/shop/database/migrations", "packages/blog/src/Database/Migrations"]);
        assert_eq!(found.idle, ["modules/old/database/migrations"]);
    }

    #[test]
    fn installed_packages_bring_migrations_when_their_providers_load_them() {
        let tree = Tree::new("/nowhere");
        let write = |path: &str, text: &str| drop(tree.put(path, text.to_owned()));
        write("vendor/a/tokens/database/migrations/2019_12_14_000001_create_tokens_table.php", "");
        write(
            "vendor/a/tokens/src/TokensServiceProvider.php",
            "$this->loadMigrationsFrom(__DIR__.'/../database/migrations');",
        );
        write("vendor/b/published/database/migrations/2020_01_01_000000_create_tags_table.php", "");
        write("vendor/b/published/src/TagsServiceProvider.php", "$this->publishes([]);");
        write("vendor/composer/installed/database/migrations/2020_01_01_000000_no.php", "");
        let found = migrations_of_vendor(&tree);
        assert_eq!(found, ["vendor/a/tokens/database/migrations/2019_12_14_000001_create_tokens_table.php"]);
        assert!(
            vendor_has_migration(&tree, "2020_01_01_000000_create_tags_table"),
            "though it is to be published first"
        );
        assert!(!vendor_has_migration(&tree, "2020_01_01_000000_create_labels_table"));
    }
}
