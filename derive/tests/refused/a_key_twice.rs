use autogen_derive::Model;

#[derive(Model)]
struct Task {
    #[model(default = 1, primary_key, default = 2)]
    id: i64,
}

fn main() {}
