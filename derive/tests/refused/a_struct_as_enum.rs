use autogen_derive::ModelEnum;

#[derive(ModelEnum)]
struct Level {
    id: i64,
}

fn main() {}
