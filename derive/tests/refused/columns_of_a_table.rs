use autogen_derive::Model;

#[derive(Model)]
#[model(columns(id = bigint))]
struct Task {
    id: i64,
}

fn main() {}
