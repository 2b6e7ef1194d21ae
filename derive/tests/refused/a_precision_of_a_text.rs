use autogen_derive::Model;

#[derive(Model)]
struct Task {
    #[model(precision = 2)]
    price: String,
}

fn main() {}
