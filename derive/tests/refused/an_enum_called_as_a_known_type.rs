use autogen_derive::ModelEnum;

#[derive(ModelEnum)]
enum Duration {
    Short,
    Long,
}

fn main() {}
