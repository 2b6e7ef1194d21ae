use autogen_derive::ModelEnum;

#[derive(ModelEnum)]
enum Level {
    #[model(renamed = "low")]
    Low,
}

fn main() {}
