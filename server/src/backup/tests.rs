//! A backup comes back as it was, or not at all.

use std::{
    fs::{self, File},
    path::PathBuf,
};

use app::protocol::Timestamp;
use tempfile::TempDir;

use super::*;
use crate::store::{
    FeedStore as _,
    sqlite::{SqliteOptions, SqliteStore},
};

/// A data folder with a closed database, and its backup.
async fn backed_up() -> (TempDir, PathBuf, Manifest) {
    let folder = TempDir::new().unwrap();
    let database = folder.path().join("data/magpie.db");
    let store = SqliteStore::open(&database, SqliteOptions::default(), Timestamp(1)).unwrap();
    store.close().await;
    let file = folder.path().join("backup.tar");
    let manifest = make(&database, &file, Timestamp(5_000)).unwrap();
    (folder, file, manifest)
}

fn sentence<T: std::fmt::Debug>(outcome: Result<T, BackupError>) -> String {
    outcome.unwrap_err().to_string()
}

#[tokio::test]
async fn a_backup_is_checked_and_restored_under_a_new_epoch() {
    let (folder, file, manifest) = backed_up().await;
    let mut left: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    left.sort();
    assert_eq!(left, ["backup.tar", "data"], "nothing is left of the work");
    verify(&file).unwrap();
    let data = folder.path().join("restored");
    let epoch = restore(&file, &data).unwrap();
    assert_ne!(epoch, manifest.epoch);
    let store = SqliteStore::open(&data.join("magpie.db"), SqliteOptions::default(), Timestamp(1)).unwrap();
    assert_eq!(store.epoch(), epoch);
    store.close().await;
}

#[tokio::test]
async fn nothing_is_overwritten() {
    let (folder, file, _) = backed_up().await;
    let before = fs::read(&file).unwrap();
    let again = make(&folder.path().join("data/magpie.db"), &file, Timestamp(6_000));
    assert!(sentence(again).contains("exists already"));
    assert_eq!(fs::read(&file).unwrap(), before);
    assert!(sentence(restore(&file, &folder.path().join("data"))).contains("not empty"));
}

#[cfg(unix)]
#[tokio::test]
async fn only_its_owner_may_read_a_backup() {
    use std::os::unix::fs::PermissionsExt as _;
    let (_folder, file, _) = backed_up().await;
    assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
}

#[tokio::test]
async fn a_backup_that_was_altered_is_refused_wherever_it_was() {
    let (folder, file, _) = backed_up().await;
    let whole = fs::read(&file).unwrap();
    let altered = folder.path().join("altered.tar");
    let (text, data) = (600, whole.len() - 5_000);
    for at in [text, 2_000, data] {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x20;
        fs::write(&altered, bytes).unwrap();
        verify(&altered).unwrap_err();
    }
    for length in [whole.len() - 8_000, 700, 512, 100, 0] {
        fs::write(&altered, &whole[..length]).unwrap();
        verify(&altered).unwrap_err();
    }
    let target = folder.path().join("restored");
    fs::write(&altered, &whole[..whole.len() - 8_000]).unwrap();
    restore(&altered, &target).unwrap_err();
    assert_eq!(
        fs::read_dir(&target).unwrap().count(),
        0,
        "nothing half restored is left"
    );
}

#[tokio::test]
async fn what_is_no_backup_or_a_newer_one_is_named() {
    let (folder, file, manifest) = backed_up().await;
    let other = folder.path().join("other");
    fs::write(&other, "Dear diary, ".repeat(1_000)).unwrap();
    assert!(sentence(verify(&other)).contains("no backup"));
    assert!(sentence(verify(&folder.path().join("nowhere"))).contains("cannot read"));

    let parts = TempDir::new().unwrap();
    archive::read(&File::open(&file).unwrap(), parts.path()).unwrap();
    let rewrite = |manifest: &Manifest| {
        archive::write(&File::create(&other).unwrap(), manifest, parts.path()).unwrap();
        sentence(verify(&other))
    };
    let newer = Manifest {
        format: 2,
        ..manifest.clone()
    };
    assert!(rewrite(&newer).contains("newer version"));
    let mut another = manifest.clone();
    another.epoch = app::protocol::Epoch("another".to_owned());
    assert!(rewrite(&another).contains("another than its manifest says"));
}

#[test]
fn no_part_leads_out_of_the_data_folder() {
    let part = |name: &str| Part {
        name: name.to_owned(),
        bytes: 0,
        sha256: String::new(),
    };
    for inside in ["magpie.db", "files/ab/cd"] {
        assert!(part(inside).is_inside(), "{inside}");
    }
    for outside in [
        "",
        "/etc/passwd",
        "../magpie.db",
        "files/../../magpie.db",
        "./magpie.db",
    ] {
        assert!(!part(outside).is_inside(), "{outside}");
    }
}

#[tokio::test]
async fn a_bare_database_is_restored_too() {
    let (folder, _, _) = backed_up().await;
    let database = folder.path().join("data/magpie.db");
    verify(&database).unwrap();
    let data = folder.path().join("restored");
    restore(&database, &data).unwrap();
    assert!(data.join("magpie.db").exists());

    let mut bytes = fs::read(&database).unwrap();
    let middle = bytes.len() / 2 / 4_096 * 4_096;
    bytes[middle..middle + 2_000].fill(0xEE);
    let damaged = folder.path().join("damaged.db");
    fs::write(&damaged, bytes).unwrap();
    assert!(matches!(verify(&damaged), Err(BackupError::Damaged(_))));
}
