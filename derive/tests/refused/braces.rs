use autogen_derive::Model;

#[derive(Model)]
struct Task {
    #[model(references = { table: users })]
    id: i64,
}

fn main() {}
