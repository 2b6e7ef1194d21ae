use autogen_derive::ModelEnum;

#[derive(ModelEnum)]
enum Point {
    Low,
}

fn main() {}
