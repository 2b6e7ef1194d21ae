use autogen_derive::Model;

#[derive(Model)]
struct Task {
    #[model(type = "text?")]
    title: String,
}

fn main() {}
