use autogen_derive::Model;

#[derive(Model)]
#[model(index)]
struct Task {
    id: i64,
}

fn main() {}
