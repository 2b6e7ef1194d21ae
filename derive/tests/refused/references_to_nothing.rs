use autogen_derive::Model;

#[derive(Model)]
struct Task {
    #[model(references())]
    id: i64,
}

fn main() {}
