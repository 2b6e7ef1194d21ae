use autogen_derive::Model;

#[derive(Model)]
#[model(comment = "one")]
#[model(comment = "two")]
struct Task {
    id: i64,
}

fn main() {}
