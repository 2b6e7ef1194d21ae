use autogen_derive::Model;

#[derive(Model)]
struct Task {
    title: &'static str,
}

fn main() {}
