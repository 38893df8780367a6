//! Emergency kits against fakes: what is written opens, and what was tampered with does not.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use selvage_core::deployment::DeploymentStore as _;
use selvage_core::vault::KitStore as _;
use std::path::Path;

use selvage_core::Secret;
use selvage_core::base::Problem;
use selvage_core::base::RequestError;
use selvage_core::kit::{KitError, Kits, unseal};
use selvage_core::overview::{Seen, overview};
use selvage_core::ports::{Clock, LibraryError, LinkError};
use selvage_core::vault::{EnvSource, VaultError};
use selvage_testing::keyring::Mood;
use selvage_testing::library::DiskFault;
use selvage_testing::sample;
use selvage_testing::scene::Scene;

const WORDS: &str = "otter-plaza-mango-quilt-seven-drum";

fn passphrase() -> Secret {
    Secret::new(WORDS.to_owned())
}

fn usb() -> &'static Path {
    Path::new("/media/usb")
}

async fn scene() -> (Scene, Kits) {
    let scene = Scene::with_dump(sample::dump(3_000, 1));
    scene.store.save_deployment(&scene.deployment).await.unwrap();
    // The stick is plugged in, and holds other things.
    scene.library.put(usb(), "holiday.jpg", Some(vec![1]));
    let now = scene.clock.now();
    scene.host.change(|host| host.env.put(format!("{}DATA_DIR=/srv/ws\n", sample::env_file(1, "a", "")), now));
    let kits = Kits { vault: scene.vault() };
    kits.vault.capture(&scene.deployment).await.unwrap();
    (scene, kits)
}

async fn write(scene: &Scene, kits: &Kits) -> Result<selvage_core::kit::KitWritten, Problem> {
    kits.write(&scene.deployment, usb(), passphrase(), false).await
}

fn files(scene: &Scene) -> Vec<String> {
    scene.library.files(usb()).into_keys().filter(|name| name != "holiday.jpg").collect()
}

#[tokio::test]
async fn a_kit_holds_all_that_is_needed_and_a_sheet_without_secrets() {
    let (scene, kits) = scene().await;
    scene.download().await;
    let written = write(&scene, &kits).await.unwrap();
    assert_eq!(written.kit, "/media/usb/selvage-kit-acme-v1-2026-10-22.age");
    let sealed = scene.library.file(usb(), "selvage-kit-acme-v1-2026-10-22.age").unwrap();
    let contents = unseal(&sealed, &passphrase(), "kit").unwrap();
    assert_eq!(contents.env.as_slice(), format!("{}DATA_DIR=/srv/ws\n", sample::env_file(1, "a", "")).as_bytes());
    let files: Vec<_> = contents.files.iter().map(|file| (file.name.as_str(), file.bytes.as_slice())).collect();
    assert_eq!(files, [("compose.yml", b"services: {}\n".as_slice())]);
    assert_eq!((contents.facts.env_version, contents.facts.deployment.clone()), (1, scene.deployment.clone()));
    let sheet =
        String::from_utf8(scene.library.file(usb(), "selvage-kit-acme-v1-2026-10-22-recovery-sheet.html").unwrap())
            .unwrap();
    assert_eq!(sheet, contents.sheet, "the paper is in the kit as well");
    for told in [
        "age --decrypt selvage-kit-acme-v1-2026-10-22.age | tar --extract",
        "deploy@ws1",
        "/opt/weavestream",
        "/srv/ws/files",
        "pg_restore --clean --if-exists --no-owner --no-acl",
        &scene.name(),
        &sample::sha256(&scene.truth).to_string(),
        "Never use those keys",
    ] {
        assert!(sheet.contains(told), "the sheet does not tell {told}");
    }
    for secret in [sample::env_key(1), "planted".into(), sample::env_key(901), WORDS.into()] {
        assert!(!sheet.contains(&secret) && !String::from_utf8_lossy(&sealed).contains(&secret));
    }
    let kept = scene.store.kits(scene.deployment.id).await.unwrap();
    assert_eq!((kept[0].version, kept[0].path.as_str(), kept[0].compose), (1, written.kit.as_str(), true));
    let again = write(&scene, &kits).await.unwrap();
    assert_eq!(again.kit, "/media/usb/selvage-kit-acme-v1-2026-10-22-2.age", "an older one is never overwritten");
}

#[tokio::test]
async fn names_of_the_sheet_are_text_and_never_html() {
    let (mut scene, kits) = scene().await;
    scene.deployment.name = "<script>alert(1)</script> & \"Sons\"".into();
    write(&scene, &kits).await.unwrap();
    let sheet = scene.library.files(usb()).into_iter().find(|(name, _)| name.contains("recovery-sheet")).unwrap().1;
    let sheet = String::from_utf8(sheet).unwrap();
    assert!(
        !sheet.contains("<script") && sheet.contains("&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;Sons&quot;")
    );
}

#[tokio::test]
async fn a_kit_that_is_older_than_the_vault_is_told() {
    let (scene, kits) = scene().await;
    let watch = selvage_core::watch::Watch {
        links: kits.vault.links.clone(),
        vault: kits.vault.clone(),
        store: scene.store.clone(),
        clock: scene.clock.clone(),
        notifier: scene.notices.clone(),
    };
    let told = async || {
        let seen = watch.refresh(&scene.deployment).await.unwrap();
        let status = kits.vault.status(scene.deployment.id).await.unwrap();
        let dumps = scene.local_dumps().await;
        let known = Seen { observation: Some(&seen), dumps: &dumps, vault: &status, records: &[] };
        let page = overview(&scene.deployment, &known, None, &scene.moment());
        let titles: Vec<_> = page.findings.into_iter().map(|item| item.title).collect();
        titles.into_iter().find(|title| title.contains("kit"))
    };
    assert_eq!(told().await.as_deref(), Some("No emergency kit has been written"));
    write(&scene, &kits).await.unwrap();
    assert_eq!(told().await, None);
    let now = scene.clock.now();
    scene.host.change(|host| host.env.put(sample::env_file(2, "b", ""), now));
    kits.vault.capture(&scene.deployment).await.unwrap();
    let old = "The emergency kit has version 1, the vault has version 2";
    assert_eq!(told().await.as_deref(), Some(old));
    let view = kits.vault.view(&scene.deployment, None, false).await.unwrap();
    assert!(view.kit.unwrap().old);
}

#[tokio::test]
async fn on_a_new_laptop_a_kit_is_the_deployment_again() {
    let (scene, kits) = scene().await;
    let written = write(&scene, &kits).await.unwrap();
    let file = Path::new(&written.kit);
    let elsewhere = Scene { library: scene.library.clone(), ..Scene::with_dump(sample::dump(3_000, 2)) };
    let new = Kits { vault: elsewhere.vault() };
    let imported = new.import(file, passphrase(), None).await.unwrap();
    assert!(imported.added && imported.captured.new);
    assert_eq!(elsewhere.store.deployments().await.unwrap(), std::slice::from_ref(&scene.deployment));
    let version = new.vault.newest(scene.deployment.id).await.unwrap().unwrap();
    assert_eq!(version.source, EnvSource::Kit { path: written.kit.clone() });
    let again = new.import(file, passphrase(), None).await.unwrap();
    assert!(!again.added && !again.captured.new, "the same kit twice is one version");
    // Another deployment has the name here.
    let third = Scene { library: scene.library.clone(), ..Scene::with_dump(sample::dump(3_000, 3)) };
    third.store.save_deployment(&third.deployment).await.unwrap();
    let taken = Kits { vault: third.vault() };
    let refused = taken.import(file, passphrase(), None).await.unwrap_err();
    assert!(matches!(refused.find(), Some(RequestError::Fields { .. })), "{refused:?}");
    assert_eq!(taken.import(file, passphrase(), Some("Acme again")).await.unwrap().deployment.slug, "acme-again");
    // A keyring that refuses leaves no deployment without its secrets.
    let fourth = Scene { library: scene.library.clone(), ..Scene::with_dump(sample::dump(3_000, 4)) };
    fourth.keyring.set_mood(Mood::Locked);
    let locked = Kits { vault: fourth.vault() };
    assert!(
        matches!(locked.import(file, passphrase(), None).await, Err(problem) if problem.find::<selvage_core::ports::KeyringError>().is_some())
    );
    assert!(fourth.store.deployments().await.unwrap().is_empty());
}

#[tokio::test]
async fn what_was_tampered_with_does_not_open() {
    let (scene, kits) = scene().await;
    let written = write(&scene, &kits).await.unwrap();
    let name = "selvage-kit-acme-v1-2026-10-22.age";
    let sound = scene.library.file(usb(), name).unwrap();
    let open = async |bytes: Vec<u8>, words: &str| {
        scene.library.put(usb(), "tried.age", Some(bytes));
        let tried = kits.import(Path::new("/media/usb/tried.age"), Secret::new(words.to_owned()), None).await;
        match tried {
            Err(problem) => problem.find::<KitError>().unwrap(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(open(sound.clone(), "another passphrase altogether").await, KitError::PassphraseWrongForKit);
    for cut in [sound.len() - 1, sound.len() / 2, 300, 40] {
        let error = open(sound[..cut].to_vec(), WORDS).await;
        assert!(matches!(error, KitError::KitDamaged { .. }), "cut at {cut}: {error}");
    }
    for at in [sound.len() - 5, sound.len() - 900, 260] {
        let mut altered = sound.clone();
        altered[at] ^= 1;
        let error = open(altered, WORDS).await;
        assert!(matches!(error, KitError::KitDamaged { .. }), "byte {at}: {error}");
    }
    for odd in [b"".to_vec(), b"A=1\n".to_vec(), sample::dump(3_000, 1)] {
        let error = open(odd, WORDS).await;
        assert!(matches!(error, KitError::NoKit { .. }), "{error}");
    }
    let gone = kits.import(Path::new("/media/usb/none.age"), passphrase(), None).await;
    assert!(matches!(gone.as_ref().map_err(Problem::find), Err(Some(LibraryError::FileMissing { .. }))), "{gone:?}");
    assert_eq!(kits.vault.versions(scene.deployment.id).await.unwrap().len(), 1, "{}", written.kit);
}

#[tokio::test]
async fn a_kit_whose_sheet_found_no_room_is_taken_back() {
    let (scene, kits) = scene().await;
    let written = write(&scene, &kits).await.unwrap();
    let size = |path: &str| scene.library.file(usb(), path.rsplit('/').next().unwrap()).unwrap().len() as u64;
    let (kit, sheet) = (size(&written.kit), size(&written.sheet));
    assert!(sheet > 1024, "a sheet of {sheet} bytes would find room beside the kit");
    let before = files(&scene);
    let used: usize =
        [usb(), Path::new("/library")].iter().flat_map(|folder| scene.library.files(folder)).map(|f| f.1.len()).sum();
    scene.library.set_capacity(Some(used as u64 + kit + 1024));
    let refused = write(&scene, &kits).await.unwrap_err();
    assert!(matches!(refused.find(), Some(LibraryError::DiskFull { .. })), "{refused:?}");
    assert_eq!(files(&scene), before, "what was there stays, and nothing is added");
    assert_eq!(scene.store.kits(scene.deployment.id).await.unwrap().len(), 1);
}

#[tokio::test]
async fn what_cannot_be_written_leaves_nothing_behind() {
    let (scene, kits) = scene().await;
    let weak = kits.write(&scene.deployment, usb(), Secret::new("acme2026".into()), false).await.unwrap_err();
    assert!(matches!(weak.find(), Some(KitError::PassphraseWeak { .. })), "{weak:?}");
    scene.library.set_fault(Some(DiskFault::Full));
    assert!(write(&scene, &kits).await.is_err());
    scene.library.set_fault(None);
    assert!(scene.store.kits(scene.deployment.id).await.unwrap().is_empty() && files(&scene).is_empty());
    // The host is gone: without its Compose file only when that was said.
    scene.connector.fail_next(vec![LinkError::Refused { host: "ws1".into(), port: 22 }; 8]);
    kits.vault.links.forget(scene.deployment.id).await;
    assert!(matches!(write(&scene, &kits).await, Err(problem) if problem.find::<LinkError>().is_some()));
    let written = kits.write(&scene.deployment, usb(), passphrase(), true).await.unwrap();
    assert!(!written.compose && files(&scene).len() == 2);
    let sheet = scene.library.files(usb()).into_iter().find(|(name, _)| name.contains("recovery-sheet")).unwrap().1;
    let sheet = String::from_utf8(sheet).unwrap();
    assert!(
        sheet.contains("curl --fail --output /opt/weavestream/compose.yml https://"),
        "it comes from elsewhere then"
    );
    kits.vault.delete(scene.deployment.id, 1).await.unwrap();
    let empty = kits.write(&scene.deployment, usb(), passphrase(), true).await.unwrap_err();
    assert_eq!(empty, VaultError::NothingCaptured.into());
}
