use autogen_derive::Model;

#[derive(Model)]
struct Task {
    #[model(max_length = 20)]
    id: i64,
}

fn main() {}
