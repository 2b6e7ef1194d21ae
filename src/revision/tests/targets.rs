//! What a person's word for a revision means.

use super::*;

/// a1 - b1 - c1, b1 - d1 (label feat) - e1; and i1 - j1 (label iso) apart.
fn branches() -> Folder {
    folder("a1:\nb1: a1\nc1: b1\nd1: b1;; feat feat-2\ne1: d1\ni1:;; iso\nj1: i1\nabcd1:j1\nabce1:abcd1")
}

fn found(target: &str, current: &str) -> Result<String, String> {
    branches().resolve(target, &names(current)).map(|ids| ids.join(" ")).map_err(|error| {
        assert!(!error.hints().is_empty(), "{error}");
        error.message().to_owned()
    })
}

#[test]
fn a_target_is_an_id_a_prefix_a_label_or_a_step() {
    for (target, current, expected) in [
        ("b1", "", "b1"),
        ("b", "", "b1"),
        (" abcd ", "", "abcd1"),
        ("feat", "", "d1"),
        ("feat-2", "", "d1"),
        ("feat-1", "", "b1"),
        ("base", "e1", ""),
        ("heads", "", "c1 e1 abce1"),
        ("current", "e1 gone", "e1 gone"),
        ("current-1", "e1", "d1"),
        ("feat@head", "", "e1"),
        ("d1@head", "", "e1"),
        ("iso@heads", "", "abce1"),
        ("b1@heads", "", "c1 e1"),
        ("-1", "e1", "d1"),
        ("-4", "e1", ""),
        ("+1", "d1", "e1"),
        ("+0", "d1", "d1"),
        ("e1-2", "", "b1"),
        ("a1+1", "", "b1"),
        ("b1-2", "", ""),
        ("feat@-1", "e1 j1", "d1 j1"),
        ("feat@+1", "b1 j1", "d1 j1 b1"),
        ("iso@+2", "a1", "a1 j1"),
        ("iso@-2", "a1 j1", "a1"),
        ("iso@base", "c1 j1", "c1"),
        ("feat@base", "c1 e1 j1", "j1"),
        ("feat@b1", "", "b1"),
        ("feat@e", "", "e1"),
    ] {
        let mut wanted: Vec<_> = expected.split_whitespace().collect();
        let got = found(target, current).unwrap_or_else(|error| panic!("{target}: {error}"));
        let mut got: Vec<_> = got.split_whitespace().collect();
        wanted.sort_unstable();
        got.sort_unstable();
        assert_eq!(got, wanted, "{target} from {current}");
    }
}

#[test]
fn what_is_unclear_is_refused_with_what_it_could_be() {
    for (target, current, expected) in [
        ("", "", "the target is empty"),
        ("head", "", "there are 3 heads"),
        ("b1@head", "", "there are 2 b1 heads"),
        ("abc", "", "2 revisions begin with abc"),
        ("zzz", "", "there is no revision zzz"),
        ("zz@head", "", "there is no revision zz"),
        ("@head", "", "`@head` names no branch"),
        ("-1", "e1 j1", "the step starts from several revisions"),
        ("+1", "", "the step leads to several revisions"),
        ("+1", "b1", "the step leads to several revisions"),
        ("+3", "d1", "cannot go 3 steps: it is 1 up to the head"),
        ("-6", "e1", "cannot go 6 steps: it is 4 down to the base"),
        ("feat@-1", "a1", "nothing of the branch of d1 is applied"),
        ("iso@c1", "", "c1 is not in the branch iso"),
        ("a-", "", "there is no revision a-"),
        ("-1", "gone", "there is no revision gone"),
        ("+99999999999999999999999", "a1", "there is no revision +99999999999999999999999"),
    ] {
        assert_eq!(found(target, current), Err(expected.to_owned()), "{target} from {current}");
    }
    let error = branches().resolve("abc", &[]).unwrap_err().to_string();
    assert!(error.contains("abcd1 add due dates (abcd1.sql)") && error.contains("abce1.sql"), "{error}");
    let error = branches().resolve("haed", &[]).unwrap_err();
    assert_eq!(error.hints(), ["did you mean head?"]);
}

#[test]
fn a_step_down_from_a_merge_gives_both_sides() {
    let folder = folder("a:\nb: a\nc: a\nm: b c");
    assert_eq!(folder.resolve("-1", &names("m")).unwrap(), names("b c"));
    assert!(folder.resolve("-2", &names("m")).is_err());
    assert_eq!(folder.resolve("head", &[]).unwrap(), names("m"));
    assert_eq!(super::folder("").resolve("head", &[]).unwrap(), names(""));
}

#[test]
fn several_heads_from_a_lost_parent_say_so() {
    let error = folder("a1:\nb1: a1\nc1: bx9").resolve("head", &[]).unwrap_err().to_string();
    assert!(error.contains("there are 2 heads") && error.contains("names bx9 as parent"), "{error}");
}

/// As Alembic does it: another branch, and the other side of a merge, stay.
#[test]
fn a_downgrade_takes_what_stands_on_the_target_and_nothing_else() {
    let folder = folder("a:\nb: a\nc: a\nd: c\nm: b d\ni:\nj: i; b");
    let down = |applied: &str, target: &str| {
        let applied = names(applied).into_iter().collect();
        let stays = folder.resolve_down(target, &applied).unwrap();
        ids(&folder.downgrade_path(&applied, &stays).unwrap())
    };
    for (applied, target, undone) in [
        ("a b c d", "b", ""),
        ("a b c d", "c", "d"),
        ("a b c d", "a", "d c b"),
        ("a b c d", "d-1", "d"),
        ("a b c d", "d@-1", "d"),
        ("a b c d", "d@c", "d"),
        ("a b c d", "d@a", "d c"),
        ("a b c d m", "b", "m"),
        ("a b c d m", "-1", "m"),
        ("a b c d m i", "a", "m d c b"),
        ("a b i j", "a", "j b"),
        ("a b i j", "i", "j"),
        ("a b i j", "base", "j i b a"),
        ("a b c d i", "i@base", "i"),
    ] {
        assert_eq!(down(applied, target), undone, "{target} of {applied}");
    }
}
