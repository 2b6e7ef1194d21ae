use autogen_derive::Model;

#[derive(Model)]
struct Task {
    #[model(max_length = "many")]
    title: String,
}

fn main() {}
