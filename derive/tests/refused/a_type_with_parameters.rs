use autogen_derive::Model;

#[derive(Model)]
struct Task {
    id: Id<Task>,
}

fn main() {}
