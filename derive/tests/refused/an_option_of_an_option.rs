use autogen_derive::Model;

#[derive(Model)]
struct Task {
    title: Option<Option<String>>,
}

fn main() {}
