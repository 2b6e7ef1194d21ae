use autogen_derive::ModelEnum;

#[derive(ModelEnum)]
enum Value {
    One,
}

fn main() {}
