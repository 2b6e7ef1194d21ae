use autogen_derive::Model;

#[derive(Model)]
struct Task {
    #[model(storage = plane)]
    id: String,
}

fn main() {}
