use autogen_derive::Model;

#[derive(Model)]
#[model(table = "tasks")]
struct Task;

fn main() {}
