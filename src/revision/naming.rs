//! What is a revision's file called?
//!
//! Invariant: the name sorts by the time it was made, holds the whole id, and is a name on every file system.

use jiff::civil::DateTime;

/// The message as words joined by `_`: letters and digits of any script, in lower case, at most `max` characters, cut back
/// to a whole word where there is one.
pub fn slug(message: &str, max: usize) -> String {
    let mut slug = String::new();
    let mut length = 0;
    for word in message.split(|c: char| !is_word_part(c)).filter(|word| !word.is_empty()) {
        let word = word.to_lowercase();
        let room = max.saturating_sub(length + usize::from(length > 0));
        let wanted = word.chars().count();
        if wanted <= room {
            if length > 0 {
                slug.push('_');
                length += 1;
            }
            slug.push_str(&word);
            length += wanted;
        } else {
            if slug.is_empty() {
                slug.extend(word.chars().take(max));
            }
            break;
        }
    }
    slug
}

/// `20261120_0941_3f2a9c1d7b04_add_due_dates.sql`
pub fn file_name(created: DateTime, id: &str, slug: &str) -> String {
    let joint = if slug.is_empty() { "" } else { "_" };
    format!(
        "{:04}{:02}{:02}_{:02}{:02}_{id}{joint}{slug}.sql",
        created.year(),
        created.month(),
        created.day(),
        created.hour(),
        created.minute()
    )
}

/// Combining accents belong to the letter before them.
fn is_word_part(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '\u{300}'..='\u{36f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_keeps_letters_of_any_script_and_cuts_at_a_word() {
        for (message, expected) in [
            ("add due dates", "add_due_dates"),
            ("Créate Tàble: foo/bar!", "créate_tàble_foo_bar"),
            ("  --  ", ""),
            ("a__b -- c\n../../etc", "a_b_c_etc"),
            ("添加 列", "添加_列"),
            ("cre\u{301}er", "cre\u{301}er"),
            ("this message is long and most certainly does not fit", "this_message_is_long_and_most_certainly"),
            ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
        ] {
            assert_eq!(slug(message, 40), expected);
        }
        assert_eq!(slug("ab cd", 5), "ab_cd");
        assert_eq!(slug("ab cd", 4), "ab");
        assert_eq!(slug("ab cd", 0), "");
    }

    #[test]
    fn a_file_name_begins_with_the_time_and_holds_the_id() {
        let created = jiff::civil::date(2026, 11, 20).at(9, 41, 7, 0);
        assert_eq!(file_name(created, "3f2a9c1d7b04", "add_due_dates"), "20261120_0941_3f2a9c1d7b04_add_due_dates.sql");
        assert_eq!(file_name(created, "3f2a9c1d7b04", ""), "20261120_0941_3f2a9c1d7b04.sql");
    }
}
