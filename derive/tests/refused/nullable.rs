use autogen_derive::Model;

#[derive(Model)]
struct Task {
    #[model(nullable)]
    title: String,
}

fn main() {}
