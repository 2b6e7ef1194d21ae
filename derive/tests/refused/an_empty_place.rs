use autogen_derive::Model;

#[derive(Model)]
struct Task {
    #[model(primary_key,, identity)]
    id: i64,
}

fn main() {}
