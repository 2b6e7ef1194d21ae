use autogen_derive::Model;

#[derive(Model)]
#[model(table = b"tasks")]
struct Task {
    id: i64,
}

fn main() {}
