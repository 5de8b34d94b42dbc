//! `__typename`, which the library's validation passes over with all that is written on it.

use async_graphql::{
    Error, Positioned,
    parser::types::{DocumentOperations, ExecutableDocument, Field, InlineFragment, Selection, SelectionSet},
};
use messages::message;

use crate::graphql::support::error::{ErrorCode, coded};

/// The document for validation, where the directives of a `__typename` are those of a fragment around it: what may stand
/// on the one may stand on the other.
pub(in crate::graphql) fn shown(mut document: ExecutableDocument) -> Result<ExecutableDocument, Error> {
    match &mut document.operations {
        DocumentOperations::Single(operation) => show(&mut operation.node.selection_set.node)?,
        DocumentOperations::Multiple(operations) => {
            operations.values_mut().try_for_each(|operation| show(&mut operation.node.selection_set.node))?;
        }
    }
    document.fragments.values_mut().try_for_each(|fragment| show(&mut fragment.node.selection_set.node))?;
    Ok(document)
}

fn show(set: &mut SelectionSet) -> Result<(), Error> {
    for selection in &mut set.items {
        match &mut selection.node {
            Selection::Field(field) if field.node.name.node == "__typename" => {
                if !field.node.arguments.is_empty() || !field.node.selection_set.node.items.is_empty() {
                    return Err(no_such_thing());
                }
                if !field.node.directives.is_empty() {
                    selection.node = around(field);
                }
            }
            Selection::Field(field) => show(&mut field.node.selection_set.node)?,
            Selection::InlineFragment(fragment) => show(&mut fragment.node.selection_set.node)?,
            Selection::FragmentSpread(_) => {}
        }
    }
    Ok(())
}

fn around(field: &Positioned<Field>) -> Selection {
    let at = field.pos;
    let bare = Field { directives: Vec::new(), ..field.node.clone() };
    let inside = Positioned::new(Selection::Field(Positioned::new(bare, at)), at);
    let fragment = InlineFragment {
        type_condition: None,
        directives: field.node.directives.clone(),
        selection_set: Positioned::new(SelectionSet { items: vec![inside] }, at),
    };
    Selection::InlineFragment(Positioned::new(fragment, at))
}

fn no_such_thing() -> Error {
    coded(ErrorCode::GraphqlValidationFailed, &message!(TypenameStandsAlone))
}
