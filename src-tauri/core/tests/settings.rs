//! What the admin chose.

use std::sync::Arc;

use selvage_core::settings::Settings;
use selvage_testing::store::MemoryStore;

fn settings() -> Settings {
    Settings::of(Arc::new(MemoryStore::default()))
}

#[tokio::test]
async fn a_key_that_differs_is_remembered_until_it_is_compared_again() {
    let settings = settings();
    assert_eq!(settings.differing_keys().await.unwrap(), [""; 0]);
    settings.set_key_differs("SHA256:one", true).await.unwrap();
    assert_eq!(settings.set_key_differs("SHA256:two", true).await.unwrap(), ["SHA256:one", "SHA256:two"]);
    assert_eq!(settings.set_key_differs("SHA256:one", true).await.unwrap(), ["SHA256:two", "SHA256:one"]);
    settings.set_key_differs("SHA256:two", false).await.unwrap();
    assert_eq!(settings.differing_keys().await.unwrap(), ["SHA256:one"]);
    assert_eq!(settings.set_key_differs("SHA256:one", false).await.unwrap(), [""; 0]);
    assert_eq!(settings.differing_keys().await.unwrap(), [""; 0]);
}

#[tokio::test]
async fn of_many_keys_that_differ_the_oldest_are_forgotten_and_no_other_text_is_kept() {
    let settings = settings();
    for n in 0..120 {
        settings.set_key_differs(&format!("SHA256:{n}"), true).await.unwrap();
    }
    let kept = settings.set_key_differs("two words", true).await.unwrap();
    assert_eq!((kept.len(), kept.first().map(String::as_str)), (100, Some("SHA256:20")));
    assert_eq!(settings.differing_keys().await.unwrap(), kept);
}
