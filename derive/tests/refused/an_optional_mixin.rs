use autogen_derive::Model;

#[derive(Model)]
struct Task {
    #[model(flatten)]
    stamps: Option<Stamps>,
}

fn main() {}
