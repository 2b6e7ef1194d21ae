//! `parse(write(r)) == r`, `write(parse(text)) == text`, and what the fingerprint sees.

use super::super::fingerprint;
use super::*;

/// Small and seeded (a xorshift), so that a failure comes back.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides as u64) as usize
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.roll(from.len())]
    }

    fn text(&mut self, from: &[&str], most: usize) -> String {
        (0..self.roll(most + 1)).map(|_| self.pick(from)).collect()
    }
}

const WORDS: &[&str] = &[
    "\n",
    "\n\n",
    "\r",
    "\r\n",
    " ",
    "\t",
    "-- autogen:upgrade",
    "-- autogen:downgrade\n",
    "autogen:step",
    "\\quit\n",
    "\\",
    "\\u{",
    "\\u{41}",
    "{d}",
    "|",
    "--",
    ":",
    "é",
    "𝄞",
    "\u{2028}",
    "\u{85}",
    "'",
    "\"",
    "$$",
    "/*",
    "*/",
    "parents: x",
    "message",
];

/// Inside of these anything may stand.
const QUOTES: &[(&str, &str)] =
    &[("SELECT '", "'"), ("DO $q$", "$q$"), ("SELECT \"", "\""), ("SELECT /* ", " */ 1"), ("SELECT (1, $$", "$$)")];

fn statement(dice: &mut Dice) -> String {
    let (open, close) = QUOTES[dice.roll(QUOTES.len())];
    let inner = dice.text(WORDS, 8).replace(['\'', '"', '$'], "").replace("/*", "").replace("*/", "");
    format!("{open}{inner}{close}")
}

fn section(dice: &mut Dice) -> String {
    let mut text = String::new();
    for _ in 0..dice.roll(6) {
        match dice.roll(8) {
            0 => text.push_str("\n-- a person's line; 'it's\n"),
            1 => text.push_str("\n-- autogen:step no-transaction\n"),
            2 => text.push_str("\n-- autogen:step transaction\r\n"),
            3 => text.push_str("  \n\t/* -- autogen:upgrade\n-- autogen:downgrade\n\\quit\n */"),
            4 => text.push_str("\r\n\r\n"),
            _ => text.push_str(&format!("{};", statement(dice))),
        }
    }
    text
}

fn any_revision(dice: &mut Dice) -> Revision {
    let some = |dice: &mut Dice| (0..dice.roll(3)).map(|n| format!("{n}a{}", dice.roll(9))).collect::<Vec<_>>();
    let mut revision = Revision {
        parents: some(dice),
        depends_on: some(dice),
        branch_labels: some(dice),
        waits: if dice.roll(2) == 0 { String::new() } else { dice.text(WORDS, 4).trim().to_owned() },
        message: dice.text(WORDS, 10),
        renames: (0..dice.roll(3)).map(|_| dice.text(WORDS, 3)).collect(),
        no_renames: (0..dice.roll(3)).map(|_| dice.text(WORDS, 3)).collect(),
        summary: (0..dice.roll(5)).map(|_| dice.text(WORDS, 4)).collect(),
        upgrade: Script::new(section(dice)),
        downgrade: Script::new(section(dice)),
        ..revision("3f2a9c1d7b04")
    };
    revision.fingerprint = fingerprint(&revision);
    revision
}

#[test]
fn any_revision_comes_back_as_it_was() {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    for n in 0..3000 {
        let revision = any_revision(&mut dice);
        let text = write(&revision);
        let back = read(&text).unwrap_or_else(|error| panic!("{n}: {error}\n{text}"));
        assert_eq!(back, revision, "{n}\n{text}");
        assert_eq!(write(&back), text, "{n}");
        assert!(!back.is_edited(), "{n}");
    }
}

#[test]
fn every_line_outside_the_sections_is_a_comment() {
    let mut dice = Dice(7);
    for _ in 0..500 {
        let text = write(&Revision { upgrade: Script::new(""), downgrade: Script::new(""), ..any_revision(&mut dice) });
        for line in text.split(['\n', '\r']) {
            assert!(line.is_empty() || line.starts_with("--") || line == "\\quit", "{line:?} in {text}");
        }
    }
}

#[test]
fn the_written_form_is_the_documented_one() {
    let mut revision = Revision {
        parents: names("1b2c3d4e5f60"),
        message: "add due dates\n\nand what goes with them".to_owned(),
        summary: names("2_ops"),
        upgrade: Script::compose(&[
            entry(
                &["add_column public.tasks.due_date (schema/tasks.yaml:14:7)", "lock: ACCESS EXCLUSIVE"],
                "SELECT 1",
                true,
            ),
            entry(&["add_enum_value public.priority.urgent"], "SELECT 2;", false),
            entry(&[], "SELECT 3 -- so", true),
        ]),
        downgrade: Script::compose(&[entry(&["drop"], "SELECT 4", true)]),
        ..revision("3f2a9c1d7b04")
    };
    revision.fingerprint = "sha256:0".to_owned();
    let text = "\
-- autogen revision 3f2a9c1d7b04
-- message: add due dates
--   |
--   | and what goes with them
-- parents: 1b2c3d4e5f60
-- created: 2026-11-20 09:41:00+00:00
-- fingerprint: sha256:0
--
-- 2_ops

-- autogen:upgrade

-- add_column public.tasks.due_date (schema/tasks.yaml:14:7)
-- lock: ACCESS EXCLUSIVE
SELECT 1;

-- autogen:step no-transaction
-- add_enum_value public.priority.urgent
SELECT 2;

-- autogen:step transaction
SELECT 3 -- so
;

\\quit
-- autogen:downgrade

-- drop
SELECT 4;
";
    assert_eq!(write(&revision), text);
    assert_eq!(read(text).unwrap(), revision);
}

#[test]
fn a_hand_edited_section_is_kept_byte_for_byte() {
    let text = write(&revision("a"));
    for edit in
        ["\n\n\n-- mine\n", "UPDATE t SET a = '\\quit';\r\n", "  SELECT 1 ;  -- why; not\n/* autogen:step */", "\t\n"]
    {
        for anchor in ["\nALTER TABLE public.tasks ADD", "\nALTER TABLE public.tasks DROP"] {
            let edited = text.replace(anchor, &format!("{edit}{anchor}"));
            assert_eq!(write(&read(&edited).unwrap()), edited);
        }
    }
}

#[test]
fn line_ends_of_another_system_change_neither_facts_nor_fingerprint() {
    let mut revision = revision("a");
    revision.upgrade = Script::new("\nSELECT 'a\nb'\n  , 2;\n");
    revision.summary = names("one two");
    revision.fingerprint = fingerprint(&revision);
    let back = read(&format!("\u{feff}{}", write(&revision).replace('\n', "\r\n"))).unwrap();
    assert_eq!((&back.message, &back.summary), (&revision.message, &revision.summary));
    assert!(!back.is_edited());
}

#[test]
fn the_fingerprint_sees_statements_and_steps_and_nothing_else() {
    let base = revision("a");
    let with = |upgrade: &str| fingerprint(&Revision { upgrade: Script::new(upgrade), ..base.clone() });
    let first = with("SELECT 1; SELECT 2;");
    assert!(first.starts_with("sha256:") && first.len() == 71);
    for same in ["\n\n-- a\nSELECT 1;\n/* b */ SELECT 2  ;", "-- autogen:step transaction\nSELECT 1;SELECT 2;"] {
        assert_eq!(with(same), first, "{same}");
    }
    for other in [
        "SELECT 2; SELECT 1;",
        "SELECT 1;",
        "SELECT 1; SELECT  2;",
        "SELECT 1;\n-- autogen:step transaction\nSELECT 2;",
        "-- autogen:step no-transaction\nSELECT 1; SELECT 2;",
        "SELECT 1; SELECT 2",
    ] {
        assert_ne!(with(other), first, "{other}");
    }
    assert_eq!(fingerprint(&Revision { message: "other".into(), ..base.clone() }), fingerprint(&base));
    let swapped = Revision { upgrade: base.downgrade.clone(), downgrade: base.upgrade.clone(), ..base.clone() };
    assert_ne!(fingerprint(&swapped), fingerprint(&base));
    assert!(base.is_edited(), "a file without a fingerprint is a person's own");
}

#[test]
fn a_comment_never_leaks_out_of_its_line() {
    let script = Script::compose(&[
        entry(&["a\nDROP TABLE x;\r-- autogen:step no-transaction", "autogen:downgrade", ""], "SELECT 1", true),
        entry(&["b"], "SELECT $$\n-- autogen:downgrade\n$$ /* c */", true),
    ]);
    let steps = script.steps(Path::new("r.sql")).unwrap();
    assert_eq!(steps.len(), 1);
    let sql: Vec<_> = steps[0].statements.iter().map(|statement| statement.sql.as_str()).collect();
    assert_eq!(sql, ["SELECT 1", "SELECT $$\n-- autogen:downgrade\n$$ /* c */"]);
    let revision = Revision { upgrade: script.clone(), downgrade: script, ..revision("a") };
    assert_eq!(read(&write(&revision)).unwrap(), revision);
}

#[test]
fn a_hand_written_file_needs_little() {
    let text = "-- autogen revision a\n-- message:\n-- parents:\n-- created: 2026-11-20\n-- autogen:upgrade\n\\quit\n\n-- autogen:downgrade";
    let back = read(text).unwrap();
    assert_eq!(
        (back.message.as_str(), back.parents.len(), back.upgrade.text(), back.downgrade.text()),
        ("", 0, "", "")
    );
}
