//! Ways through the graph, and folders on disk.

use std::collections::BTreeSet;

use super::*;

fn applied(list: &str) -> BTreeSet<String> {
    names(list).into_iter().collect()
}

fn up(folder: &Folder, from: &str, to: &str) -> String {
    ids(&folder.upgrade_path(&applied(from), &names(to)).unwrap())
}

fn down(folder: &Folder, from: &str, to: &str) -> String {
    ids(&folder.downgrade_path(&applied(from), &names(to)).unwrap())
}

/// a - b - d - f(merge of d, e); c on its own, e needs c; files in another order than the graph's.
const DIAMOND: &str = "f: d e\n b: a\n a:\n d: b\n e: b; c\n c:;; side";

#[test]
fn parents_and_dependencies_run_first_and_go_last() {
    let folder = folder(DIAMOND);
    assert_eq!(up(&folder, "", "f"), "a b d c e f");
    assert_eq!(up(&folder, "a b", "e"), "c e");
    assert_eq!(up(&folder, "a b d", "b"), "");
    assert_eq!(down(&folder, "a b c d e f", ""), "f e c d b a");
    assert_eq!(down(&folder, "a b c d e f", "d"), "f e c");
    assert_eq!(down(&folder, "a b c d e f", "e"), "f d");
    assert_eq!(down(&folder, "a b c d e f", "d e"), "f");
    assert_eq!(ids(&folder.history()), "f e c d b a");
    assert_eq!((ids(&folder.heads()), ids(&folder.bases())), ("f c".into(), "a c".into()));
}

#[test]
fn a_dependency_may_be_a_label() {
    assert_eq!(up(&folder("a:;; side\nb:; side"), "", "b"), "a b");
}

#[test]
fn heads_of_what_is_applied_are_no_applied_ones_parent() {
    let folder = folder(DIAMOND);
    for (of, heads) in [("", ""), ("a b", "b"), ("a b d e c", "c d e"), ("a b c d e f", "c f"), ("a zz", "a zz")] {
        assert_eq!(folder.heads_of(&applied(of)), names(heads), "{of}");
    }
}

#[test]
fn the_order_does_not_hang_on_the_order_of_files() {
    let lines: Vec<&str> = DIAMOND.lines().collect();
    let first = folder(DIAMOND);
    for n in 0..lines.len() {
        let mut stored: Vec<Stored> = first.iter().cloned().collect();
        stored.rotate_left(n);
        let turned = Folder::new(stored).unwrap();
        assert_eq!(up(&turned, "", "f c"), "a b d c e f");
        assert_eq!(ids(&turned.history()), "f e c d b a");
    }
}

#[test]
fn a_missing_parent_breaks_only_what_depends_on_it() {
    let folder = folder("a1:\nb1: a1\nx1: gone1\ny1: x1\nz1: y1; b1");
    assert_eq!(up(&folder, "", "b1"), "a1 b1");
    let error = folder.upgrade_path(&applied("a1"), &names("z1")).unwrap_err();
    assert_eq!(error.message(), "revision x1 names gone1 as parent, which no file holds");
    assert_eq!(error.place().unwrap().to_string(), "x1.sql:3:1");
    assert_eq!(up(&folder, "a1 x1", "y1"), "y1", "what has run needs its parent no more");
    assert_eq!(folder.problems().len(), 1);
    assert_eq!(folder.history().len(), 5);
    let near = super::folder("abcdef:\nb: abcdeg").upgrade_path(&applied(""), &names("b")).unwrap_err();
    assert_eq!(near.hints(), ["did you mean abcdef (abcdef.sql)?"]);
}

#[test]
fn a_cycle_breaks_only_what_depends_on_it_and_names_its_files() {
    let folder = folder("a:\nb: a\nx: a z\ny: x\nz: y\nw: z\ns: s");
    assert_eq!(up(&folder, "", "b"), "a b");
    let error = folder.upgrade_path(&applied(""), &names("w")).unwrap_err();
    assert_eq!(error.message(), "3 revisions come before each other");
    assert!(error.to_string().contains("x.sql\n  y.sql\n  z.sql"), "{error}");
    let error = folder.upgrade_path(&applied(""), &names("s")).unwrap_err();
    assert_eq!(
        (error.message(), error.place().unwrap().to_string().as_str()),
        ("revision s comes before itself", "s.sql:3:1")
    );
    assert!(folder.resolve("head", &[]).unwrap_err().message().contains("come before each other"));
    assert_eq!(folder.problems().len(), 2);
    assert_eq!(folder.history().len(), 7);
}

#[test]
fn what_the_database_has_and_no_file_holds_is_named() {
    let folder = folder("a:\nb: a");
    for error in [
        folder.upgrade_path(&applied("a zz"), &names("b")).unwrap_err(),
        folder.downgrade_path(&applied("a zz"), &names("a")).unwrap_err(),
    ] {
        assert_eq!(error.message(), "the database has applied revision zz, which no file holds");
    }
    let error = folder.downgrade_path(&applied("a"), &names("b")).unwrap_err();
    assert_eq!(error.message(), "cannot downgrade to b, which is not applied");
}

#[test]
fn two_files_of_one_id_and_two_of_one_label_are_refused() {
    let stored: Vec<Stored> = folder("a:;; l\nb:;; l2").iter().cloned().collect();
    let mut twice = stored.clone();
    twice[1].revision.id = "a".into();
    let error = Folder::new(twice).unwrap_err().to_string();
    assert!(error.contains("two files hold revision a") && error.contains("a.sql\n  b.sql"), "{error}");
    let mut twice = stored;
    twice[1].revision.branch_labels = names("l");
    let error = Folder::new(twice).unwrap_err().to_string();
    assert!(error.contains("two revisions bear the branch label l") && error.contains("a.sql\n  b.sql"), "{error}");
}

/// A folder of its own, gone when dropped.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("autogen-revision-{name}-{}", std::process::id()));
        std::fs::create_dir_all(path.join("older")).unwrap();
        Self(path)
    }

    fn put(&self, name: &str, text: impl AsRef<[u8]>) {
        std::fs::write(self.0.join(name), text).unwrap();
    }

    fn read(&self) -> super::super::super::Result<Folder> {
        Folder::read(&[self.0.clone(), self.0.join("older"), self.0.join("absent")])
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_folder_is_read_with_all_below_it_and_each_file_once() {
    let scratch = Scratch::new("read");
    scratch.put("b.sql", write(&revision("b")));
    scratch.put("older/a.sql", write(&revision("a")));
    scratch.put(".hidden.sql", "no revision");
    scratch.put("README.md", "no revision");
    #[cfg(unix)]
    std::os::unix::fs::symlink(&scratch.0, scratch.0.join("older/up")).unwrap();
    let folder = scratch.read().unwrap();
    assert_eq!(ids(&folder.iter().collect::<Vec<_>>()), "b a");
    assert_eq!(folder.get("a").unwrap().text, write(&revision("a")));
}

#[test]
fn a_file_that_is_no_revision_is_named() {
    let scratch = Scratch::new("alien");
    scratch.put("b.sql", "CREATE TABLE t (a int);\n");
    let error = scratch.read().unwrap_err();
    assert!(error.place().unwrap().file.ends_with("b.sql"), "{error}");
    scratch.put("b.sql", b"-- a\n\xff");
    let error = scratch.read().unwrap_err();
    assert!(error.message().ends_with("b.sql is not UTF-8 text") && error.place().unwrap().line == 2, "{error}");
}
