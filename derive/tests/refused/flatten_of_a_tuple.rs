use autogen_derive::Model;

#[derive(Model)]
struct Task {
    #[model(flatten)]
    stamps: (i64, i64),
}

fn main() {}
