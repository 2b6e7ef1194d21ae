use autogen_derive::Model;

#[derive(Model)]
struct Task {
    #[model(primary_key = "yes")]
    id: i64,
}

fn main() {}
