//! Disks, permissions, and what else this machine has.

use std::{
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
};

use secrecy::ExposeSecret;

use super::Finding;
use crate::{command::speech::words, config::Config};

/// Less free room than this share of a disk, or than this many bytes, is worth a word.
const SCARCE_SHARE: u64 = 20;
const SCARCE_BYTES: u64 = 1 << 30;
/// Where Debian and others keep fonts, and how those that have Chinese are called.
const FONTS: [&str; 2] = ["/usr/share/fonts", "/usr/local/share/fonts"];
const CHINESE: [&str; 8] = ["cjk", "fang", "song", "ming", "sourcehan", "wenkai", "wqy", "simsun"];

pub(super) fn look(settings: Option<&Path>, config: &Config) -> Vec<Finding> {
    let database = config.database.url.expose_secret().strip_prefix("sqlite:").map(|path| {
        let path = path.trim_start_matches("//");
        PathBuf::from(path.split('?').next().unwrap_or(path))
    });
    let photos = config.photos.s3.is_none().then(|| config.photos.directory.clone());
    let mut findings: Vec<Finding> = database.iter().chain(&photos).filter_map(|path| room(path)).collect();
    findings.extend(database.iter().chain(&photos).filter_map(|path| private(path)));
    findings.extend(settings.and_then(private_settings));
    findings.extend(user(database.as_deref().or(photos.as_deref())));
    findings.push(fonts());
    findings
}

fn room(path: &Path) -> Option<Finding> {
    let disk = rustix::fs::statvfs(path).ok()?;
    let (free, all) = (disk.f_bavail.saturating_mul(disk.f_frsize), disk.f_blocks.saturating_mul(disk.f_frsize));
    let found = words!(DoctorRoom { path: path.display().to_string(), free: free >> 20, all: all >> 20 });
    let scarce = free < SCARCE_BYTES || free < all / SCARCE_SHARE;
    Some(if scarce { Finding::warn("disk", found, words!(DoctorMakeRoomInTime)) } else { Finding::ok("disk", found) })
}

/// Databases and photos are nobody else's to read.
fn private(path: &Path) -> Option<Finding> {
    let mode = fs::metadata(path).ok()?.permissions().mode() & 0o777;
    let name = path.display().to_string();
    Some(if mode & 0o077 == 0 {
        Finding::ok("permissions", words!(DoctorOwnersAlone { name }))
    } else {
        let advice = format!("chmod go= {name}");
        Finding::warn("permissions", words!(DoctorOthersMayRead { name, mode: format!("{mode:o}") }), advice)
    })
}

/// A settings file may hold secrets; then it is not for everybody.
fn private_settings(path: &Path) -> Option<Finding> {
    let mode = fs::metadata(path).ok()?.permissions().mode() & 0o777;
    let text = fs::read_to_string(path).ok()?;
    let secret = ["secret_access_key", "client_secret", "second_factor_key", "postgres://"];
    let holds =
        text.lines().any(|line| !line.trim_start().starts_with('#') && secret.iter().any(|name| line.contains(name)));
    (holds && mode & 0o007 != 0).then(|| {
        let name = path.display().to_string();
        let found = words!(DoctorSecretReadable { name: &name, mode: format!("{mode:o}") });
        Finding::warn("permissions", found, words!(DoctorHideSecret { name }))
    })
}

/// Files made by the wrong user are what servers stumble over most.
fn user(path: Option<&Path>) -> Option<Finding> {
    let owner = fs::metadata(path?).ok()?.uid();
    let own = fs::metadata("/proc/self").ok()?.uid();
    (own == 0 && owner != 0).then(|| {
        let path = path.unwrap_or(Path::new("")).display().to_string();
        Finding::warn("permissions", words!(DoctorRunsAsRoot { path, owner }), words!(DoctorRunAsServer))
    })
}

fn fonts() -> Finding {
    let found = FONTS.iter().any(|folder| has_chinese(Path::new(folder), 4));
    if found {
        Finding::ok("fonts", words!(DoctorFontFound))
    } else {
        Finding::warn("fonts", words!(DoctorNoFont), words!(DoctorInstallFont))
    }
}

fn has_chinese(folder: &Path, depth: u8) -> bool {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.into_iter().any(|entry| {
        let name = entry.file_name().to_string_lossy().to_lowercase();
        let directory = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if directory {
            depth > 0 && has_chinese(&entry.path(), depth - 1)
        } else {
            CHINESE.iter().any(|known| name.contains(known))
        }
    })
}
