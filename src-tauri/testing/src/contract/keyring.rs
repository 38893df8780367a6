//! The keyring.

use selvage_core::Secret;
use selvage_core::ports::Keyring;

/// Keeps what it is given, apart for each name, and forgets what it is told to.
pub async fn keeps(keyring: &dyn Keyring, prefix: &str) {
    let (one, two) = (format!("{prefix}-one"), format!("{prefix}-two"));
    assert!(keyring.get(&one).await.unwrap().is_none(), "something is there already");
    for text in
        ["hunter2", "", "long \u{1f511} with ümlaut\nand a line", &"x".repeat(keyring.entry_limit().unwrap_or(2000))]
    {
        keyring.set(&one, &Secret::new(text.to_owned())).await.unwrap();
        assert_eq!(keyring.get(&one).await.unwrap().unwrap().expose(), text);
    }
    if let Some(limit) = keyring.entry_limit() {
        let longer = Secret::new("y".repeat(limit + 1));
        assert!(keyring.set(&one, &longer).await.is_err(), "an entry holds more than its limit");
        assert_ne!(keyring.get(&one).await.unwrap().unwrap().expose(), longer.expose());
    }
    assert!(keyring.get(&two).await.unwrap().is_none(), "names are not apart");
    keyring.set(&two, &Secret::new("other".into())).await.unwrap();
    keyring.delete(&one).await.unwrap();
    keyring.delete(&one).await.unwrap();
    assert!(keyring.get(&one).await.unwrap().is_none());
    assert_eq!(keyring.get(&two).await.unwrap().unwrap().expose(), "other");
    keyring.delete(&two).await.unwrap();
}
