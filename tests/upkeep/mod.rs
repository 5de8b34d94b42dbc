//! What operators do: commands, backups, migrations, and what faults of machines do.

mod backup;
mod command;
mod demo;
mod doctor;
mod faults;
mod jobs;
mod language;
mod migrations;
