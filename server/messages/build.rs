//! Makes a type of each message of `text/en.ftl`, with a field for each of its arguments, and a language of each file in
//! `text/`. What a translation lacks, or has too much, is found by the tests.

use std::{
    collections::BTreeSet,
    env,
    fmt::Write as _,
    fs, io,
    path::{Path, PathBuf},
};

use fluent_syntax::{
    ast::{Entry, Expression, InlineExpression, Pattern, PatternElement, Resource},
    parser,
};

fn main() -> io::Result<()> {
    println!("cargo:rerun-if-changed=text");
    let folder = PathBuf::from(env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?).join("text");
    let mut files: Vec<_> = fs::read_dir(&folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
    files.retain(|path| path.extension().is_some_and(|ending| ending == "ftl"));
    files.sort();
    let english = read(&folder.join("en.ftl"))?;
    let made = languages(&files)? + &messages(&english)?;
    let out = PathBuf::from(env::var("OUT_DIR").map_err(io::Error::other)?);
    fs::write(out.join("catalogue.rs"), made)
}

fn read(path: &Path) -> io::Result<Resource<String>> {
    let text = fs::read_to_string(path)?;
    parser::parse(text).map_err(|(_, errors)| io::Error::other(format!("{}: {errors:?}", path.display())))
}

fn languages(files: &[PathBuf]) -> io::Result<String> {
    let (mut variants, mut all, mut arms, mut texts) = (String::new(), String::new(), String::new(), String::new());
    let mut names = String::new();
    for path in files {
        let tag = path.file_stem().and_then(|stem| stem.to_str()).ok_or_else(|| io::Error::other("a file's name"))?;
        let name = camel(tag);
        let told = read(path)?.body.into_iter().find_map(|entry| match entry {
            Entry::ResourceComment(comment) => Some(comment.content.join(" ")),
            _ => None,
        });
        let told = told.ok_or_else(|| io::Error::other(format!("{tag}.ftl begins with no ### comment")))?;
        let default = if tag == "zh" { "#[default] " } else { "" };
        writeln!(variants, "    /// {told}\n    {default}{name},").map_err(io::Error::other)?;
        write!(all, "Language::{name}, ").map_err(io::Error::other)?;
        writeln!(arms, "            Self::{name} => {tag:?},").map_err(io::Error::other)?;
        writeln!(names, "            Self::{name} => {name:?},").map_err(io::Error::other)?;
        // The text itself: a path would lead into the checkout that built this, be it gone since.
        writeln!(texts, "            Self::{name} => {:?},", fs::read_to_string(path)?).map_err(io::Error::other)?;
    }
    Ok(format!(
        "/// A language of sentences for people.\n\
         #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, async_graphql::Enum)]\n\
         pub enum Language {{\n{variants}}}\n\n\
         impl Language {{\n    /// All of them.\n    pub const ALL: &[Self] = &[{all}];\n\n\
         \x20   /// Its BCP 47 tag.\n    pub const fn tag(self) -> &'static str {{\n        match self {{\n{arms}        }}\n    }}\n\n\
         \x20   const fn name(self) -> &'static str {{\n        match self {{\n{names}        }}\n    }}\n\n\
         \x20   const fn text(self) -> &'static str {{\n        match self {{\n{texts}        }}\n    }}\n}}\n\n"
    ))
}

fn messages(english: &Resource<String>) -> io::Result<String> {
    let mut made = String::from("/// A type for each message.\npub mod text {\n    use super::{Message, Value};\n\n");
    let mut plain = BTreeSet::new();
    for entry in &english.body {
        let Entry::Message(message) = entry else { continue };
        let (id, Some(pattern)) = (&message.id.name, &message.value) else { continue };
        let mut arguments = BTreeSet::new();
        collect(pattern, &mut arguments);
        if arguments.is_empty() {
            plain.insert(id);
        }
        let name = camel(id);
        let fields: String = arguments
            .iter()
            .map(|argument| {
                format!("        /// `${argument}` of the text.\n        pub {}: Value,\n", snake(argument))
            })
            .collect();
        let pairs: String =
            arguments.iter().map(|argument| format!("({argument:?}.into(), said.{}), ", snake(argument))).collect();
        let said = if arguments.is_empty() { "_" } else { "said" };
        write!(
            made,
            "    /// `{id}` of the catalogue.\n    #[derive(Clone, Debug)]\n    pub struct {name} {{\n{fields}    }}\n\n\
             \x20   impl From<{name}> for Message {{\n        fn from({said}: {name}) -> Self {{\n            \
             Self {{ id: {id:?}.into(), arguments: vec![{pairs}] }}\n        }}\n    }}\n\n"
        )
        .map_err(io::Error::other)?;
    }
    made.push_str("}\n\n");
    let plain: Vec<_> = plain.into_iter().collect();
    writeln!(made, "/// Messages without arguments, in order of name.\nconst PLAIN: &[&str] = &{plain:?};")
        .map_err(io::Error::other)?;
    Ok(made)
}

fn collect(pattern: &Pattern<String>, arguments: &mut BTreeSet<String>) {
    for element in &pattern.elements {
        if let PatternElement::Placeable { expression } = element {
            expression_of(expression, arguments);
        }
    }
}

fn expression_of(expression: &Expression<String>, arguments: &mut BTreeSet<String>) {
    match expression {
        Expression::Inline(inline) => inline_of(inline, arguments),
        Expression::Select { selector, variants } => {
            inline_of(selector, arguments);
            for variant in variants {
                collect(&variant.value, arguments);
            }
        }
    }
}

fn inline_of(inline: &InlineExpression<String>, arguments: &mut BTreeSet<String>) {
    match inline {
        InlineExpression::VariableReference { id } => {
            arguments.insert(id.name.clone());
        }
        InlineExpression::Placeable { expression } => expression_of(expression, arguments),
        InlineExpression::FunctionReference { arguments: given, .. } => {
            for inline in &given.positional {
                inline_of(inline, arguments);
            }
        }
        _ => {}
    }
}

fn camel(id: &str) -> String {
    let parts = id.split(['-', '_']).filter(|part| !part.is_empty());
    parts.map(|part| part[..1].to_uppercase() + &part[1..]).collect()
}

fn snake(id: &str) -> String {
    id.replace('-', "_")
}
