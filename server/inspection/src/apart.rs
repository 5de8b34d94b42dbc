//! Decoding a picture in a process of its own, which can't use more than its share of time and memory, nor take the
//! server down with it.

use std::{
    io::{Read, Write},
    path::PathBuf,
    process::Stdio,
    sync::OnceLock,
    time::Duration,
};

use bytes::Bytes;
use image::RgbImage;
use rlimit::Resource;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    process::Command,
};

use crate::{Decoded, InspectionError, InspectionLimits, decode};

/// The subcommand that does it.
pub const SUBCOMMAND: &str = "decode-picture";

/// Memory of the process, bytes: twice what decoding may allocate, for the program itself has its share.
const MEMORY: u64 = 2 << 30;
/// Seconds of processor time; the largest picture takes five.
const PROCESSOR_S: u64 = 20;
/// Seconds on the wall, for a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(45);
/// Width and height of the whole, and of what is handed back.
const HEADER: usize = 16;
/// More pixels are never handed back: nothing larger is shown.
const MOST_PIXELS: usize = 1600 * 1600;

static PROGRAM: OnceLock<PathBuf> = OnceLock::new();

/// Has pictures decoded by this program from now on. Without one, as in tests that have a server in their own process,
/// they are decoded in the process that asks.
pub fn run_by(program: PathBuf) {
    let _ = PROGRAM.set(program);
}

/// Decodes a picture in a process of its own; `None` where there is no program for it.
///
/// # Errors
/// That it can't be decoded within the limits.
pub async fn decode_apart(bytes: Bytes) -> Option<Result<Decoded, InspectionError>> {
    let program = PROGRAM.get()?;
    let decoded = tokio::time::timeout(PATIENCE, handed_back(program, &bytes)).await;
    Some(decoded.ok().and_then(Result::ok).flatten().ok_or(InspectionError::Undecodable))
}

async fn handed_back(program: &PathBuf, bytes: &[u8]) -> std::io::Result<Option<Decoded>> {
    let mut child = Command::new(program)
        .arg(SUBCOMMAND)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
    let given = async {
        if let Some(mut stdin) = stdin {
            stdin.write_all(bytes).await?;
        }
        Ok::<_, std::io::Error>(())
    };
    let mut answer = Vec::new();
    let taken = async {
        if let Some(stdout) = stdout {
            let most = u64::try_from(HEADER + 3 * MOST_PIXELS).unwrap_or(u64::MAX);
            stdout.take(most).read_to_end(&mut answer).await?;
        }
        Ok::<_, std::io::Error>(())
    };
    // A child that gives up before it has read all is answered by its exit code.
    let (_given, taken) = tokio::join!(given, taken);
    taken?;
    let done = child.wait().await?.success();
    Ok(done.then(|| unpacked(&answer)).flatten())
}

/// What the subcommand does: reads a file from standard input, and writes its picture to standard output.
///
/// # Errors
/// That the picture can't be decoded, or the process be bounded.
pub fn serve_one() -> std::io::Result<()> {
    for (resource, limit) in
        [(Resource::AS, MEMORY), (Resource::CPU, PROCESSOR_S), (Resource::CORE, 0), (Resource::FSIZE, 0)]
    {
        rlimit::setrlimit(resource, limit, limit)?;
    }
    let limits = InspectionLimits::default();
    let most = u64::try_from(limits.max_bytes).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    std::io::stdin().lock().take(most).read_to_end(&mut bytes)?;
    let decoded = decode(&bytes, &limits).map_err(std::io::Error::other)?;
    let mut out = std::io::stdout().lock();
    out.write_all(&packed(&decoded))?;
    out.flush()
}

fn packed(decoded: &Decoded) -> Vec<u8> {
    let (width, height) = decoded.size;
    let sides = [width, height, decoded.picture.width(), decoded.picture.height()];
    let mut out: Vec<u8> = sides.into_iter().flat_map(u32::to_be_bytes).collect();
    out.extend_from_slice(decoded.picture.as_raw());
    out
}

fn unpacked(answer: &[u8]) -> Option<Decoded> {
    let (sides, pixels) = answer.split_at_checked(HEADER)?;
    let [width, height, across, down]: [u32; 4] =
        sides.as_chunks().0.iter().map(|side| u32::from_be_bytes(*side)).collect::<Vec<_>>().try_into().ok()?;
    let picture = RgbImage::from_raw(across, down, pixels.to_vec())?;
    (width > 0 && height > 0).then_some(Decoded { size: (width, height), picture })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_handed_back_is_what_was_decoded() {
        let pixels: Vec<u8> = (0..36).collect();
        let decoded = Decoded { size: (4000, 3000), picture: RgbImage::from_raw(4, 3, pixels).unwrap() };
        let mut answer = packed(&decoded);
        assert_eq!(unpacked(&answer), Some(decoded));
        answer.pop();
        assert_eq!(unpacked(&answer), None);
        assert_eq!(unpacked(&[0; 3]), None);
    }
}
