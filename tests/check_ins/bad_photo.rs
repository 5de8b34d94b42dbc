//! Photos that are no pictures, show nothing, say what can't be read, or bring servers down: the check-in stays on record,
//! and where the photo can't speak for it, a person looks at it.

use crate::support::{
    BEARING_PARK,
    Backend::{self, Postgres, Sqlite},
    Draft,
    Role::Leader,
    Socket, TestServer, balanced, hold_photos, photo as picture,
};
use bytes::Bytes;
use chrono::TimeDelta;
use inspection::apart;
use jpeg_encoder::{ColorType, Encoder};
use rstest::rstest;
use serde_json::{Value, json};
use server::{app::INSPECTION_LEASE, clock::Source};

/// A whole picture, whose frame says that it is 50,000 pixels wide and high.
fn enormous() -> Bytes {
    let mut jpeg = picture(1).to_vec();
    let frame = jpeg.windows(2).position(|marker| marker == [0xff, 0xc0]).unwrap();
    jpeg[frame + 5..frame + 9].copy_from_slice(&[0xc3, 0x50, 0xc3, 0x50]);
    jpeg.into()
}

type Paint = fn(u32, u32) -> [u8; 3];

/// Squares of eight pixels in many shades.
fn patchwork(x: u32, y: u32) -> [u8; 3] {
    let shade = |factor: u32| u8::try_from((x / 8 * 37 + y / 8 * 101 + x / 8 * (y / 8) * factor) % 256).unwrap();
    [shade(13), shade(29), shade(53)]
}

fn pixels(width: u32, height: u32, paint: Paint) -> Vec<u8> {
    (0..height).flat_map(|y| (0..width).flat_map(move |x| paint(x, y))).collect()
}

fn jpeg(width: u16, height: u16, paint: Paint) -> Bytes {
    let mut file = Vec::new();
    let pixels = pixels(width.into(), height.into(), paint);
    Encoder::new(&mut file, 90).encode(&pixels, width, height, ColorType::Rgb).unwrap();
    file.into()
}

fn heic(width: u32, height: u32, paint: Paint) -> Bytes {
    heifer::encode_rgb8(width, height, &pixels(width, height, paint), &heifer::EncodeOptions::default()).unwrap().into()
}

/// 72 bytes that say of themselves that they are a HEIC of 256 pixels a side.
fn heic_of_headers() -> Bytes {
    let boxed =
        |kind: &[u8; 4], body: &[u8]| [&u32::try_from(body.len() + 8).unwrap().to_be_bytes()[..], kind, body].concat();
    let size = boxed(b"ispe", &[0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0]);
    let meta = boxed(b"meta", &[&[0; 4][..], &boxed(b"iprp", &boxed(b"ipco", &size))].concat());
    let file = [boxed(b"ftyp", b"heic\0\0\0\0mif1heic"), meta].concat();
    assert_eq!(file.len(), 72);
    file.into()
}

fn cut_short() -> Bytes {
    let whole = picture(1);
    whole.slice(..whole.len() / 2)
}

#[rstest]
#[case::web_page(
    Bytes::from_static(b"<!DOCTYPE html><script>alert(1)</script>"),
    "the file is neither a JPEG nor a PNG nor a HEIC"
)]
#[case::cut_short(cut_short(), "the file ends before the picture does")]
#[case::enormous(enormous(), "the picture is 50000 × 50000 pixels, more than can be looked at")]
#[case::heic_of_headers(heic_of_headers(), "the picture can't be decoded")]
#[case::half_a_heic(heic(96, 64, patchwork).slice(..700), "the file ends before the picture does")]
#[tokio::test]
async fn a_photo_that_is_no_picture_is_for_a_person(
    #[case] bytes: Bytes,
    #[case] problem: &str,
    #[values(Sqlite, Postgres)] backend: Backend,
) {
    let server = TestServer::on(backend).await;
    let seen = inspected(&server, &bytes, 0).await;
    assert_eq!(seen["verdict"], "NEEDS_REVIEW");
    assert_eq!(readable(&seen), "UNKNOWN");
    assert_eq!(seen["photos"], json!([{ "state": "INTACT", "problem": problem, "renditionUrl": null }]));
    assert_eq!(server.as_(Leader).tally(&server.project(BEARING_PARK)).await, [0, 1, 0]);
    balanced(&server).await;
}

/// All of one colour, or one pixel: a file without fault that shows nothing.
#[rstest]
#[case::grey_jpeg(jpeg(64, 64, |_, _| [128; 3]))]
#[case::black_jpeg(jpeg(64, 64, |_, _| [0; 3]))]
#[case::one_pixel(jpeg(1, 1, |_, _| [200, 10, 10]))]
#[case::grey_heic(heic(96, 64, |_, _| [128; 3]))]
#[case::one_pixel_heic(heic(1, 1, |_, _| [200, 10, 10]))]
#[tokio::test]
async fn a_photo_that_shows_nothing_is_for_a_person(
    #[case] bytes: Bytes,
    #[values(Sqlite, Postgres)] backend: Backend,
) {
    let server = TestServer::on(backend).await;
    let seen = inspected(&server, &bytes, 0).await;
    assert_eq!((&seen["verdict"], readable(&seen)), (&json!("NEEDS_REVIEW"), "UNKNOWN"));
    let photo = &seen["photos"][0];
    assert_eq!((&photo["state"], &photo["problem"]), (&json!("INTACT"), &Value::Null));
    assert!(photo["renditionUrl"].is_string(), "a person has to be able to look: {photo}");
    balanced(&server).await;
}

#[rstest]
#[tokio::test]
async fn a_heic_is_looked_at_like_any_photo(#[values(Sqlite, Postgres)] backend: Backend) {
    // As `onsite serve` has it: decoded in a process of its own.
    apart::run_by(env!("CARGO_BIN_EXE_onsite").into());
    let server = TestServer::on(backend).await;
    let seen = inspected(&server, &heic(96, 64, patchwork), 0).await;
    assert_eq!((&seen["verdict"], readable(&seen)), (&json!("VERIFIED"), "PASS"));
    assert!(seen["photos"][0]["renditionUrl"].is_string());
    // The same picture, saved as JPEG and sent with a visit of next week.
    server.clock.advance(TimeDelta::days(7));
    let again = inspected(&server, &jpeg(96, 64, patchwork), 0).await;
    assert_eq!((&again["verdict"], outcome(&again, "PHOTO_SIMILAR")), (&json!("NEEDS_REVIEW"), Some("REVIEW")));
}

fn signed(parts: [(i32, i32); 3]) -> exif::Value {
    exif::Value::SRational(parts.map(|(num, denom)| exif::SRational { num, denom }).to_vec())
}

/// A photo whose EXIF places it so many degrees north of the site, in signed numbers, as some phones write it.
fn placed(latitude: [(i32, i32); 3]) -> Bytes {
    let fields = [
        (exif::Tag::GPSLatitudeRef, exif::Value::Ascii(vec![b"N".to_vec()])),
        (exif::Tag::GPSLatitude, signed(latitude)),
        (exif::Tag::GPSLongitudeRef, exif::Value::Ascii(vec![b"E".to_vec()])),
        (exif::Tag::GPSLongitude, signed([(122, 1), (0, 1), (0, 1)])),
    ];
    let fields = fields.map(|(tag, value)| exif::Field { tag, ifd_num: exif::In::PRIMARY, value });
    let mut writer = exif::experimental::Writer::new();
    fields.iter().for_each(|field| writer.push_field(field));
    let mut block = std::io::Cursor::new(Vec::new());
    writer.write(&mut block, false).unwrap();
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, 90);
    encoder.add_exif_metadata(&block.into_inner()).unwrap();
    encoder.encode(&pixels(96, 64, patchwork), 96, 64, ColorType::Rgb).unwrap();
    file.into()
}

#[rstest]
#[case::on_the_site([(39, 1), (37, 1), (12, 1)], "VERIFIED", Some("PASS"), None)]
#[case::twenty_two_kilometres_away([(39, 1), (49, 1), (12, 1)], "NEEDS_REVIEW", Some("REVIEW"), None)]
#[case::unreadable([(39, 1), (37, 0), (12, 1)], "VERIFIED", None, Some("REVIEW"))]
#[tokio::test]
async fn a_position_in_signed_numbers_is_read_and_one_that_cannot_be_is_a_hint(
    #[case] latitude: [(i32, i32); 3],
    #[case] verdict: &str,
    #[case] position: Option<&str>,
    #[case] hint: Option<&str>,
) {
    let server = TestServer::on(Sqlite).await;
    let seen = inspected(&server, &placed(latitude), 0).await;
    let found = [outcome(&seen, "PHOTO_POSITION"), outcome(&seen, "PHOTO_ORIGIN")];
    assert_eq!((&seen["verdict"], found), (&json!(verdict), [position, hint]));
    if hint.is_some() {
        let findings = seen["assessment"]["findings"].as_array().unwrap();
        let origin = findings.iter().find(|finding| finding["code"] == "PHOTO_ORIGIN").unwrap();
        assert_eq!(origin["en"], "A photo has an EXIF position that can't be read. This is a hint only.");
        assert_eq!(origin["zh"], "照片带有 EXIF 位置，但无法读取，仅供参考。");
    }
}

#[rstest]
#[case::twice(2, "VERIFIED", "PASS", Value::Null)]
#[case::three_times(3, "NEEDS_REVIEW", "UNKNOWN", json!("looking at it brings servers down"))]
#[tokio::test]
async fn a_photo_that_brought_servers_down_is_tried_three_times(
    #[case] crashes: i32,
    #[case] verdict: &str,
    #[case] outcome: &str,
    #[case] problem: Value,
    #[values(Sqlite, Postgres)] backend: Backend,
) {
    let server = TestServer::on(backend).await;
    let seen = inspected(&server, &picture(1), crashes).await;
    assert_eq!((&seen["verdict"], readable(&seen)), (&json!(verdict), outcome));
    assert_eq!((&seen["photos"][0]["state"], &seen["photos"][0]["problem"]), (&json!("INTACT"), &problem));
    balanced(&server).await;
}

/// A leader's check-in with this photo, once inspected by this server; others that tried before it died.
async fn inspected(server: &TestServer, bytes: &Bytes, crashes: i32) -> Value {
    let leader = server.as_(Leader);
    let mut socket = Socket::of(server, Leader).await;
    socket.follow_judgements().await;
    let photo_id = leader.uploaded(bytes).await;
    hold_photos(server, server.clock.now() + INSPECTION_LEASE, crashes).await;
    let check_in = leader.checked_in(&Draft::at(server, BEARING_PARK).with("/photoIds", json!([photo_id]))).await;
    assert_eq!(check_in["verdict"], "PENDING_EVIDENCE");
    server.clock.advance(INSPECTION_LEASE + TimeDelta::seconds(1));
    server.app().inspect_waiting().await.unwrap();
    socket.next_inspected().await;
    let query = "query($id: ID!) { checkIn(id: $id) { verdict photos { state problem renditionUrl(size: SMALL) }
        assessment { findings { code outcome zh: sentence en: sentence(language: EN) } } } }";
    leader.ask(query, json!({ "id": check_in["id"] })).await.at("/checkIn").clone()
}

/// The outcome of `PHOTO_READABLE`.
fn readable(check_in: &Value) -> &str {
    outcome(check_in, "PHOTO_READABLE").unwrap_or_else(|| panic!("not found: {check_in:#}"))
}

/// The outcome of a rule, if it found anything.
fn outcome<'a>(check_in: &'a Value, code: &str) -> Option<&'a str> {
    let findings = check_in["assessment"]["findings"].as_array().unwrap();
    findings.iter().find(|finding| finding["code"] == code).and_then(|finding| finding["outcome"].as_str())
}
