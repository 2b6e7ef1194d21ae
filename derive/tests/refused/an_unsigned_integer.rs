use autogen_derive::Model;

#[derive(Model)]
struct Task {
    id: u64,
}

fn main() {}
