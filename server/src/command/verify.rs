//! `onsite verify`

use std::{fs::File, io::BufReader, path::PathBuf};

use clap::Args;
use domain::check_ins::hash_chain::Head;
use evidence_bundle::{Limits, verify};

use super::Undone;

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
    let (sequence, hash) = text.split_once(':').ok_or("give it as SEQUENCE:HASH")?;
    let sequence = sequence.parse().map_err(|_| "the sequence is a number".to_owned())?;
    Ok(Head { sequence, hash: hash.parse().map_err(|_| "the hash is 64 hexadecimal digits".to_owned())? })
}

impl Verify {
    pub(super) fn run(&self) -> Result<(), Undone> {
        let name = self.file.display();
        let file = File::open(&self.file).map_err(|error| Undone(vec![format!("{name}: {error}")]))?;
        let report = verify(BufReader::new(file), &Limits::default(), &self.head)
            .map_err(|failure| Undone(vec![format!("{name} does not hold: {failure}")]))?;
        println!("{name} holds");
        println!("manifest  {}", report.manifest_sha256);
        println!("head      {} {}", report.head.sequence, report.head.hash);
        println!(
            "{} links ({} withheld), {} check-ins ({} signed), {} photos",
            report.entries, report.withheld, report.check_ins, report.signed, report.photos
        );
        println!("{} of the published heads given lie within it", report.known_heads.len());
        Ok(())
    }
}
