use autogen_derive::Model;

#[derive(Model)]
struct Task {
    id: i64,
    #[model(rename = "id")]
    key: i64,
}

fn main() {}
