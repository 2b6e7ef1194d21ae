use autogen_derive::Model;

#[derive(Model)]
struct Task {
    #[model(primary_kee)]
    id: i64,
}

fn main() {}
