//! The tables and what else is on screen at the end.

use comfy_table::{Cell, CellAlignment, ColumnConstraint, ContentArrangement, Table, Width, presets};
use entity::values::{AccountRole, ObligationStatus};

use super::{
    cast::Account,
    row::{Check, Row},
    wire::{Counted, Week},
};

/// Where a line may be broken: a space of no width, taken out in the end.
const BREAK: char = '\u{200B}';
/// Columns of the terminal it is made for.
const WIDTH: u16 = 120;

/// Prints what was decided and why, a row a step.
pub(super) fn decisions(rows: &[Row]) {
    let mut table = table(&["step, leader, project", "what the phone sent", "decided", "why", ""]);
    for row in rows {
        table.add_row([
            Cell::new([row.step.as_str(), &row.leader, &row.project].join("\n")),
            Cell::new(&row.sent),
            Cell::new(&row.decided),
            Cell::new(breakable(&row.why)).set_delimiter(BREAK),
            Cell::new(mark(&row.wrong)),
        ]);
    }
    table.load_preset(presets::UTF8_FULL);
    widths(&mut table, &[22, 20, 18, 43, 1]);
    println!("\nWhat was decided, and why\n{}", table.to_string().replace(BREAK, ""));
}

/// Prints each leader's weeks, a row a project.
pub(super) fn weeks(projects: &[Counted]) {
    let mut header = vec!["leader", "project"];
    let longest = projects.iter().map(|project| project.weekly_visits.as_slice()).max_by_key(|weeks| weeks.len());
    let names: Vec<_> = longest.unwrap_or_default().iter().map(|week| week.week.as_str()).collect();
    header.extend(&names);
    header.push("on average");
    let mut table = table(&header);
    for project in projects {
        let Some(last) = project.weekly_visits.last() else { continue };
        let mut row = vec![Cell::new(&last.leader.name), Cell::new(&project.name)];
        row.extend(project.weekly_visits.iter().map(|week| Cell::new(stand(week))));
        row.push(Cell::new(format!("{:.2}", last.average_verified)).set_alignment(CellAlignment::Right));
        table.add_row(row);
    }
    println!("\nThe week's count: verified visits of those owed, as an analyst sees them\n{table}");
    println!("provisional: a person has yet to look; excused: the project has no site yet");
}

/// Prints what was looked at last, and what was not as it should be; true if all was.
pub(super) fn verdict(rows: &[Row], checks: &[Check]) -> bool {
    println!();
    for check in checks {
        println!("{} {}", mark(&check.wrong), check.what);
    }
    let steps = rows.iter().map(|row| (&row.step, &row.wrong));
    let all: Vec<_> = steps.chain(checks.iter().map(|check| (&check.what, &check.wrong))).collect();
    let failed = all.iter().filter(|(_, wrong)| !wrong.is_empty()).count();
    println!();
    if failed == 0 {
        println!("All {} steps went as they should.", all.len());
    } else {
        println!("{failed} of {} steps did not go as they should:", all.len());
        for (what, wrong) in all {
            wrong.iter().for_each(|wrong| println!("✗ {what}: {wrong}"));
        }
    }
    failed == 0
}

/// Prints where the server is and how to try it.
pub(super) fn invitation(server: &str, accounts: &[Account]) {
    let socket = server.replacen("http", "ws", 1);
    println!("\nThe server goes on until Ctrl-C, and the dashboard goes on listening.\n");
    println!("  GraphQL  {server}/graphql   {socket}/graphql (graphql-transport-ws)");
    println!("  schema   {server}/schema.graphql");
    println!("  health   {server}/healthz   {server}/readyz");
    let mut table = table(&["sign-in name", "password", "role", "who", "may see"]);
    for account in accounts {
        let (role, scope) = (account.role.as_str(), scope(account.role));
        table.add_row([account.login, account.password, role, account.person.as_deref().unwrap_or("–"), scope]);
    }
    println!("\nAccounts, for this demo only\n{table}");
    let office = &Account::OFFICE;
    println!("\nTry it");
    let post = format!("curl -s {server}/graphql -H 'Content-Type: application/json'");
    let (login, password) = (office.login, office.password);
    let sign_in = format!(
        r#"{{"query": "mutation {{ signIn(input: {{login: \"{login}\", password: \"{password}\"}}) {{ token }} }}"}}"#
    );
    println!(r#"  token=$({post} -d '{sign_in}' | cut -d'"' -f8)"#);
    let visits = r#"{"query": "{ visits { nodes { date week verdict project { name } person { name } } } }"}"#;
    println!(r#"  {post} -H "Authorization: Bearer $token" -d '{visits}'"#);
}

fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table
        .load_preset(presets::UTF8_FULL_CONDENSED)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(WIDTH)
        .set_header(header);
    table
}

/// Sentences, a line each, to be broken between English words and after Chinese punctuation.
fn breakable(sentences: &[String]) -> String {
    let breakable = |sentence: &String| {
        let places: &[char] = if sentence.is_ascii() { &[' '] } else { &['，', '；'] };
        sentence.split_inclusive(places).collect::<Vec<_>>().join(&BREAK.to_string())
    };
    sentences.iter().map(breakable).collect::<Vec<_>>().join("\n")
}

/// Fixes the columns' widths, padding left out.
fn widths(table: &mut Table, columns: &[u16]) {
    const PADDING: u16 = 2;
    for (column, width) in table.column_iter_mut().zip(columns) {
        column.set_constraint(ColumnConstraint::Absolute(Width::Fixed(width + PADDING)));
    }
}

fn mark(wrong: &[String]) -> &'static str {
    if wrong.is_empty() { "✓" } else { "✗" }
}

fn stand(week: &Week) -> String {
    match week.status {
        ObligationStatus::Excused => "excused".to_owned(),
        status => format!("{}/{} {}", week.verified, week.required, status.as_str().to_lowercase()),
    }
}

fn scope(role: AccountRole) -> &'static str {
    match role {
        AccountRole::Office => "everything",
        AccountRole::Analyst => "all figures, no positions, photos, notes or phone numbers",
        AccountRole::Staff => "the projects they serve or served",
        AccountRole::Administrator => "accounts, nothing else",
    }
}
