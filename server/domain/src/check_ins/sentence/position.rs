//! Sentences about position.

use entity::values::{Datum, FindingOutcome};
use messages::{Message, message, rounded, whole};

use crate::check_ins::evidence::Mislabel;

/// How a fix stands against a boundary; see [`crate::check_ins::evidence`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct PositionFigures {
    pub(crate) outcome: FindingOutcome,
    pub(crate) distance_m: f64,
    pub(crate) accuracy_m: f64,
    pub(crate) tolerance_m: f64,
    pub(crate) probability: Option<f64>,
    pub(crate) mislabel: Option<Mislabel>,
}

pub(crate) fn site_known(sites: usize) -> Message {
    message!(SiteKnown { sites })
}

pub(crate) fn fix_present(fixes: usize) -> Message {
    message!(FixPresent { fixes })
}

pub(crate) fn fixes_agree(apart_m: f64, limit_m: f64, agree: bool) -> Message {
    if agree { message!(FixesAgree) } else { message!(FixesApart { apart: whole(apart_m), limit: whole(limit_m) }) }
}

pub(crate) fn fix_accuracy(accuracy_m: f64, limit_m: f64, usable: bool) -> Message {
    let (accuracy, limit) = (whole(accuracy_m), whole(limit_m));
    if usable {
        message!(FixAccurate { accuracy, limit })
    } else if accuracy_m > limit_m {
        message!(FixInaccurate { accuracy, limit })
    } else {
        message!(FixAccuracyUnusable)
    }
}

pub(crate) fn fix_age(age_s: f64, limit_s: f64, fresh: bool) -> Message {
    let age = whole(age_s.abs());
    if fresh { message!(FixFresh { age }) } else { message!(FixOld { age, limit: whole(limit_s) }) }
}

pub(crate) fn position(figures: PositionFigures) -> Message {
    let PositionFigures { outcome, distance_m, accuracy_m, tolerance_m, probability, mislabel } = figures;
    let measured = message!(PositionMeasured {
        place: place(distance_m),
        accuracy: whole(accuracy_m),
        tolerance: whole(tolerance_m),
    });
    if let Some(mislabel) = mislabel.and_then(mislabelled) {
        return message!(PositionMislabelled { measured, mislabel });
    }
    match outcome {
        FindingOutcome::Pass => message!(PositionOnSite { measured }),
        FindingOutcome::Fail => message!(PositionOffSite { measured }),
        _ => {
            let probability = about(probability.unwrap_or_default());
            message!(PositionUnclear { measured, probability })
        }
    }
}

/// A probability in whole per cent. The radius it goes by may be too small, so nothing is told as impossible or certain.
fn about(probability: f64) -> Message {
    const LEAST: f64 = 1.0;
    const MOST: f64 = 99.0;
    let percent = 100.0 * probability;
    if percent < LEAST {
        message!(ProbabilityLow { percent: LEAST })
    } else if percent > MOST {
        message!(ProbabilityHigh { percent: MOST })
    } else {
        message!(ProbabilityAbout { percent: whole(percent) })
    }
}

/// None where no label is doubted.
fn mislabelled(Mislabel { fix, site, passes }: Mislabel) -> Option<Message> {
    match (fix.map(Datum::as_str), site.map(Datum::as_str)) {
        (Some(fix), Some(site)) => Some(message!(MislabelledBoth { fix, site, passes })),
        (None, Some(site)) => Some(message!(MislabelledSite { site, passes })),
        (Some(fix), None) => Some(message!(MislabelledFix { fix, passes })),
        (None, None) => None,
    }
}

fn place(distance_m: f64) -> Message {
    /// Metres from which on a distance is told in kilometres.
    const FAR: f64 = 10_000.0;
    let metres = distance_m.abs();
    let distance = if metres >= FAR {
        message!(Kilometres { kilometres: rounded(metres / 1000.0, 1) })
    } else {
        message!(Metres { metres: whole(metres) })
    };
    if distance_m <= 0.0 { message!(InsideBoundary { distance }) } else { message!(OutsideBoundary { distance }) }
}

pub(crate) fn mock_location(mocked: bool) -> Message {
    if mocked { message!(MockLocationUsed) } else { message!(MockLocationUnused) }
}

pub(crate) fn repeated(days: u32, limit: u32) -> Message {
    if days < limit { message!(PositionNotRepeated) } else { message!(PositionRepeated { days }) }
}
