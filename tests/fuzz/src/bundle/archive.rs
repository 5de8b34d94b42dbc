//! ZIP archives as bundles are, read and written a second time, for a check that is not the server's own.

/// A member's name and bytes.
pub(super) type MemberBytes = (String, Vec<u8>);

const LOCAL: &[u8] = b"PK\x03\x04";
const HEADER_BYTES: usize = 30;

/// The members up to the directory, whatever their headers say beyond lengths.
pub(super) fn members(archive: &[u8]) -> Option<Vec<MemberBytes>> {
    let mut members = Vec::new();
    let mut rest = archive;
    while rest.starts_with(LOCAL) {
        let (header, after) = rest.split_at_checked(HEADER_BYTES)?;
        let length = u32::from_le_bytes(header[18..22].try_into().ok()?);
        let name_length = u16::from_le_bytes(header[26..28].try_into().ok()?);
        let (name, after) = after.split_at_checked(name_length.into())?;
        let (bytes, after) = after.split_at_checked(usize::try_from(length).ok()?)?;
        members.push((String::from_utf8(name.to_vec()).ok()?, bytes.to_vec()));
        rest = after;
    }
    Some(members)
}

/// The archive of these members, none of 4 GiB.
pub(super) fn of(members: &[MemberBytes]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut directory = Vec::new();
    for (name, bytes) in members {
        let offset = narrow(out.len()).to_le_bytes();
        let length = narrow(bytes.len()).to_le_bytes();
        // Version, flags, method, time, date (1980-01-01), checksum, both lengths, the name's length, no extra field.
        let shared = [
            &[10, 0, 0, 0, 0, 0, 0, 0, 0x21, 0][..],
            &crc32fast::hash(bytes).to_le_bytes(),
            &length,
            &length,
            &u16::try_from(name.len()).unwrap_or(u16::MAX).to_le_bytes(),
            &[0, 0],
        ]
        .concat();
        out.extend([LOCAL, &shared, name.as_bytes(), bytes].concat());
        directory.extend([b"PK\x01\x02\x0a\0", &shared[..], &[0; 10], &offset, name.as_bytes()].concat());
    }
    let count = u16::try_from(members.len()).unwrap_or(u16::MAX).to_le_bytes();
    let (start, length) = (narrow(out.len()).to_le_bytes(), narrow(directory.len()).to_le_bytes());
    out.extend(directory);
    out.extend([b"PK\x05\x06\0\0\0\0", &count[..], &count, &length, &start, &[0, 0]].concat());
    out
}

fn narrow(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
