//! How long does each pure stage take, and does it grow in step with the schema?
//!
//! `cargo bench` prints the time of every stage at several sizes, and the tables that it handles in a second: where that
//! number stays the same from size to size, growth is linear.

use std::hint::black_box;

use autogen::catalog::Catalog;
use autogen::diff::diff;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

#[path = "../tests/support/fixtures.rs"]
mod fixtures;
#[path = "../tests/support/many.rs"]
mod many;

const SIZES: [usize; 3] = [10, 100, 1000];

fn stages(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("stages");
    group.sample_size(10);
    for tables in SIZES {
        let (files, empty) = (many::files(tables), Catalog::default());
        let full = many::wanted(&files, &empty);
        let (copy, plan) = (full.clone(), many::way(&empty, &full));
        let mut stage = |name: &str, run: &dyn Fn()| {
            group.throughput(Throughput::Elements(tables as u64));
            group.bench_function(BenchmarkId::new(name, tables), |bencher| bencher.iter(run));
        };
        stage("model", &|| drop(black_box(many::draft(&files))));
        stage("normal, all new", &|| drop(black_box(many::wanted(&files, &empty))));
        stage("normal, all there", &|| drop(black_box(many::wanted(&files, &full))));
        stage("diff, equal", &|| drop(black_box(diff(&full, &copy))));
        stage("plan, all new", &|| drop(black_box(many::way(&empty, &full))));
        stage("plan, all dropped", &|| drop(black_box(many::way(&full, &empty))));
        stage("render", &|| {
            black_box(many::shown(&plan, &empty));
        });
    }
}

criterion_group!(benches, stages);
criterion_main!(benches);
