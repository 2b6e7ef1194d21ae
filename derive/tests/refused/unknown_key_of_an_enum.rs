use autogen_derive::ModelEnum;

#[derive(ModelEnum)]
#[model(rename = "level")]
enum Level {
    Low,
}

fn main() {}
