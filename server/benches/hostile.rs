//! How much CPU time it takes to refuse each of fifty hostile requests: the table is printed, and more than 50 ms for any
//! of them fails the run. `cargo bench --bench hostile`

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a benchmark tells, and has nobody to fail to")]

use std::{process::ExitCode, sync::Arc, time::Duration};

use async_graphql::Variables;
use cpu_time::ThreadTime;
use server::{
    app::App,
    clock::Clock,
    config::Config,
    graphql::{Access, Asked, Gate, Introspection, Limits, Meter, Rations},
    serve,
};

#[path = "../../tests/hostile_documents.rs"]
mod hostile_documents;

const LIMIT: Duration = Duration::from_millis(50);
const ROUNDS: usize = 5;

async fn app(folder: &std::path::Path) -> Arc<App> {
    let mut config = Config::built_in().unwrap();
    config.database.url = format!("sqlite:{}", folder.join("onsite.sqlite").display()).into();
    config.photos.directory = folder.join("photos");
    let database = serve::database(&config).await.unwrap();
    database.migrate().await.unwrap();
    serve::app(&config, database, "http://localhost".to_owned(), Clock::system()).await.unwrap()
}

fn asked(hostile: &hostile_documents::Hostile) -> Asked {
    Asked {
        document: hostile.document.clone(),
        operation_name: None,
        variables: Variables::from_json(hostile.variables.clone()),
        access: Access::default(),
        meter: Meter::default(),
        rations: Rations::new(|_| Ok(())),
    }
}

fn main() -> ExitCode {
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let app = runtime.block_on(app(folder.path()));
    let gate = Gate::new(&app, Limits::default(), Introspection::Everyone);
    println!("{:<45} {:>9} {:>10}  refused by", "hostile request", "bytes", "CPU µs");
    let mut slowest = Duration::ZERO;
    for hostile in hostile_documents::documents() {
        let mut worst = Duration::ZERO;
        for _ in 0..ROUNDS {
            let request = asked(&hostile);
            let begun = ThreadTime::now();
            let refused = runtime.block_on(gate.admit(request)).is_err();
            worst = worst.max(begun.elapsed());
            assert!(refused, "{} was admitted", hostile.name);
        }
        slowest = slowest.max(worst);
        let bytes = hostile.document.len();
        println!("{:<45} {bytes:>9} {:>10}  {}", hostile.name, worst.as_micros(), hostile.refused_by);
    }
    println!("\nslowest of {ROUNDS} rounds each: {:.1} ms of {} ms", slowest.as_secs_f64() * 1e3, LIMIT.as_millis());
    if slowest < LIMIT { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
