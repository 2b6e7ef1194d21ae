//! How is one fact of a header changed, and every other byte of the file kept?

use super::Revision;
use super::header::{FIRST, NO_PARENTS, is_marker};

/// The file with this id.
pub fn with_id(text: &str, id: &str) -> String {
    let start = text.len() - text.trim_start_matches('\u{feff}').len();
    let first = text[start..].split('\n').next().unwrap_or_default();
    match first.strip_prefix(FIRST.trim_end()) {
        Some(rest) => splice(text, start + first.len() - rest.len(), rest, id),
        None => text.to_owned(),
    }
}

/// The file on these parents.
pub fn with_parents(text: &str, parents: &[String]) -> String {
    let list = if parents.is_empty() { NO_PARENTS.to_owned() } else { parents.join(", ") };
    with_value(text, "parents", &list)
}

/// The file with these dependencies in the place of those that it has.
pub fn with_depends_on(text: &str, names: &[String]) -> String {
    with_value(text, "depends-on", &names.join(", "))
}

/// The file with this fingerprint, where it has one.
pub fn with_fingerprint(text: &str, fingerprint: &str) -> String {
    with_value(text, "fingerprint", fingerprint)
}

/// The file with the facts that differ between the two.
pub fn with_facts(text: &str, old: &Revision, new: &Revision) -> String {
    let mut text = text.to_owned();
    if new.id != old.id {
        text = with_id(&text, &new.id);
    }
    if new.parents != old.parents {
        text = with_parents(&text, &new.parents);
    }
    if new.depends_on != old.depends_on {
        text = with_depends_on(&text, &new.depends_on);
    }
    text
}

fn with_value(text: &str, key: &str, value: &str) -> String {
    let mut at = 0;
    for (n, line) in text.split_inclusive('\n').enumerate() {
        let content = line.strip_prefix("--").filter(|content| n > 0 && !content.trim().is_empty());
        match content {
            None if n > 0 => break,
            Some(_) if is_marker(line.trim_end()) => break,
            Some(content) => {
                if let Some((name, rest)) = content.split_once(':').filter(|(name, _)| name.trim() == key) {
                    return splice(text, at + 2 + name.len() + 1, rest, value);
                }
            }
            None => {}
        }
        at += line.len();
    }
    text.to_owned()
}

/// The value for what is written from `at` on, white space around it kept.
fn splice(text: &str, at: usize, written: &str, value: &str) -> String {
    let old = written.trim();
    let start = at + (written.len() - written.trim_start().len());
    match old.is_empty() {
        true => format!("{} {value}{}", &text[..at], &text[at..]),
        false => format!("{}{value}{}", &text[..start], &text[start + old.len()..]),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::revision::{parse, write};

    #[test]
    fn only_the_fact_changes() {
        let mut revision = crate::revision::tests::revision("0a1b");
        revision.message = "parents: x\nparents: y\n\n-- parents: z".into();
        (revision.parents, revision.depends_on) = (vec!["aaa1".into()], vec!["bbb1".into(), "feat".into()]);
        revision.summary = vec!["parents: aaa1".into(), "fingerprint: x".into()];
        revision.fingerprint = "sha256:00".into();
        let text = write(&revision);
        let mut new = revision.clone();
        (new.id, new.parents, new.depends_on) = ("0a1c".into(), vec!["ccc1".into(), "ddd".into()], vec!["b".into()]);
        assert_eq!(with_facts(&text, &revision, &new), write(&new));
        assert_eq!(with_parents(&text, &[]), text.replacen("parents: aaa1\n", "parents: (none)\n", 1));
        let other = Revision { fingerprint: "sha256:11".into(), ..revision.clone() };
        assert_eq!(with_fingerprint(&text, "sha256:11"), write(&other));
    }

    #[test]
    fn the_ways_of_other_editors_are_kept() {
        let text = "\u{feff}-- autogen revision 0a1b \r\n--  message:\r\n--parents :aaa1  \r\n-- created: x\r\n\r\n\
            -- parents: not this\r\n-- autogen:upgrade\r\n-- parents: nor this\r\n\\quit\r\n-- autogen:downgrade\r\n";
        let changed = with_id(&with_parents(text, &["b".into()]), "c");
        assert_eq!(changed, text.replacen("0a1b", "c", 1).replacen(":aaa1", ":b", 1));
        let read = |text: &str| parse(Path::new("r.sql"), text).map_err(|error| error.to_string()).unwrap();
        assert_eq!((read(&changed).id, read(&changed).parents), ("c".to_owned(), vec!["b".to_owned()]));
    }
}
