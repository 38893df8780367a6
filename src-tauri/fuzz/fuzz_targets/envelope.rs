#![no_main]
//! Any text: taken apart without a fall, and opened by no key that did not seal it.

use libfuzzer_sys::fuzz_target;
use selvage_core::weavestream::envelope::Envelope;

fuzz_target!(|input: (&str, &str)| {
    let (text, row) = input;
    let key: Vec<u8> = (100..132).collect();
    for envelope in [Envelope::parse(text), Envelope::parse_without_kid(text)].into_iter().flatten() {
        assert!(!envelope.opens_with(&key, row), "opened without its key");
        assert!(!envelope.opens_with(&key[..16], row));
        assert!(!envelope.opens_with(&[], row));
    }
});
