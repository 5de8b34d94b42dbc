use super::*;

fn manifest(tables: Vec<TableFile>, objects: ListFile) -> Manifest {
    Manifest {
        format: FORMAT,
        version: "0.1.0".to_owned(),
        made_at: "2026-11-25T08:00:00Z".parse().unwrap(),
        migrations: vec!["m1".to_owned()],
        chain_head: "0:00".to_owned(),
        tables,
        objects,
        absent: vec![],
    }
}

fn written(folder: &Path) -> PathBuf {
    let writing = Writing::begin(folder, "2026-11-25T08:00:00Z".parse().unwrap()).unwrap();
    let mut rows = writing.table("person").unwrap();
    rows.push(&("一", 1)).unwrap();
    rows.push(&("二", 2)).unwrap();
    let rows = rows.finish().unwrap();
    assert_eq!(rows.count, 2);
    let key: ObjectKey = "photos/2026/a".parse().unwrap();
    writing.keep(&key, b"bytes").unwrap();
    let mut objects = writing.object_list().unwrap();
    let sha256 = Sha256Digest::from_bytes(Sha256::digest(b"bytes").into());
    objects.push(&ObjectEntry { key, content_type: "image/jpeg".to_owned(), byte_size: 5, sha256 }).unwrap();
    let objects = objects.finish().unwrap();
    let columns = vec![("name".to_owned(), "text".to_owned()), ("number".to_owned(), "integer".to_owned())];
    writing.finish(&manifest(vec![TableFile { name: "person".to_owned(), columns, rows }], objects)).unwrap()
}

#[test]
fn what_is_written_is_read_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = written(folder.path());
    for place in [folder.path(), &path] {
        let backup = Backup::open(place).unwrap();
        backup.check(&|| {}).unwrap();
        let rows: Vec<(String, i32)> = backup.table("person").unwrap().values().map(Result::unwrap).collect();
        assert_eq!(rows, [("一".to_owned(), 1), ("二".to_owned(), 2)]);
        let object = backup.objects().unwrap().next().unwrap().unwrap();
        assert_eq!(backup.object(&object).unwrap(), b"bytes");
    }
}

#[test]
fn one_that_is_dropped_before_its_end_is_none() {
    let folder = tempfile::tempdir().unwrap();
    let writing = Writing::begin(folder.path(), "2026-11-25T08:00:00Z".parse().unwrap()).unwrap();
    writing.table("person").unwrap().finish().unwrap();
    drop(writing);
    assert_eq!(finished(folder.path()).unwrap(), [] as [PathBuf; 0]);
    assert!(matches!(Backup::open(folder.path()), Err(BackupError::None(_))));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "only the folder of objects");
}

#[test]
fn another_form_is_told_before_anything_else() {
    let folder = tempfile::tempdir().unwrap();
    let path = written(folder.path());
    fs::write(path.join(MANIFEST), r#"{"format": 2, "else": "whatever"}"#).unwrap();
    assert!(matches!(Backup::open(&path), Err(BackupError::Format(2))));
}

#[test]
fn a_list_that_names_a_place_outside_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = written(folder.path());
    let line = br#"{"key":"../../etc/passwd","contentType":"a/b","byteSize":1,"sha256":"00"}"#;
    let mut out = GzEncoder::new(File::create(path.join(OBJECT_LIST)).unwrap(), Compression::fast());
    out.write_all(line).unwrap();
    out.finish().unwrap();
    let read = Backup::open(&path).unwrap().objects().unwrap().next().unwrap();
    assert!(matches!(read, Err(BackupError::Line(_, 1, _))), "{read:?}");
}

#[test]
fn two_of_one_second_do_not_overwrite_each_other() {
    let folder = tempfile::tempdir().unwrap();
    written(folder.path());
    let second = Writing::begin(folder.path(), "2026-11-25T08:00:00Z".parse().unwrap());
    assert!(matches!(second, Err(BackupError::File(..))), "{second:?}");
}
