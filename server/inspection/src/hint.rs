//! What a person looking at a photo may want to know. Hints only: each has innocent explanations.

use messages::{Message, message};

use super::{
    ImageFormat,
    container::Container,
    exif::{ExifFacts, NotTiff},
};

/// What a person looking at a photo may want to know. Never proof: messengers, galleries and browsers save photos again
/// and drop their EXIF of their own accord.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PhotoHint {
    /// It has no EXIF.
    NoExif,
    /// It has EXIF that can't be read, or says what can't be true.
    ExifUnusable,
    /// It calls itself a screenshot, or names no camera and is as slender as a screen.
    Screenshot,
    /// Software for editing pictures has left its name.
    Edited,
    /// It was saved by a programme rather than a camera.
    SavedAgain,
    /// The file holds further pictures, as portraits and high-dynamic-range photos do.
    MultiPicture,
    /// The file goes on after the picture: a motion photo's film, a camera's notes, or something hidden.
    TrailingData,
    /// It is animated; only its still picture was looked at.
    Animated,
    /// Nothing can be made out on it: all dark, or all one colour.
    Featureless,
}

impl PhotoHint {
    /// The hint, for whoever looks at the photo.
    pub fn message(self) -> Message {
        match self {
            Self::NoExif => message!(PhotoHintNoExif),
            Self::ExifUnusable => message!(PhotoHintExifUnusable),
            Self::Screenshot => message!(PhotoHintScreenshot),
            Self::Edited => message!(PhotoHintEdited),
            Self::SavedAgain => message!(PhotoHintSavedAgain),
            Self::MultiPicture => message!(PhotoHintMultiPicture),
            Self::TrailingData => message!(PhotoHintTrailingData),
            Self::Animated => message!(PhotoHintAnimated),
            Self::Featureless => message!(PhotoHintFeatureless),
        }
    }
}

/// Names that software for editing pictures leaves, in lower case.
const EDITORS: [&str; 19] = [
    "photoshop",
    "lightroom",
    "gimp",
    "snapseed",
    "picsart",
    "pixelmator",
    "affinity",
    "pixlr",
    "paint.net",
    "facetune",
    "meitu",
    "美图",
    "xingtu",
    "醒图",
    "beautycam",
    "美颜",
    "faceu",
    "b612",
    "canva",
];

/// Screens are about twice as long as wide or longer; cameras' pictures are 16:9 at most. Panoramas name their camera.
const SCREEN_RATIO: f64 = 1.95;

/// XMP beyond this is not looked at.
const MAX_XMP_BYTES: usize = 64 * 1024;

pub(super) fn all(container: &Container<'_>, exif: Option<&Result<ExifFacts, NotTiff>>) -> Vec<PhotoHint> {
    let facts = exif.and_then(|exif| exif.as_ref().ok());
    let marks = container.marks;
    let unusable = match exif {
        None => container.exif_lost,
        Some(exif) => exif.as_ref().map_or(true, |facts| facts.absurd),
    };
    let edited = marks.photoshop
        || facts.and_then(|facts| facts.software.as_deref()).is_some_and(names_editor)
        || container.xmp.is_some_and(|xmp| names_editor(&String::from_utf8_lossy(head(xmp))));
    [
        (container.exif.is_none() && !container.exif_lost, PhotoHint::NoExif),
        (unusable, PhotoHint::ExifUnusable),
        (is_screenshot(container, facts), PhotoHint::Screenshot),
        (edited, PhotoHint::Edited),
        (marks.jfif && facts.is_none_or(|facts| facts.make.is_none()), PhotoHint::SavedAgain),
        (marks.multi_picture, PhotoHint::MultiPicture),
        (marks.trailing_bytes > 0 && !marks.multi_picture, PhotoHint::TrailingData),
        (marks.animated, PhotoHint::Animated),
    ]
    .into_iter()
    .filter_map(|(holds, hint)| holds.then_some(hint))
    .collect()
}

fn head(xmp: &[u8]) -> &[u8] {
    xmp.get(..MAX_XMP_BYTES).unwrap_or(xmp)
}

fn names_editor(text: &str) -> bool {
    let text = text.to_lowercase();
    EDITORS.iter().any(|editor| text.contains(editor))
}

fn is_screenshot(container: &Container<'_>, facts: Option<&ExifFacts>) -> bool {
    if facts.is_some_and(|facts| facts.screenshot) {
        return true;
    }
    let software = facts.and_then(|facts| facts.software.as_deref()).unwrap_or_default().to_lowercase();
    let names_camera = facts.is_some_and(|facts| facts.make.is_some() || facts.model.is_some());
    let (long, short) = (container.width.max(container.height), container.width.min(container.height));
    let slender = f64::from(long) >= SCREEN_RATIO * f64::from(short) && short >= 300;
    software.contains("screenshot")
        || software.contains("截屏")
        || (!names_camera && slender && container.format != ImageFormat::Heic)
}
