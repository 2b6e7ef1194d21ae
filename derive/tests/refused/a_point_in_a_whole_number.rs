use autogen_derive::Model;

#[derive(Model)]
struct Task {
    #[model(statistics = 1.5)]
    id: i64,
}

fn main() {}
