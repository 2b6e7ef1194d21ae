use autogen_derive::Model;

#[derive(Model)]
struct Task {
    #[model(max_lenght = 20)]
    title: String,
}

fn main() {}
