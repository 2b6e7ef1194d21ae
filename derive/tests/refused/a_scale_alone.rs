use autogen_derive::Model;

#[derive(Model)]
struct Task {
    #[model(scale = 2)]
    price: Decimal,
}

fn main() {}
