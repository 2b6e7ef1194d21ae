use super::*;

#[test]
fn a_glob_takes_the_whole_name() {
    for (glob, fits, fits_not) in [
        ("tmp_*", &["tmp_", "tmp_a", "tmp_a_b"][..], &["tmp", "a_tmp_b", "TMP_a"][..]),
        ("*_20??", &["t_2024", "_2099"], &["t_202", "t_20245", "t_1999"]),
        ("a*b*c", &["abc", "aXbXbYc", "abcbc"], &["ab", "abcd", "acb"]),
        ("log", &["log"], &["logs", "blog", ""]),
        ("a.b", &["a.b"], &["axb"]),
        ("*", &["", "x", "ü"], &[]),
    ] {
        let glob = Glob(glob.to_owned());
        fits.iter().for_each(|name| assert!(glob.fits(name), "{glob:?} {name}"));
        fits_not.iter().for_each(|name| assert!(!glob.fits(name), "{glob:?} {name}"));
    }
}

#[test]
fn the_server_gets_what_is_no_wildcard_as_it_is() {
    assert_eq!(Glob("t*_?.x+(\\".to_owned()).pattern(), "^t.*_.\\.x\\+\\(\\\\$");
}

#[test]
fn every_preset_leaves_something_out_and_names_kinds_that_there_are() {
    for preset in PRESETS {
        let rules = preset.rules(None);
        assert!(rules.iter().any(|rule| rule.effect == Effect::Exclude), "{}", preset.name);
        for kind in rules.iter().filter_map(|rule| rule.kind) {
            assert!(kinds().contains(&kind) || kind == "extension", "{}: {kind}", preset.name);
        }
    }
}

#[test]
fn no_two_tools_keep_the_same_books() {
    let mut seen = BTreeSet::new();
    for kept in bookkeeping() {
        assert!(kept.tables.is_empty() != kept.schema.is_none(), "{}", kept.tool);
        kept.tables.iter().for_each(|table| assert!(seen.insert(*table), "{table}"));
        kept.schema.iter().for_each(|schema| assert!(seen.insert(*schema), "{schema}"));
    }
}
