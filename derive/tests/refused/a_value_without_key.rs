use autogen_derive::Model;

#[derive(Model)]
struct Task {
    #[model("tasks")]
    id: i64,
}

fn main() {}
