//! What `--help` says, from the catalogue. Clap knows which commands and arguments there are; each is told by the message
//! named after its path, such as `command-import-sites` and `argument-import-sites-file`, and in full by the one that ends
//! in `-full`, where there is one.

use std::{fmt::Write as _, sync::LazyLock};

use clap::{Arg, Command, builder::StyledStr};
use messages::Message;

use super::speech::{language, words};

/// Clap keeps these for as long as the program runs.
struct Headings {
    commands: String,
    command: String,
    arguments: String,
    options: String,
    settings: String,
}

static HEADINGS: LazyLock<Headings> = LazyLock::new(|| Headings {
    commands: words!(HelpCommands),
    command: words!(HelpCommand),
    arguments: words!(HelpArguments),
    options: words!(HelpOptions),
    settings: words!(HelpSettings),
});

/// A command with all its texts in the command line's language.
pub(super) fn told(command: Command) -> Command {
    let mut command = described(command, "");
    // What clap adds is there only then: `--help`, `--version` and `help`.
    command.build();
    completed(command)
}

/// What the catalogue says under a name, if it says anything.
fn named(id: &str) -> Option<String> {
    Message::named(id).map(|message| message.said(language()))
}

/// Commands and arguments of our own.
fn described(mut command: Command, path: &str) -> Command {
    let id = format!("command{path}");
    if let Some(short) = named(&id) {
        command = command.about(short);
    }
    if let Some(full) = named(&format!("{id}-full")) {
        command = command.long_about(full);
    }
    command
        .subcommand_help_heading(HEADINGS.commands.as_str())
        .subcommand_value_name(HEADINGS.command.as_str())
        .mut_args(|argument| argument_described(argument, path))
        .mut_subcommands(|subcommand| {
            let path = format!("{path}-{}", subcommand.get_name());
            described(subcommand, &path)
        })
}

fn argument_described(argument: Arg, path: &str) -> Arg {
    let id = format!("argument{path}-{}", argument.get_id().as_str().replace('_', "-"));
    let heading = heading(&argument);
    let Some(short) = named(&id) else { return argument };
    let full = named(&format!("{id}-full"));
    let (listed, explained) = values(&argument, &id);
    let long = match (full, explained) {
        (full, None) => full.map(|full| full + &listed.replacen(' ', "\n\n", 1)),
        (full, Some(explained)) => Some(full.unwrap_or_else(|| short.clone()) + "\n\n" + &explained),
    };
    let argument = argument.help(short + &listed).help_heading(heading).hide_possible_values(!listed.is_empty());
    match long {
        Some(long) => argument.long_help(long),
        None => argument,
    }
}

fn heading(argument: &Arg) -> &'static str {
    match argument.get_help_heading() {
        Some("Settings") => &HEADINGS.settings,
        _ if argument.is_positional() => &HEADINGS.arguments,
        _ => &HEADINGS.options,
    }
}

/// The values there are, in a row; and a line each, if there is something to say of them: by a message named after the
/// argument and the value, or, as several arguments take it, after what it is, such as `role-office-told`.
fn values(argument: &Arg, id: &str) -> (String, Option<String>) {
    let values = argument.get_possible_values();
    // To clap, a flag is true or false.
    if values.is_empty() || !argument.get_action().takes_values() {
        return (String::new(), None);
    }
    let names: Vec<&str> = values.iter().map(|value| value.get_name()).collect();
    let width = names.iter().map(|name| name.len()).max().unwrap_or_default();
    let mut explained = words!(HelpValuesExplained);
    let mut any = false;
    for name in &names {
        let told = named(&format!("{id}-{name}")).or_else(|| named(&format!("{}-{name}-told", argument.get_id())));
        any |= told.is_some();
        let _ = match told {
            Some(told) => write!(explained, "\n- {:<1$} {told}", format!("{name}:"), width + 1),
            None => write!(explained, "\n- {name}"),
        };
    }
    let listed = words!(HelpValues { values: names.join(", ") });
    (format!(" {listed}"), any.then_some(explained))
}

/// What clap added, and how a command is used.
fn completed(command: Command) -> Command {
    let mut command = command.mut_args(added_argument).mut_subcommands(|subcommand| {
        let subcommand = match subcommand.get_name() {
            "help" => subcommand.about(words!(HelpHelp)),
            _ => subcommand,
        };
        completed(subcommand)
    });
    let usage = translated_usage(&command.render_usage());
    command.help_template(format!("{{before-help}}{{about-with-newline}}\n{usage}\n\n{{all-args}}{{after-help}}"))
}

fn added_argument(argument: Arg) -> Arg {
    let heading = heading(&argument);
    match argument.get_id().as_str() {
        "help" if argument.get_long_help().is_some() => {
            argument.help(words!(HelpMore)).long_help(words!(HelpLess)).help_heading(heading)
        }
        "help" => argument.help(words!(HelpFlag)).help_heading(heading),
        "version" => argument.help(words!(HelpVersion)).help_heading(heading),
        _ => argument,
    }
}

/// How a command is used, as clap says it, with its English words put into the command line's language.
pub(super) fn translated_usage(usage: &StyledStr) -> String {
    let usage = usage.ansi().to_string();
    usage.replace("Usage:", &words!(HelpUsage)).replace("[OPTIONS]", &words!(HelpAnyOptions))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    /// Commands and arguments of a tree that the catalogue does not know, as it would have to say them.
    fn lacking(command: &Command, path: &str) -> Vec<String> {
        let line = |id: String, text: Option<&StyledStr>| match (text, named(&id)) {
            (Some(text), None) => Some(format!("{id} = {text}")),
            _ => None,
        };
        let mut lacking = Vec::new();
        let id = format!("command{path}");
        lacking.extend(line(id.clone(), command.get_about()));
        lacking.extend(line(format!("{id}-full"), command.get_long_about()));
        for argument in command.get_arguments() {
            let id = format!("argument{path}-{}", argument.get_id().as_str().replace('_', "-"));
            lacking.extend(line(id.clone(), Some(argument.get_help().unwrap_or(&StyledStr::new()))));
            lacking.extend(line(format!("{id}-full"), argument.get_long_help()));
            for value in argument.get_possible_values() {
                lacking.extend(line(format!("{id}-{}", value.get_name()), value.get_help()));
            }
        }
        for subcommand in command.get_subcommands() {
            lacking.extend(self::lacking(subcommand, &format!("{path}-{}", subcommand.get_name())));
        }
        lacking
    }

    #[test]
    fn the_catalogue_tells_every_command_and_argument() {
        let lacking = lacking(&super::super::Command::command(), "");
        assert!(lacking.is_empty(), "{}", lacking.join("\n"));
    }

    #[test]
    fn a_tree_with_its_texts_is_one_clap_takes() {
        told(super::super::Command::command()).debug_assert();
    }
}
