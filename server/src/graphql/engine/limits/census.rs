//! What a document stands for once its fragments are expanded, worked out in time linear in its length.

use std::collections::HashMap;

use async_graphql::{
    Error, Name, Positioned,
    parser::types::{DocumentOperations, ExecutableDocument, FragmentDefinition, Selection, SelectionSet},
};
use messages::message;

use crate::graphql::support::error::{ErrorCode, coded};

/// What a selection contains once its fragments are expanded. Sums saturate: a limit is exceeded long before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Totals {
    pub(super) depth: usize,
    pub(super) fields: usize,
    pub(super) aliases: usize,
    pub(super) directives: usize,
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

pub(super) struct Census<'a> {
    fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
    /// Totals of fragments; none while a fragment is being worked out.
    known: HashMap<&'a str, Option<Totals>>,
}

impl<'a> Census<'a> {
    /// Of these fragments.
    pub(super) fn of(fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>) -> Self {
        Self { fragments, known: HashMap::new() }
    }

    /// Of a whole document.
    pub(super) fn document(&mut self, document: &'a ExecutableDocument) -> Result<Totals, Error> {
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
    coded(ErrorCode::GraphqlValidationFailed, &message!(FragmentSpreadsItself { name }))
}
