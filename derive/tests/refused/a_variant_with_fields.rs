use autogen_derive::ModelEnum;

#[derive(ModelEnum)]
enum Level {
    Low,
    High(i32),
}

fn main() {}
