use autogen_derive::Model;

#[derive(Model)]
struct Task {
    #[model(default = 'x')]
    id: String,
}

fn main() {}
