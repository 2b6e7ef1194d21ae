use autogen_derive::Model;

#[derive(Model)]
#[model(trigger(before = insert))]
struct Task {
    id: i64,
}

fn main() {}
