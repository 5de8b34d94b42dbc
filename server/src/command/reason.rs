//! Why a command did not do what it was asked, where the catalogue has words for that.

use std::{error::Error, iter};

use domain::policy::NoPolicy;
use messages::Message;

use super::speech::language;
use crate::{
    app::RestoreError,
    backup::BackupError,
    config::{ConfigError, InvalidSetting},
    serve::StartError,
};

/// What an error says, or the first of its causes that does, in the command line's language, a line a reason.
pub(super) fn in_words(error: &(dyn Error + 'static)) -> Option<Vec<String>> {
    let told = iter::successors(Some(error), |error| (*error).source()).find_map(messages);
    told.map(|told| told.iter().map(|message| message.said(language())).collect())
}

fn messages(error: &(dyn Error + 'static)) -> Option<Vec<Message>> {
    let one = |message| Some(vec![message]);
    if let Some(error) = error.downcast_ref::<StartError>() {
        one(error.message())
    } else if let Some(error) = error.downcast_ref::<RestoreError>() {
        one(error.message())
    } else if let Some(error) = error.downcast_ref::<BackupError>() {
        one(error.message())
    } else if let Some(error) = error.downcast_ref::<NoPolicy>() {
        one(error.message())
    } else if let Some(ConfigError::InvalidSetting(settings)) = error.downcast_ref() {
        Some(settings.iter().map(InvalidSetting::message).collect())
    } else {
        None
    }
}
