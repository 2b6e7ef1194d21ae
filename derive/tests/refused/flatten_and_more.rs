use autogen_derive::Model;

#[derive(Model)]
struct Task {
    #[model(rename = "x", flatten)]
    stamps: Stamps,
}

fn main() {}
