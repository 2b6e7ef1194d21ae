use autogen_derive::ModelEnum;

#[derive(ModelEnum)]
enum Level {
    InBetween,
    #[model(rename = "in_between")]
    Medium,
}

fn main() {}
