//! What does a person read who types these commands one after the other?

use crate::command::Project;

/// Runs the commands and holds what each of them said, in the snapshot of that name.
pub fn story(name: &str, project: &Project, commands: &[&[&str]]) {
    let mut told = String::new();
    for args in commands {
        let said = project.told(&project.run(args));
        told.push_str(&format!("$ autogen {}\n{}\n", args.join(" "), said.trim_end()));
    }
    let steady = |line: &str| match line.trim_start() {
        text if text.starts_with("applied 20") => None,
        text if text.starts_with("-- fingerprint: ") => Some("-- fingerprint: [hash]\n".to_owned()),
        _ => Some(format!("{line}\n")),
    };
    let told: String = told.lines().filter_map(steady).collect();
    insta::with_settings!({ snapshot_path => "../../snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(name, told);
    });
}
