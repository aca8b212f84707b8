//! English plurals and snake case, as Laravel derives table and column names from the names of classes and columns.
//!
//! The rules are those of doctrine/inflector 2 with Laravel's own uncountable words (`Str::plural`, `Str::snake`).

/// Laravel's `Str::plural`.
pub fn plural(word: &str) -> String {
    if !word.chars().next_back().is_some_and(|last| last.is_ascii_alphanumeric() || !last.is_ascii()) {
        return word.to_owned();
    }
    let lower = word.to_lowercase();
    if is_uncountable(&lower) {
        return word.to_owned();
    }
    let plural = match IRREGULAR.iter().find(|(singular, _)| *singular == lower) {
        Some((_, plural)) => with_first_of(plural, word),
        None => regular(word, &lower),
    };
    like(&plural, word)
}

/// Laravel's `Str::pluralStudly`: the plural of the last of several words in `StudlyCase`.
pub fn plural_studly(words: &str) -> String {
    let last =
        words.char_indices().rfind(|(at, letter)| *at > 0 && letter.is_ascii_uppercase()).map_or(0, |(at, _)| at);
    let (before, word) = words.split_at(last);
    format!("{before}{}", plural(word))
}

/// Laravel's `Str::snake`: `UserProfile` gives `user_profile`.
pub fn snake(words: &str) -> String {
    if words.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return words.to_owned();
    }
    let mut joined = String::new();
    for word in words.split_whitespace() {
        let mut letters = word.chars();
        joined.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        joined.push_str(letters.as_str());
    }
    let mut snake = String::new();
    for (at, letter) in joined.char_indices() {
        if at > 0 && letter.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}

/// The name of a class without its namespace.
pub fn class_basename(class: &str) -> &str {
    class.rsplit('\\').next().unwrap_or(class)
}

fn is_uncountable(lower: &str) -> bool {
    UNCOUNTABLE.contains(&lower)
        || ["media", "ware"].iter().any(|ending| {
            lower.strip_suffix(ending).is_some_and(|before| {
                !before.is_empty() && before.chars().all(|letter| letter == '_' || letter.is_ascii_alphanumeric())
            })
        })
}

/// The first rule whose ending fits.
fn regular(word: &str, lower: &str) -> String {
    let rule = ENDINGS.iter().find(|rule| rule.fits(lower));
    let (cut, added) = rule.map_or((0, "s"), |rule| (rule.cut, rule.added));
    let kept = word.get(..word.len() - cut).unwrap_or(word);
    format!("{kept}{added}")
}

fn with_first_of(plural: &str, word: &str) -> String {
    if word.starts_with(|first: char| first.is_ascii_uppercase()) { capitalized(plural) } else { plural.to_owned() }
}

/// Gives a word the case of another, where that is all lower, all upper or capitalized.
fn like(plural: &str, word: &str) -> String {
    if word == word.to_lowercase() {
        plural.to_lowercase()
    } else if word == word.to_uppercase() {
        plural.to_uppercase()
    } else if word == capitalized(word) {
        capitalized(plural)
    } else {
        plural.to_owned()
    }
}

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    let first: String = letters.next().map(|first| first.to_ascii_uppercase()).into_iter().collect();
    format!("{first}{}", letters.as_str())
}

/// Words that end so lose `cut` letters and gain `added`.
struct Ending {
    letters: &'static str,
    /// What must stand before those letters.
    before: Before,
    cut: usize,
    added: &'static str,
}

#[derive(Clone, Copy)]
enum Before {
    Anything,
    /// The ending is the whole word.
    Nothing,
    OneOf(&'static str),
    NoneOf(&'static str),
}

impl Ending {
    fn fits(&self, lower: &str) -> bool {
        let Some(before) = lower.strip_suffix(self.letters) else { return false };
        let last = before.chars().next_back();
        match self.before {
            Before::Anything => true,
            Before::Nothing => before.is_empty(),
            Before::OneOf(letters) => last.is_some_and(|letter| letters.contains(letter)),
            Before::NoneOf(letters) => last.is_some_and(|letter| !letters.contains(letter)),
        }
    }
}

const fn ending(letters: &'static str, cut: usize, added: &'static str) -> Ending {
    Ending { letters, before: Before::Anything, cut, added }
}

const fn ending_after(before: Before, letters: &'static str, cut: usize, added: &'static str) -> Ending {
    Ending { letters, before, cut, added }
}

const ENDINGS: &[Ending] = &[
    ending("status", 0, "es"),
    ending("quiz", 0, "zes"),
    ending_after(Before::Nothing, "ox", 0, "en"),
    ending_after(Before::OneOf("m|l"), "ouse", 4, "ice"),
    ending("matrix", 2, "ices"),
    ending("matrex", 2, "ices"),
    ending("vertix", 2, "ices"),
    ending("vertex", 2, "ices"),
    ending("indix", 2, "ices"),
    ending("index", 2, "ices"),
    ending("x", 0, "es"),
    ending("ch", 0, "es"),
    ending("ss", 0, "es"),
    ending("sh", 0, "es"),
    ending("quy", 1, "ies"),
    ending_after(Before::NoneOf("aeiouy"), "y", 1, "ies"),
    ending("hive", 0, "s"),
    ending("gulf", 0, "s"),
    ending_after(Before::NoneOf("f"), "fe", 2, "ves"),
    ending("lf", 1, "ves"),
    ending("rf", 1, "ves"),
    ending("sis", 2, "es"),
    ending_after(Before::OneOf("ti"), "um", 2, "a"),
    ending("taxon", 2, "a"),
    ending("criterion", 2, "a"),
    ending("person", 5, "eople"),
    ending("man", 2, "en"),
    ending("child", 0, "ren"),
    ending("foot", 3, "eet"),
    ending("buffalo", 0, "es"),
    ending("hero", 0, "es"),
    ending("potato", 0, "es"),
    ending("tomato", 0, "es"),
    ending("volcano", 0, "es"),
    ending("alumnus", 2, "i"),
    ending("bacillus", 2, "i"),
    ending("cactus", 2, "i"),
    ending("focus", 2, "i"),
    ending("fungus", 2, "i"),
    ending("nucleus", 2, "i"),
    ending("radius", 2, "i"),
    ending("stimulus", 2, "i"),
    ending("syllabus", 2, "i"),
    ending("terminus", 2, "i"),
    ending("virus", 2, "i"),
    ending("us", 0, "es"),
    ending("alias", 0, "es"),
    ending("axis", 2, "es"),
    ending("crisis", 2, "es"),
    ending("testis", 2, "es"),
    ending("s", 0, ""),
];

/// Words that are irregular as a whole; at the end of a longer word the endings decide.
const IRREGULAR: &[(&str, &str)] = &[
    ("atlas", "atlases"),
    ("axe", "axes"),
    ("beef", "beefs"),
    ("blouse", "blouses"),
    ("brother", "brothers"),
    ("cafe", "cafes"),
    ("chateau", "chateaux"),
    ("niveau", "niveaux"),
    ("child", "children"),
    ("canvas", "canvases"),
    ("cookie", "cookies"),
    ("corpus", "corpuses"),
    ("cow", "cows"),
    ("criterion", "criteria"),
    ("curriculum", "curricula"),
    ("demo", "demos"),
    ("domino", "dominoes"),
    ("echo", "echoes"),
    ("foot", "feet"),
    ("fungus", "fungi"),
    ("ganglion", "ganglions"),
    ("gas", "gases"),
    ("genie", "genies"),
    ("genus", "genera"),
    ("goose", "geese"),
    ("graffito", "graffiti"),
    ("hippopotamus", "hippopotami"),
    ("hoof", "hoofs"),
    ("human", "humans"),
    ("iris", "irises"),
    ("larva", "larvae"),
    ("leaf", "leaves"),
    ("lens", "lenses"),
    ("loaf", "loaves"),
    ("man", "men"),
    ("medium", "media"),
    ("memorandum", "memoranda"),
    ("money", "monies"),
    ("mongoose", "mongooses"),
    ("motto", "mottoes"),
    ("move", "moves"),
    ("mythos", "mythoi"),
    ("niche", "niches"),
    ("nucleus", "nuclei"),
    ("numen", "numina"),
    ("occiput", "occiputs"),
    ("octopus", "octopuses"),
    ("opus", "opuses"),
    ("ox", "oxen"),
    ("passerby", "passersby"),
    ("penis", "penises"),
    ("person", "people"),
    ("plateau", "plateaux"),
    ("runner-up", "runners-up"),
    ("safe", "safes"),
    ("sex", "sexes"),
    ("sieve", "sieves"),
    ("soliloquy", "soliloquies"),
    ("son-in-law", "sons-in-law"),
    ("syllabus", "syllabi"),
    ("testis", "testes"),
    ("thief", "thieves"),
    ("tooth", "teeth"),
    ("tornado", "tornadoes"),
    ("trilby", "trilbys"),
    ("turf", "turfs"),
    ("valve", "valves"),
    ("volcano", "volcanoes"),
    ("abuse", "abuses"),
    ("avalanche", "avalanches"),
    ("cache", "caches"),
    ("curve", "curves"),
    ("emphasis", "emphases"),
    ("foe", "foes"),
    ("grave", "graves"),
    ("hoax", "hoaxes"),
    ("neurosis", "neuroses"),
    ("save", "saves"),
    ("wave", "waves"),
    ("oasis", "oases"),
    ("zombie", "zombies"),
];

#[rustfmt::skip]
const UNCOUNTABLE: &[&str] = &[
    "recommended", "related",
    "people", "trivia", "media", "advice", "aircraft", "amoyese", "art", "audio", "baggage", "bison", "borghese",
    "bream", "breeches", "britches", "buffalo", "butter", "cantus", "carp", "cattle", "chassis", "clippers", "clothing",
    "coal", "cod", "coitus", "compensation", "congoese", "contretemps", "coreopsis", "corps", "cotton", "data", "debris",
    "deer", "diabetes", "djinn", "education", "eland", "elk", "emoji", "equipment", "evidence", "faroese", "feedback",
    "fish", "flounder", "flour", "foochowese", "food", "furniture", "gallows", "genevese", "genoese", "gilbertese",
    "gold", "headquarters", "herpes", "hijinks", "homework", "hottentotese", "impatience", "information", "innings",
    "jackanapes", "jeans", "jedi", "kin", "kiplingese", "knowledge", "kongoese", "leather", "love", "lucchese", "luggage",
    "mackerel", "maltese", "management", "metadata", "mews", "money", "moose", "mumps", "music", "nankingese", "news",
    "nexus", "niasese", "nutrition", "offspring", "oil", "patience", "pekingese", "piedmontese", "pincers", "pistoiese",
    "plankton", "pliers", "pokemon", "police", "polish", "portuguese", "proceedings", "progress", "rabies", "rain",
    "research", "rhinoceros", "rice", "salmon", "sand", "sarawakese", "scissors", "sea bass", "sea-bass", "series",
    "shavese", "shears", "sheep", "siemens", "silk", "sms", "soap", "social media", "spam", "species", "staff", "sugar",
    "swine", "talent", "toothpaste", "traffic", "travel", "trousers", "trout", "tuna", "us", "vermontese", "vinegar",
    "weather", "wenchowese", "wheat", "whiting", "wildebeest", "wood", "wool", "yengeese",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plurals_are_those_of_laravel() {
        let pairs = include_str!("../../fixtures/laravel/plurals.csv");
        for line in pairs.lines() {
            let (word, expected) = line.split_once(',').unwrap();
            assert_eq!(plural(word), expected, "the plural of {word}");
        }
        assert!(pairs.lines().count() > 100);
    }

    #[test]
    fn names_of_models_become_names_of_tables() {
        assert_eq!(snake(&plural_studly(class_basename("App\\Models\\UserProfile"))), "user_profiles");
        assert_eq!(snake(&plural_studly("SalesPerson")), "sales_people");
        assert_eq!(snake("URLToken"), "u_r_l_token");
        assert_eq!(snake("user"), "user");
    }
}
