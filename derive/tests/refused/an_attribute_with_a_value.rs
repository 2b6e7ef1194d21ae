use autogen_derive::Model;

#[derive(Model)]
#[model = "tasks"]
struct Task {
    id: i64,
}

fn main() {}
