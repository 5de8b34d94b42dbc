//! Bounds on a document, checked in time linear in its length and before it is validated.
//!
//! Validation looks at every expansion of every fragment, so a short document of nested fragments can cost seconds.
//! Here each fragment's size is worked out once.

use std::collections::HashMap;

use async_graphql::{
    Error, ErrorExtensions, Name, Positioned,
    parser::{
        self,
        types::{DocumentOperations, ExecutableDocument, FragmentDefinition, Selection, SelectionSet},
    },
};

/// What a document may contain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Bytes of a request's body.
    pub body_bytes: usize,
    /// Bytes of a document.
    pub document_bytes: usize,
    /// Levels of nested fields.
    pub depth: usize,
    /// Fields after all fragments are expanded.
    pub fields: usize,
    /// Fields that are given another name.
    pub aliases: usize,
    /// Directives.
    pub directives: usize,
    /// Computed cost: fields, multiplied by the rows of the pages they are on.
    pub cost: usize,
    /// Seconds until a query or mutation is given up.
    pub seconds: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 1024 * 1024,
            document_bytes: 32 * 1024,
            depth: 16,
            fields: 1000,
            aliases: 50,
            directives: 50,
            cost: 200_000,
            seconds: 30,
        }
    }
}

/// Parses a document if it is within the limits.
pub fn parse(text: &str, limits: &Limits) -> Result<ExecutableDocument, Error> {
    within("documentBytes", text.len(), limits.document_bytes)?;
    // The parser recurses with every level of nesting, so the nesting is bounded on the text.
    within("depth", nesting(text), 2 * limits.depth + 8)?;
    let document = parser::parse_query(text).map_err(|error| syntax(&error))?;
    let totals = Census { fragments: &document.fragments, known: HashMap::new() }.document(&document)?;
    within("depth", totals.depth, limits.depth)?;
    within("fields", totals.fields, limits.fields)?;
    within("aliases", totals.aliases, limits.aliases)?;
    within("directives", totals.directives, limits.directives)?;
    Ok(document)
}

fn within(limit: &str, found: usize, allowed: usize) -> Result<(), Error> {
    if found <= allowed {
        return Ok(());
    }
    let error = Error::new(format!("The document exceeds the limit {limit} of {allowed}; ask for less at once."));
    Err(error.extend_with(|_, extensions| {
        extensions.set("code", "LIMIT_EXCEEDED");
        extensions.set("limit", limit);
        extensions.set("allowed", allowed as u64);
        extensions.set("messageZh", format!("查询超出限制 {limit}（{allowed}），请分次查询。"));
    }))
}

fn syntax(error: &parser::Error) -> Error {
    // The parser quotes the document; a client knows what it sent, and gets the place.
    let place = error.positions().next();
    let text = match place {
        Some(place) => format!("Syntax error at line {}, column {}.", place.line, place.column),
        None => "Syntax error.".to_owned(),
    };
    Error::new(text).extend_with(|_, extensions| extensions.set("code", "GRAPHQL_PARSE_FAILED"))
}

/// Deepest nesting of brackets, strings and comments left out.
fn nesting(text: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        rest = match first {
            b'"' if tail.starts_with(b"\"\"") => after_block(&tail[2..]),
            b'"' => after_string(tail),
            b'#' => &tail[tail.iter().position(|byte| *byte == b'\n').unwrap_or(tail.len())..],
            _ => tail,
        };
        match first {
            b'{' | b'(' | b'[' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b')' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

fn after_string(text: &[u8]) -> &[u8] {
    let mut escaped = false;
    for (place, byte) in text.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' | b'\n' => return &text[place + 1..],
            _ => {}
        }
    }
    &[]
}

fn after_block(text: &[u8]) -> &[u8] {
    let mut place = 0;
    while place < text.len() {
        let rest = &text[place..];
        if rest.starts_with(b"\\\"\"\"") {
            place += 4;
        } else if rest.starts_with(b"\"\"\"") {
            return &rest[3..];
        } else {
            place += 1;
        }
    }
    &[]
}

/// What a selection contains once its fragments are expanded. Sums saturate: a limit is exceeded long before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Totals {
    depth: usize,
    fields: usize,
    aliases: usize,
    directives: usize,
}

impl Totals {
    fn beside(self, other: Self) -> Self {
        Self {
            depth: self.depth.max(other.depth),
            fields: self.fields.saturating_add(other.fields),
            aliases: self.aliases.saturating_add(other.aliases),
            directives: self.directives.saturating_add(other.directives),
        }
    }
}

struct Census<'a> {
    fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
    /// Totals of fragments; none while a fragment is being worked out.
    known: HashMap<&'a str, Option<Totals>>,
}

impl<'a> Census<'a> {
    fn document(&mut self, document: &'a ExecutableDocument) -> Result<Totals, Error> {
        let mut totals = Totals::default();
        match &document.operations {
            DocumentOperations::Single(operation) => {
                totals.directives += operation.node.directives.len();
                totals = totals.beside(self.selections(&operation.node.selection_set.node)?);
            }
            DocumentOperations::Multiple(operations) => {
                for operation in operations.values() {
                    totals.directives += operation.node.directives.len();
                    totals = totals.beside(self.selections(&operation.node.selection_set.node)?);
                }
            }
        }
        // Fragments nobody spreads are validated too.
        for name in self.fragments.keys() {
            totals = totals.beside(Totals { depth: 0, ..self.fragment(name)? });
        }
        Ok(totals)
    }

    fn selections(&mut self, set: &'a SelectionSet) -> Result<Totals, Error> {
        set.items.iter().try_fold(Totals::default(), |totals, item| Ok(totals.beside(self.selection(&item.node)?)))
    }

    fn selection(&mut self, selection: &'a Selection) -> Result<Totals, Error> {
        Ok(match selection {
            Selection::Field(field) => {
                let inner = self.selections(&field.node.selection_set.node)?;
                Totals {
                    depth: inner.depth + 1,
                    fields: inner.fields.saturating_add(1),
                    aliases: inner.aliases.saturating_add(usize::from(field.node.alias.is_some())),
                    directives: inner.directives.saturating_add(field.node.directives.len()),
                }
            }
            Selection::InlineFragment(fragment) => {
                let inner = self.selections(&fragment.node.selection_set.node)?;
                Totals { directives: inner.directives.saturating_add(fragment.node.directives.len()), ..inner }
            }
            Selection::FragmentSpread(spread) => {
                let inner = self.fragment(&spread.node.fragment_name.node)?;
                Totals {
                    // A spread costs validation something even where its fragment is empty.
                    fields: inner.fields.saturating_add(1),
                    directives: inner.directives.saturating_add(spread.node.directives.len()),
                    ..inner
                }
            }
        })
    }

    fn fragment(&mut self, name: &'a str) -> Result<Totals, Error> {
        match self.known.get(name) {
            Some(Some(totals)) => return Ok(*totals),
            Some(None) => return Err(cycle(name)),
            None => {}
        }
        let Some(fragment) = self.fragments.get(name) else {
            // Validation says it better.
            return Ok(Totals::default());
        };
        self.known.insert(name, None);
        let mut totals = self.selections(&fragment.node.selection_set.node)?;
        totals.directives = totals.directives.saturating_add(fragment.node.directives.len());
        self.known.insert(name, Some(totals));
        Ok(totals)
    }
}

fn cycle(name: &str) -> Error {
    let name: String = name.chars().take(64).collect();
    Error::new(format!("Fragment {name} spreads itself."))
        .extend_with(|_, extensions| extensions.set("code", "GRAPHQL_VALIDATION_FAILED"))
}

#[cfg(test)]
mod tests;
