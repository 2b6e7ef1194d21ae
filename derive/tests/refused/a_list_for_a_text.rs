use autogen_derive::Model;

#[derive(Model)]
struct Task {
    #[model(comment = [a, b])]
    id: i64,
}

fn main() {}
