use autogen_derive::Model;

#[derive(Model)]
struct Task {
    #[model]
    id: i64,
}

fn main() {}
