//! How much is one name like another, to a person who renames things?

/// The words of a name: `userId`, `user_id` and `USER-ID` have the same two.
pub fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for c in name.chars() {
        let begins = c.is_uppercase() && (before.is_lowercase() || before.is_numeric());
        if begins || !c.is_alphanumeric() {
            words.push(String::new());
        }
        if c.is_alphanumeric() {
            words.last_mut().into_iter().for_each(|word| word.extend(c.to_lowercase()));
        }
        before = c;
    }
    words.retain(|word| !word.is_empty());
    words
}

/// What stands between words and says nothing.
const BETWEEN: [char; 4] = ['_', '-', '.', ' '];

/// So many letters that their case says nothing: `m` and `M` are units, and so are `Mb` and `MB`.
const ENOUGH: usize = 3;

/// The name without case and without what stands between its words. What parts a number stays, as does every other sign:
/// `q1_1` is not `q11`, nor `B+` `B-`, nor `-1` `1`.
fn letters(name: &str) -> String {
    let mut letters = String::new();
    let mut rest = name;
    while let Some(c) = rest.chars().next() {
        let after = rest.trim_start_matches(BETWEEN);
        if after.len() == rest.len() {
            letters.extend(c.to_lowercase());
            rest = &rest[c.len_utf8()..];
            continue;
        }
        let (left, right) = (letters.chars().next_back(), after.chars().next());
        let is_between = |one: char, other: char| {
            one.is_alphanumeric() && other.is_alphanumeric() && !(one.is_numeric() && other.is_numeric())
        };
        if !left.zip(right).is_some_and(|(left, right)| is_between(left, right)) {
            letters.push_str(&rest[..rest.len() - after.len()]);
        }
        rest = after;
    }
    letters
}

/// The same letters, digits and signs in the same order: what differs is case, or what stands between words.
pub fn same_letters(one: &str, other: &str) -> bool {
    letters(one) == letters(other) && one.chars().any(char::is_alphanumeric)
}

/// One name in two spellings, and nothing that somebody could tell apart on purpose.
pub fn is_same_name(one: &str, other: &str) -> bool {
    same_letters(one, other) && letters(one).chars().count() >= ENOUGH
}

/// One is the other in the plural.
pub fn same_but_for_number(one: &str, other: &str) -> bool {
    let (one, other) = (letters(one), letters(other));
    let (short, long) = if one.len() < other.len() { (one, other) } else { (other, one) };
    let stem = |word: &str| short.strip_suffix(word).filter(|stem| stem.len() > 1).map(str::to_owned);
    let plurals = [Some(format!("{short}s")), Some(format!("{short}es")), stem("y").map(|stem| format!("{stem}ies"))];
    short.len() > 2 && plurals.into_iter().flatten().any(|plural| plural == long)
}

/// From 0 to 1; two names that have nothing to do with each other get 0.
pub fn likeness(one: &str, other: &str) -> f64 {
    if same_letters(one, other) {
        return 1.0;
    }
    let (left, right) = (words(one), words(other));
    let (flat, long) = (left.concat(), right.concat());
    let letters = strsim::normalized_damerau_levenshtein(&flat, &long);
    // below a half, two words of common letters look as much alike
    let letters = if letters < 0.5 { 0.0 } else { letters };
    let shared = left.iter().filter(|word| right.contains(word)).map(|word| word.len()).sum::<usize>();
    let shared = 2.0 * shared as f64 / (flat.len() + long.len()).max(1) as f64;
    let likest = [letters, shared, part_of(&flat, &long), shortened(&flat, &long)];
    likest.into_iter().fold(0.0, f64::max).min(0.95)
}

/// `title` in `tasktitle`.
fn part_of(one: &str, other: &str) -> f64 {
    let (short, long) = if one.len() < other.len() { (one, other) } else { (other, one) };
    let within = short.len() > 2 && long.contains(short);
    if within { 0.5 + 0.5 * short.len() as f64 / long.len() as f64 } else { 0.0 }
}

/// `qty` of `quantity`: the first letter, and the others in their order.
fn shortened(one: &str, other: &str) -> f64 {
    let (short, long) = if one.len() < other.len() { (one, other) } else { (other, one) };
    let mut rest = long.chars();
    let in_order = short.chars().all(|letter| rest.any(|other| other == letter));
    let same_start = short.chars().next() == long.chars().next();
    let so_short = short.len() > 1 && short.len() * 4 <= long.len() * 3;
    if in_order && same_start && so_short { 0.6 } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_name_are_known() {
        for (one, other) in [("userId", "user_id"), ("USER ID", "userid"), ("sha256Sum", "sha256_sum"), ("a-b", "aB")] {
            assert!(same_letters(one, other), "{one} {other}");
        }
        for (one, other) in [("line1", "line2"), ("min", "max"), ("title", "titles"), ("", "_"), ("_", "-")] {
            assert!(!same_letters(one, other), "{one} {other}");
        }
        for (one, other) in [("user", "users"), ("Boxes", "box"), ("category", "categories")] {
            assert!(same_but_for_number(one, other), "{one} {other}");
        }
        assert!(!same_but_for_number("new", "news_items") && !same_but_for_number("a", "as"));
    }

    #[test]
    fn signs_numbers_and_single_letters_are_told_apart() {
        for (one, other) in [("B+", "B-"), ("-1", "1"), ("c++", "c#"), ("a%", "a"), ("q1_1", "q11"), ("v1.0", "v10")] {
            assert!(!same_letters(one, other) && likeness(one, other) > 0.5, "{one} {other}");
        }
        assert!(!same_letters("row_12", "row_1_2") && !same_letters("_id", "id"));
        assert!(!is_same_name("m", "M") && !is_same_name("Mb", "MB") && is_same_name("USD", "usd"));
        assert!(is_same_name("in_progress", "in-progress") && is_same_name("line_1", "line1"));
    }

    #[test]
    fn likeness_grows_with_what_is_shared() {
        for (one, other) in
            [("title", "task_title"), ("created", "created_at"), ("qty", "quantity"), ("adress", "address")]
        {
            assert!(likeness(one, other) > 0.5, "{one} {other} {}", likeness(one, other));
        }
        for (one, other) in [("title", "name"), ("notes", "remarks"), ("width", "colour"), ("ab", "cd")] {
            assert!(likeness(one, other) < 0.3, "{one} {other} {}", likeness(one, other));
        }
    }
}
