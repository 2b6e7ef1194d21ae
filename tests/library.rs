//! Is the library pleasant to whoever writes a program on it, and silent?
#![cfg(unix)]

#[path = "support/command.rs"]
mod command;
#[path = "support/server.rs"]
mod server;

use std::sync::{Arc, Mutex};

use autogen::project::{How, Notice, Outcome, Verdict, Writing};
use autogen::runner::Progress;
use autogen::{Project as Opened, Session};
use command::{Project, TASKS};

fn session(project: &Project) -> Session {
    Opened::open(&project.folder).unwrap().connect_to(&project.url).unwrap()
}

#[test]
fn a_project_is_opened_by_its_folder_or_its_file_and_in_an_environment() {
    let project = Project::with(&[]);
    project.write("autogen.yaml", "search_path: audit\nenvironments: { test: { search_path: testing } }\n");
    let path = |opened: autogen::Result<Opened>| opened.unwrap().config().search_path.clone();
    assert_eq!(path(Opened::open(&project.folder)), ["audit"]);
    assert_eq!(path(Opened::open(project.folder.join("autogen.yaml"))), ["audit"]);
    assert_eq!(path(Opened::open_in(&project.folder, Some("test"))), ["testing"]);
    let missing = Opened::open(project.folder.join("schema")).unwrap_err();
    assert!(missing.message().contains("schema/autogen.yaml"), "{missing}");
}

#[test]
fn what_differs_is_a_value_and_becomes_a_revision_that_runs() {
    let project = Project::with(&[("schema/tasks.yaml", TASKS)]);
    let mut session = session(&project);
    let comparison = session.compare().unwrap();
    assert_eq!(comparison.lines(), ["+ create_table public.tasks  schema/tasks.yaml:2:3"]);
    assert_eq!(comparison.json()[0]["op"], "create_table");
    assert!(comparison.sql().contains("CREATE TABLE public.tasks ("), "{}", comparison.sql());
    assert_eq!(session.check().unwrap().verdict, Verdict::Drift);
    let Outcome::Written(files) = session.write_revision(&Writing::new("tasks")).unwrap() else {
        panic!("not written")
    };
    let [file] = files.as_slice() else { panic!("{files:?}") };
    assert!(file.starts_with(project.folder.join("revisions")) && file.is_file());
    let check = session.check().unwrap();
    assert_eq!((check.verdict, check.json()["reason"].as_str()), (Verdict::NotAtHead, Some("not at head")));
    assert_eq!(session.pending().unwrap(), check.pending);
    let mut done = Vec::new();
    let report = session.upgrade("head", &mut |progress| {
        if let Progress::Done { message, .. } = progress {
            done.push(message);
        }
    });
    assert_eq!((report.unwrap().moved.len(), done), (1, vec!["tasks".to_owned()]));
    assert!(session.check().unwrap().is_in_step());
    // the second time, nothing is compared
    assert!(session.check().unwrap().comparison().is_some() && session.check().unwrap().comparison().is_none());
    assert!(matches!(session.write_revision(&Writing::new("nothing")).unwrap(), Outcome::NoChanges(_)));
    assert_eq!(session.introspect().unwrap().catalog.objects().keys().filter(|id| id.tag.word() == "table").count(), 1);
    session.downgrade("base", &mut |_| ()).unwrap();
    assert_eq!(session.pending().unwrap().len(), 1);
    session.stamp(&["head".to_owned()], &mut |_| ()).unwrap();
    assert_eq!(session.check_anew().unwrap().verdict, Verdict::Drift);
}

#[test]
fn questions_are_values_with_answers() {
    let (project, _) = Project::revised();
    let mut session = session(&project);
    session.upgrade("head", &mut |_| ()).unwrap();
    project.write("schema/tasks.yaml", TASKS.replace("title", "name"));
    let mut writing = Writing::new("titles are names");
    let Outcome::Open(questions) = session.write_revision(&writing).unwrap() else { panic!("no question") };
    let [question] = questions.as_slice() else { panic!("{questions:?}") };
    assert!(question.to_string().starts_with("column public.tasks.title -> name ("), "{question}");
    let comparison = session.compare().unwrap();
    assert_eq!(session.questions(&comparison).unwrap().len(), 1);
    let mut no = writing.clone();
    no.answers.add(question.not_renamed());
    writing.answers.add(question.renamed_to(&question.candidates[0]));
    let Outcome::Written(files) = session.write_revision(&writing).unwrap() else { panic!("not written") };
    assert!(std::fs::read_to_string(&files[0]).unwrap().contains("RENAME COLUMN title TO name"));
    // and somebody who is asked
    std::fs::remove_file(&files[0]).unwrap();
    let mut asked = 0;
    let mut ask = |one: &autogen::project::Asked<'_>| {
        asked += 1;
        assert_eq!((one.number, one.count), (1, 1));
        Ok(None)
    };
    let outcome = session.write_revision_asking(&Writing::new("dropped"), Some(&mut ask)).unwrap();
    let Outcome::Written(files) = outcome else { panic!("not written") };
    assert!(std::fs::read_to_string(&files[0]).unwrap().contains("DROP COLUMN title") && asked == 1);
    std::fs::remove_file(&files[0]).unwrap();
    assert!(matches!(session.write_revision(&no).unwrap(), Outcome::Written(_)));
}

#[test]
fn what_happens_on_the_way_goes_to_whoever_listens() {
    let project = Project::with(&[("schema/tasks.yaml", TASKS)]);
    let heard: Arc<Mutex<Vec<Notice>>> = Arc::default();
    let notes = Arc::clone(&heard);
    let opened = Opened::open(&project.folder).unwrap().telling(move |notice| notes.lock().unwrap().push(notice));
    let mut session = opened.connect_to(&project.url).unwrap();
    session.write_revision(&Writing::new("tasks")).unwrap();
    session.upgrade("head", &mut |_| ()).unwrap();
    project.database.client().batch_execute("INSERT INTO tasks VALUES (1, 'one')").unwrap();
    session.downgrade("base", &mut |_| ()).unwrap();
    let heard = std::mem::take(&mut *heard.lock().unwrap());
    let all = |is: fn(&Notice) -> bool| heard.iter().filter(|notice| is(notice)).count();
    assert_eq!(all(|notice| matches!(notice, Notice::Detail(text) if text.starts_with("database: "))), 1, "{heard:?}");
    assert_eq!(all(|notice| matches!(notice, Notice::Changes(lines) if lines.len() == 1)), 1, "{heard:?}");
    assert_eq!(all(|notice| matches!(notice, Notice::Written(files) if files[0].starts_with("revisions/"))), 1);
    assert_eq!(all(|notice| matches!(notice, Notice::Warning(text) if text.contains("loses data for good"))), 1);
}

/// As `unwrap` prints it, or a `main` that gives it back.
#[test]
fn an_error_is_as_readable_where_it_is_debugged() {
    let project = Project::with(&[]);
    let opened = Opened::open(&project.folder).unwrap();
    let error = opened.connect_to("mysql://nobody:S3cret@localhost/shop").err().unwrap();
    assert_eq!(format!("error: {error:?}"), error.to_string());
    assert!(error.message().ends_with("(the address given)") && !error.to_string().contains("S3cret"), "{error}");
}

#[test]
fn a_run_obeys_autogen_yaml() {
    let (project, _) = Project::revised();
    project.write("autogen.yaml", "protect: true\nconfirm: always\nhooks: { before_upgrade: [touch, ran] }\n");
    let mut session = session(&project);
    session.upgrade("head", &mut |_| ()).unwrap();
    assert!(project.folder.join("ran").exists());
    let protected = session.downgrade("base", &mut |_| ()).unwrap_err();
    assert!(protected.message().contains("is protected"), "{protected}");
    project.write("autogen.yaml", "confirm: always\n");
    let mut client = project.database.client();
    client.batch_execute("INSERT INTO tasks VALUES (1, 'one')").unwrap();
    let mut session = self::session(&project);
    let asked = session.downgrade("base", &mut |_| ()).unwrap_err();
    assert!(asked.message().contains("has to be confirmed"), "{asked}");
    let how = How { yes: true, ..How::default() };
    session.runs(&how).unwrap().downgrade("base", &mut |_| ()).unwrap();
    assert!(session.upgrade("-1", &mut |_| ()).is_err() && session.downgrade("a:b", &mut |_| ()).is_err());
}

#[test]
fn a_program_that_embeds_nothing_is_told_what_to_write() {
    let project = Project::with(&[]);
    let nothing = autogen::require_head(&mut project.database.client()).unwrap_err();
    insta::assert_snapshot!(nothing, @r#"
    error: this program embeds no revisions
      hint: write `static REVISIONS: autogen::Embedded = autogen::embed!("revisions");` with the folder of the revision files
    "#);
}
