use autogen_derive::ModelEnum;

#[derive(ModelEnum)]
#[model(values = [low, high])]
enum Level {
    Low,
}

fn main() {}
