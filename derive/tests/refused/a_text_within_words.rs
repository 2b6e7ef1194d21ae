use autogen_derive::Model;

#[derive(Model)]
struct Task {
    #[model(default = lower("X"))]
    title: String,
}

fn main() {}
