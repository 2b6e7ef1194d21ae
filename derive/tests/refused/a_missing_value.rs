use autogen_derive::Model;

#[derive(Model)]
struct Task {
    #[model(default = )]
    id: i64,
}

fn main() {}
