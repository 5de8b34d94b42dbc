//! Archives beyond what ZIP's first fields can hold.

use std::io::{self, Read, Seek, SeekFrom};

use super::*;

#[test]
fn more_members_than_65535() {
    let mut photos: Vec<_> = (0..66_000_u32).map(|number| digest(&number.to_be_bytes())).collect();
    photos.sort();
    let members: Vec<_> = photos.iter().map(|photo| (format!("photos/{photo}"), Vec::new())).collect();
    let archive = zip::ZipArchive::new(Cursor::new(archive_of(&members))).unwrap();
    assert_eq!(archive.len(), members.len());
    assert!(members.iter().all(|(name, _)| archive.index_for_name(name).is_some()));
}

/// A file with a hole of zeros in it, which takes no room.
struct Sparse {
    position: u64,
    hole: u64,
    after: Vec<u8>,
}

impl Read for Sparse {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = match self.position.checked_sub(self.hole) {
            None => {
                let count = buffer.len().min(usize::try_from(self.hole - self.position).unwrap());
                buffer[..count].fill(0);
                count
            }
            Some(start) => {
                let rest = self.after.get(usize::try_from(start).unwrap()..).unwrap_or_default();
                let count = buffer.len().min(rest.len());
                buffer[..count].copy_from_slice(&rest[..count]);
                count
            }
        };
        self.position += count as u64;
        Ok(count)
    }
}

impl Seek for Sparse {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let end = self.hole + self.after.len() as u64;
        let position = match to {
            SeekFrom::Start(position) => Some(position),
            SeekFrom::Current(by) => self.position.checked_add_signed(by),
            SeekFrom::End(by) => end.checked_add_signed(by),
        };
        self.position = position.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.position)
    }
}

#[test]
fn members_beyond_four_gibibytes() {
    for hole in [u64::from(u32::MAX) - 1, u32::MAX.into(), 5 << 30] {
        let header = Header { name: "chain.jsonl".to_owned(), crc: crc32fast::hash(b"{}"), length: 2, offset: hole };
        let mut after = [header.local(), b"{}".to_vec()].concat();
        let start = hole + after.len() as u64;
        let central = header.central();
        after.extend(&central);
        after.extend(archive::end(1, start, central.len() as u64));
        let mut archive = zip::ZipArchive::new(Sparse { position: 0, hole, after }).unwrap();
        let mut text = String::new();
        archive.by_name("chain.jsonl").unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(text, "{}");
    }
}
