#[test]
fn there_is_one_head() {
    autogen::testing::single_head_revision(".");
}

#[test]
fn models_and_revisions_agree() {
    autogen::testing::model_definitions_match_ddl(".");
}

#[test]
fn every_revision_goes_up_and_down_and_up_again() {
    autogen::testing::up_down_consistency(".");
}

#[test]
fn an_upgrade_from_nothing_leads_to_the_models() {
    autogen::testing::upgrade_equals_models(".");
}

#[test]
fn the_types_of_the_program_are_the_models() {
    use outside::tasks::{State, Task};
    let project = autogen::Project::open(".").expect("the project is there");
    autogen::testing::model_definitions_match_ddl(project.with_models(autogen::models![Task, State]));
}
