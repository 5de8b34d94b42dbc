//! The tables and what else is on screen at the end.

use comfy_table::{Cell, CellAlignment, ContentArrangement, Table, presets};
use entity::values::{AccountRole, ObligationStatus};

use super::{
    cast::Account,
    page,
    row::{Check, Row},
    wire::{Counted, Week},
    words,
};
use crate::command::{
    speech::{padded, say},
    values::{about_role, account_role},
};

/// Prints what was decided and why, a paragraph a step.
pub(super) fn decisions(rows: &[Row]) {
    page::heading(&words!(DemoDecisions));
    for row in rows {
        println!();
        page::say(&format!("{} ", mark(&row.wrong)), &format!("{}  {}  {}", row.title(), row.leader, row.project));
        page::note(&words!(DemoSent), &row.sent);
        page::note(&words!(DemoDecided), &row.decided);
        for (at, why) in row.why.iter().enumerate() {
            page::note(&if at == 0 { words!(DemoWhy) } else { String::new() }, why);
        }
    }
}

/// Prints each leader's weeks, a row a project.
pub(super) fn weeks(projects: &[Counted]) {
    let mut header = vec![words!(DemoLeader), words!(DemoProject)];
    let longest = projects.iter().map(|project| project.weekly_visits.as_slice()).max_by_key(|weeks| weeks.len());
    let names = longest.unwrap_or_default().iter().map(|week| week.week.split_once('-').map_or("", |(_, week)| week));
    header.extend(names.map(str::to_owned));
    header.push(words!(DemoAverage));
    let mut table = table(&header);
    for project in projects {
        let Some(last) = project.weekly_visits.last() else { continue };
        let mut row = vec![Cell::new(&last.leader.name), Cell::new(&project.name)];
        row.extend(project.weekly_visits.iter().map(|week| Cell::new(stand(week))));
        row.push(Cell::new(format!("{:.2}", last.average_verified)).set_alignment(CellAlignment::Right));
        table.add_row(row);
    }
    page::heading(&words!(DemoWeeks));
    page::put(&table.to_string());
    page::put(&words!(DemoMarks));
    page::put(&words!(DemoMarksOfDoubt));
}

/// Prints what was looked at last, and what was not as it should be; true if all was.
pub(super) fn verdict(rows: &[Row], checks: &[Check]) -> bool {
    println!();
    for check in checks {
        page::say(&format!("{} ", mark(&check.wrong)), &check.what);
    }
    let steps = rows.iter().map(|row| (row.title(), &row.wrong));
    let all: Vec<_> = steps.chain(checks.iter().map(|check| (check.what.clone(), &check.wrong))).collect();
    let failed = all.iter().filter(|(_, wrong)| !wrong.is_empty()).count();
    println!();
    if failed == 0 {
        say!(DemoAllWell { steps: all.len() });
    } else {
        say!(DemoSomeWrong { failed, steps: all.len() });
        for (what, wrong) in all {
            wrong.iter().for_each(|wrong| page::say("✗ ", &format!("{what}: {wrong}")));
        }
    }
    failed == 0
}

/// Prints where the server is and how to try it.
pub(super) fn invitation(server: &str, accounts: &[Account]) {
    let socket = server.replacen("http", "ws", 1);
    page::heading(&words!(DemoGoesOn));
    let addresses = [
        ("GraphQL".to_owned(), format!("{server}/graphql")),
        (words!(DemoLive), format!("{socket}/graphql (graphql-transport-ws)")),
        (words!(DemoSchema), format!("{server}/schema.graphql")),
        (words!(DemoHealth), format!("{server}/healthz, {server}/readyz")),
    ];
    for (name, address) in addresses {
        println!("  {} {address}", padded(&name, 8));
    }
    let columns = [words!(DemoName), words!(DemoPassword), words!(DemoRole), words!(DemoWho), words!(DemoMaySee)];
    let mut table = table(&columns);
    for account in accounts {
        let (role, scope) = (account_role(account.role), scope(account.role));
        table.add_row([account.login, account.password, &role, account.person.as_deref().unwrap_or("–"), &scope]);
    }
    page::heading(&words!(DemoAccounts));
    page::put(&table.to_string());
    page::heading(&words!(DemoTry));
    let (login, password) = (Account::OFFICE.login, Account::OFFICE.password);
    println!("  onsite={server}/graphql json='Content-Type: application/json'");
    println!(r#"  token=$(curl -s $onsite -H "$json" -d '{{"query": "mutation {{ signIn('\"#);
    println!(r#"'input: {{login: \"{login}\", password: \"{password}\"}}) {{ token }} }}"}}' | cut -d'"' -f8)"#);
    println!(r#"  curl -s $onsite -H "$json" -H "Authorization: Bearer $token" -d \"#);
    println!(r#"    '{{"query": "{{ visits {{ nodes {{ date verdict person {{ name }} }} }} }}"}}'"#);
}

fn table(header: &[String]) -> Table {
    let mut table = Table::new();
    table
        .load_preset(presets::UTF8_FULL_CONDENSED)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(page::width())
        .set_header(header);
    table
}

fn mark(wrong: &[String]) -> &'static str {
    if wrong.is_empty() { "✓" } else { "✗" }
}

fn stand(week: &Week) -> String {
    let mark = match week.status {
        ObligationStatus::Excused => return "–".to_owned(),
        ObligationStatus::Met => "✓",
        ObligationStatus::Missed => "✗",
        ObligationStatus::Provisional => "?",
        ObligationStatus::Pending => "…",
    };
    format!("{}/{} {mark}", week.verified, week.required)
}

/// What an account of this role sees, in few words.
fn scope(role: AccountRole) -> String {
    about_role(role, "demo-scope-", "").or_else(|| about_role(role, "role-", "-told")).unwrap_or_default()
}
