use autogen_derive::Model;

#[derive(Model)]
struct Task {
    #[model(skip = "always")]
    id: i64,
}

fn main() {}
