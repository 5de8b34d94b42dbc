//! `onsite verify`

use std::{fs::File, io::BufReader, path::PathBuf};

use clap::Args;
use domain::check_ins::hash_chain::Head;
use evidence_bundle::{Limits, verify};

use super::{
    CommandError,
    speech::{padded, say, words},
};

/// Check a bundle that `onsite export evidence` wrote: its hash chain, signatures, photos and every byte of the file.
/// Needs no server and no settings. Exits with 1 and names the first thing that does not hold.
#[derive(Debug, Args)]
pub(super) struct Verify {
    /// The bundle
    file: PathBuf,
    /// A head that was published, as SEQUENCE:HASH; must be the bundle's too if it lies within it
    #[arg(long, value_name = "SEQUENCE:HASH", value_parser = head)]
    head: Vec<Head>,
}

fn head(text: &str) -> Result<Head, String> {
    let (sequence, hash) = text.split_once(':').ok_or_else(|| words!(VerifyHeadForm))?;
    let sequence = sequence.parse().map_err(|_| words!(VerifyHeadSequence))?;
    Ok(Head { sequence, hash: hash.parse().map_err(|_| words!(VerifyHeadHash))? })
}

impl Verify {
    pub(super) fn run(&self) -> Result<(), CommandError> {
        let name = self.file.display().to_string();
        let file = File::open(&self.file).map_err(|error| CommandError(vec![format!("{name}: {error}")]))?;
        let report = verify(BufReader::new(file), &Limits::default(), &self.head)
            .map_err(|failure| CommandError(vec![words!(VerifyDoesNotHold { name: &name, why: failure.message() })]))?;
        say!(VerifyHolds { name });
        println!("{} {}", padded(&words!(BundleManifest), 9), report.manifest_sha256);
        println!("{} {} {}", padded(&words!(BundleHead), 9), report.head.sequence, report.head.hash);
        say!(VerifyContents {
            links: report.entries,
            withheld: report.withheld,
            check_ins: report.check_ins,
            signed: report.signed,
            photos: report.photos
        });
        say!(VerifyKnownHeads { heads: report.known_heads.len() });
        Ok(())
    }
}
