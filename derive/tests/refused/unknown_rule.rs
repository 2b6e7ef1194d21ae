use autogen_derive::ModelEnum;

#[derive(ModelEnum)]
#[model(rename_all = "kebap-case")]
enum Level {
    Low,
}

fn main() {}
