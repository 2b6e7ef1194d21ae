use autogen_derive::Model;

#[derive(Model)]
struct Task {
    #[model(type = "char", max_length = 20)]
    title: String,
}

fn main() {}
