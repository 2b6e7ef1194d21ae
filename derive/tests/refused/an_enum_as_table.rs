use autogen_derive::Model;

#[derive(Model)]
enum Task {
    Open,
}

fn main() {}
