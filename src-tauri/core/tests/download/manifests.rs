//! Every manifest of the row against every manifest of the folder.

use selvage_core::download::DownloadError;
use selvage_core::jobs::JobEnd;
use selvage_core::library::LocalDumpState;
use selvage_testing::ends::unsound;
use selvage_testing::sample;
use selvage_testing::scene::Scene;
use serde_json::{Value, json};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Says {
    Right,
    Nothing,
    Null,
    NoJson,
    NoDigest,
    OtherDigest,
    OtherSize,
    OtherFile,
    Escaping,
}

const ALL: [Says; 9] = [
    Says::Right,
    Says::Nothing,
    Says::Null,
    Says::NoJson,
    Says::NoDigest,
    Says::OtherDigest,
    Says::OtherSize,
    Says::OtherFile,
    Says::Escaping,
];

fn document(says: Says, right: &Value) -> Option<Value> {
    let mut document = right.clone();
    match says {
        Says::Right => {}
        Says::Nothing => return None,
        Says::Null => document = Value::Null,
        Says::NoJson => document = json!("a text"),
        Says::NoDigest => document["sha256"] = json!("none"),
        Says::OtherDigest => document["sha256"] = json!("cd".repeat(32)),
        Says::OtherSize => document["sizeBytes"] = json!(right["sizeBytes"].as_u64().unwrap() + 1),
        Says::OtherFile => document["filename"] = json!("weavestream-postgres-2020-01-01T00-00-00Z.dump"),
        Says::Escaping => document["filename"] = json!("weavestream-postgres-../../evil.dump"),
    }
    Some(document)
}

#[tokio::test(start_paused = true)]
async fn verified_needs_one_that_is_right_and_none_that_disagrees() {
    for row in ALL {
        for sidecar in ALL {
            let scene = Scene::with_dump(sample::dump(9_000, 3));
            let right = scene.run.manifest.clone().unwrap();
            scene.database.with(|tables| tables.runs[0].manifest = document(row, &right));
            let name = scene.dump().manifest();
            scene.host.change(|state| match (sidecar, document(sidecar, &right)) {
                (_, None) => drop(state.files.remove(&name)),
                (Says::NoJson, Some(_)) => state.put(&name, "{ torn"),
                (_, Some(document)) => state.put(&name, document.to_string()),
            });
            let end = scene.download().await;
            scene.check_nothing_false().await;
            let none = [Says::Nothing, Says::Null];
            let provable = match (row, sidecar) {
                (Says::Right, Says::Right | Says::Nothing) => true,
                (row, Says::Right) => none.contains(&row),
                _ => false,
            };
            assert_eq!(end == JobEnd::Done, provable, "row {row:?}, sidecar {sidecar:?}: {end:?}");
            if provable {
                scene.check_held().await;
            } else {
                assert!(matches!(end, JobEnd::Unsound(_)), "row {row:?}, sidecar {sidecar:?}: {end:?}");
                assert!(scene.file(&scene.name()).is_none());
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_dump_without_manifest_is_brought_and_called_unverified() {
    let scene = Scene::with_dump(sample::dump(9_000, 3));
    scene.database.with(|tables| tables.runs[0].manifest = None);
    scene.host.change(|state| state.files.remove(&scene.dump().manifest()));
    let end = scene.download().await;
    let Some(DownloadError::NoUsableManifest { kept_as, .. }) = unsound(&end) else { panic!("{end:?}") };
    assert!(kept_as.ends_with(".dump.unverified"), "{kept_as}");
    assert_eq!(scene.file(&format!("{}.unverified", scene.name())).as_deref(), Some(scene.truth.as_slice()));
    assert_eq!(scene.copies().await[0].state, LocalDumpState::Unverified);
}

#[tokio::test(start_paused = true)]
async fn a_sidecar_alone_must_agree_with_the_size_in_the_row() {
    let scene = Scene::with_dump(sample::dump(9_000, 3));
    scene.database.with(|tables| {
        tables.runs[0].manifest = None;
        tables.runs[0].size = Some(12_345);
    });
    let end = scene.download().await;
    assert!(matches!(unsound(&end), Some(DownloadError::NoUsableManifest { .. })), "{end:?}");
}

#[tokio::test(start_paused = true)]
async fn a_verified_copy_survives_a_manifest_that_went_missing_on_the_host() {
    let scene = Scene::with_dump(sample::dump(9_000, 3));
    assert_eq!(scene.download().await, JobEnd::Done);
    scene.database.with(|tables| tables.runs[0].manifest = None);
    scene.host.change(|state| state.files.remove(&scene.dump().manifest()));
    scene.download().await;
    scene.check_nothing_false().await;
    assert_eq!(scene.file(&scene.name()).as_deref(), Some(scene.truth.as_slice()), "the proved copy is gone");
}

#[tokio::test(start_paused = true)]
async fn a_verified_copy_survives_a_manifest_that_lies() {
    let scene = Scene::with_dump(sample::dump(9_000, 3));
    assert_eq!(scene.download().await, JobEnd::Done);
    let right = scene.run.manifest.clone().unwrap();
    let lying = document(Says::OtherDigest, &right).unwrap();
    scene.database.with(|tables| tables.runs[0].manifest = Some(lying.clone()));
    scene.host.change(|state| state.put(&scene.dump().manifest(), lying.to_string()));
    let end = scene.download().await;
    assert!(matches!(end, JobEnd::Unsound(_)), "{end:?}");
    let kept = scene.library.files(&scene.folder());
    assert!(kept.values().any(|bytes| bytes == scene.truth.as_ref()), "the proved copy is gone: {:?}", kept.keys());
    scene.check_nothing_false().await;
}
