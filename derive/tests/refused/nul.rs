use autogen_derive::Model;

#[derive(Model)]
#[model(comment = "a\0b")]
struct Task {
    id: i64,
}

fn main() {}
