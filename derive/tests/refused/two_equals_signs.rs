use autogen_derive::Model;

#[derive(Model)]
struct Task {
    #[model(default == 1)]
    id: i64,
}

fn main() {}
