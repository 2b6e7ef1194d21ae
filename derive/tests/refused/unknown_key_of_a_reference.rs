use autogen_derive::Model;

#[derive(Model)]
struct Task {
    #[model(references(users.id, on_delet = cascade))]
    id: i64,
}

fn main() {}
