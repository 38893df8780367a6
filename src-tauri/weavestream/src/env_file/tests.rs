//! What compose-go v2.13 makes of each text.

use proptest::prelude::*;

use super::*;

fn read(text: &str) -> EnvFile {
    EnvFile::read(text.as_bytes().to_vec().into())
}

fn values(file: &EnvFile) -> Vec<(String, String)> {
    file.values().into_iter().map(|(name, value)| (name.to_owned(), value.expose().to_owned())).collect()
}

/// The value of `A` after `text`.
fn a(text: &str) -> Option<String> {
    let file = read(text);
    assert_eq!(file.faults(), [], "{text:?}");
    file.get("A").map(|value| value.expose().to_owned())
}

fn fault(text: &str) -> Option<(u32, FaultKind)> {
    read(text).faults().first().map(|fault| (fault.line, fault.kind))
}

#[test]
fn plain_values() {
    for (text, value) in [
        ("A=b", "b"),
        ("A=b\n", "b"),
        ("A=b\r\n", "b"),
        ("\u{feff}A=b", "b"),
        ("  A = b  ", "b"),
        ("\tA=b", "b"),
        ("A=", ""),
        ("A=\nB=c", ""),
        ("A=  \nB=c", ""),
        ("A=b=c==", "b=c=="),
        ("A=b:c", "b:c"),
        ("A: b", "b"),
        ("A: b=c", "b=c"),
        ("A :b", "b"),
        ("export A=b", "b"),
        ("export\tA=b", "b"),
        ("  export   A=b", "b"),
        ("A=b # comment", "b"),
        ("A=b\t# no comment", "b\t# no comment"),
        ("A=b#c", "b#c"),
        ("A=#c", "#c"),
        ("A= #c", "#c"),
        ("A=b c  d", "b c  d"),
        ("A=b 'c'", "b 'c'"),
        ("A=b\"c\"", "b\"c\""),
        ("A=b\\nc", "b\\nc"),
        ("A=1\nA=2", "2"),
        ("A=REPLACEME\n#A=3\n  # A=4\nA=2", "2"),
        ("A=2\nA", "2"),
        ("A=2\nA\n", "2"),
        ("A=\u{a0}b\u{a0}", "b"),
        ("A=ü", "ü"),
    ] {
        assert_eq!(a(text).as_deref(), Some(value), "{text:?}");
    }
    assert_eq!(values(&read("exportA=1\nexport.B=2\nC[0]=3\nD-e.f=4\nÄ=5")), {
        let expected = [("C[0]", "3"), ("D-e.f", "4"), ("export.B", "2"), ("exportA", "1"), ("Ä", "5")];
        expected.map(|(name, value)| (name.to_owned(), value.to_owned()))
    });
}

#[test]
fn quoted_values() {
    for (text, value) in [
        ("A='b'", "b"),
        ("A=\"b\"", "b"),
        ("A=''", ""),
        ("A='b' # comment", "b"),
        ("A=\"b\" # comment\nB=1", "b"),
        ("A='b # c'", "b # c"),
        ("A=\"b#c\"", "b#c"),
        ("A='b\nc\n'", "b\nc\n"),
        ("A=\"b\nc\"", "b\nc"),
        ("A='b\r\nc'", "b\r\nc"),
        ("A='it\\'s'", "it's"),
        ("A=\"say \\\"b\\\"\"", "say \"b\""),
        ("A='b\\nc'", "b\\nc"),
        ("A='b\\\\'", "b\\\\"),
        ("A='$B ${B}'", "$B ${B}"),
        ("A=\"b\\nc\\td\"", "b\nc\td"),
        ("A=\"b\\\\\"", "b\\"),
        ("A=\"b\\\\n\"", "b\\n"),
        ("A=\"\\c\\d\\e\"", "\\c\\d\\e"),
        ("A=\"\\a\\b\\f\\r\\v\"", "\u{7}\u{8}\u{c}\r\u{b}"),
        ("A=\"\\0123\"", "S"),
        ("A=\"\\012\"", "\\12"),
        ("A=\"\\0778\"", "\\778"),
        ("A=\"\\0777\"", "\\777"),
        ("A=\"\\0377\"", "ÿ"),
        ("A=\"\\0\"", "\\"),
        ("A=\"b\"B=1", "b"),
        ("A = 'b'", "b"),
    ] {
        assert_eq!(a(text).as_deref(), Some(value), "{text:?}");
    }
    assert_eq!(read("A=\"b\"B=1").get("B").map(Secret::expose), Some("1"), "a second one on the line");
}

#[test]
fn references() {
    for (text, value) in [
        ("B=x\nA=$B", "x"),
        ("B=x\nA=${B}y", "xy"),
        ("B=x\nA=\"q $B\"", "q x"),
        ("A=$B", ""),
        ("A=${B}", ""),
        ("A=a$$b", "a$b"),
        ("A=5$", "5$"),
        ("A=$1", "$1"),
        ("A=$ b", "$ b"),
        ("A=pa$/word9", "pa$/word9"),
        ("A=x$9y", "x$9y"),
        ("A=\"100$\"", "100$"),
        ("B=x\nA=$-$B$", "$-x$"),
        ("A=${B:-5$}", "5$"),
        ("A=$${B}", "${B}"),
        ("A=\"a\\$B\"", "a$B"),
        ("A=\"a\\${B}\"", "a${B}"),
        ("B=x\nA=a\\$B", "a\\x"),
        ("A=${B:-d e}", "d e"),
        ("B=\nA=${B:-d}", "d"),
        ("B=\nA=${B-d}", ""),
        ("A=${B-d}", "d"),
        ("B=x\nA=${B:-d}", "x"),
        ("B=x\nA=${B:+d}", "d"),
        ("A=${B:+d}", ""),
        ("B=\nA=${B+d}", "d"),
        ("B=x\nA=${B:?no}", "x"),
        ("B=\nA=${B?no}", ""),
        ("C=z\nA=${B:-${C}y}", "zy"),
        ("A=${B:-x}y}", "xy}"),
        ("A=${B:-c?d}", "c?d"),
        ("A=${B:-}", ""),
        ("A=1\nA=$A$A", "11"),
    ] {
        assert_eq!(a(text).as_deref(), Some(value), "{text:?}");
    }
    assert!(read("B=x\nA=$B").entries().iter().any(|entry| entry.name == "A" && entry.interpolated));
    assert!(!read("A=5$").entries().iter().any(|entry| entry.interpolated));
    assert!(!read("A=a$$b").entries().iter().any(|entry| entry.interpolated));
}

#[test]
fn what_compose_refuses() {
    for (text, line, kind) in [
        ("lol$wut\n", 1, FaultKind::BadName),
        ("A=1\n\nB!=2", 3, FaultKind::BadName),
        ("A B=1", 1, FaultKind::SpaceInName),
        ("A B\n", 1, FaultKind::SpaceInName),
        ("export ", 1, FaultKind::NoName),
        ("A='b", 1, FaultKind::Unterminated),
        ("# c\nA=\"b\\\"\nC=1", 2, FaultKind::Unterminated),
        ("A=${B", 1, FaultKind::BadReference),
        ("A=${B!c}", 1, FaultKind::BadReference),
        ("A=${}", 1, FaultKind::BadReference),
        ("A=${B:?no}", 1, FaultKind::RequiredMissing),
        ("B=\nA=${B:?no}", 2, FaultKind::RequiredMissing),
    ] {
        assert_eq!(fault(text), Some((line, kind)), "{text:?}");
    }
    // The rest is still read.
    assert_eq!(read("A='b\nC=1").get("C").map(Secret::expose), Some("1"));
    // A last line without a newline is the value of no name.
    assert_eq!((a("B=1\nA"), a("B=1\nA b")), (None, None));
    // So is one that begins with its mark.
    assert_eq!((values(&read("=b")), read("=b").faults().len()), (vec![], 0));
}

#[test]
fn what_is_no_env_file() {
    assert!(matches!(EnvFile::parse(Vec::new()), Err(EnvFileError::EnvEmpty)));
    assert!(matches!(EnvFile::parse(b"# only\n\n  \t\r\n#comments".to_vec()), Err(EnvFileError::EnvEmpty)));
    assert!(matches!(EnvFile::parse(b"A=1\nB=\0\n".to_vec()), Err(EnvFileError::EnvBinary { line: 2 })));
    let large = vec![b'#'; 5 << 20];
    assert!(matches!(EnvFile::parse(large), Err(EnvFileError::EnvTooLarge { bytes: 5_242_880, .. })));
    let latin = EnvFile::parse(b"# f\xfcr\nA=\xfc".to_vec());
    assert_eq!(latin.ok().and_then(|file| Some(file.get("A")?.expose().to_owned())).as_deref(), Some("\u{fffd}"));
}

#[test]
fn nothing_of_it_is_printed() {
    let file = read("A=hunter2\nB='x");
    let shown = format!("{file:?} {:?} {:?}", file.entries(), file.faults());
    assert!(!shown.contains("hunter2"), "{shown}");
}

#[test]
fn an_edit_changes_what_wins_and_nothing_else() {
    let file = read("# c\r\nA=1 # one\r\nexport A='2' # two\r\nB\r\n");
    let with = |name: &str, value: &str| {
        let edited = file.with(name, &Secret::new(value.to_owned()));
        edited.map(|edited| String::from_utf8_lossy(edited.bytes()).into_owned()).unwrap_or_default()
    };
    assert_eq!(with("A", "x y"), "# c\r\nA=1 # one\r\nexport A='x y' # two\r\nB\r\n");
    assert_eq!(with("A", "it's"), "# c\r\nA=1 # one\r\nexport A=\"it's\" # two\r\nB\r\n");
    assert_eq!(with("B", "x"), "# c\r\nA=1 # one\r\nexport A='2' # two\r\nB=x\r\n");
    assert_eq!(with("C", "x"), "# c\r\nA=1 # one\r\nexport A='2' # two\r\nB\r\nC=x\r\n");
    for name in ["", "export", "A B", "A=", "Ä"] {
        assert!(file.with(name, &Secret::new("x".into())).is_none(), "{name:?}");
    }
}

/// Texts of fuzzers.
fn any_bytes() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop::sample::select(vec![
        "A",
        "B",
        "export ",
        "=",
        ": ",
        " ",
        "\n",
        "\r\n",
        "'",
        "\"",
        "\\",
        "#",
        " #",
        "$",
        "${",
        "}",
        ":-",
        "?",
        "0123",
        "\u{feff}",
        "\u{a0}",
        "ü",
        "KEY=value\n",
        "-",
        "[",
    ]);
    let texts = prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat().into_bytes());
    prop_oneof![texts, prop::collection::vec(any::<u8>(), 0..80)]
}

/// Texts of people, which Compose can read.
fn any_lines() -> impl Strategy<Value = Vec<u8>> {
    let line = prop::sample::select(vec![
        "A=1",
        "B = 2 ",
        "export A='x y'",
        "B=\"a\\nb\" # c",
        "A",
        "# A=5",
        "",
        "\tC: d",
        "A=",
        "B='1\n2'",
        "C=\"$A${B:-q}\"",
        "A='it\\'s'B=2",
        "C=$$x",
        "A=ü #",
    ]);
    let end = prop::sample::select(vec!["\n", "\r\n"]);
    prop::collection::vec((line, end), 0..12).prop_map(|lines| {
        let mut text: String = lines.into_iter().flat_map(|(line, end)| [line, end]).collect();
        if text.len().is_multiple_of(3) {
            text.pop();
        }
        text.into_bytes()
    })
}

/// Everything but `name`, as it is written.
fn others(file: &EnvFile, name: &str) -> Vec<(String, Written, Vec<u8>)> {
    let of = file.entries().iter().filter(|entry| entry.name != name);
    of.map(|entry| (entry.name.clone(), entry.how, file.bytes()[entry.span.clone()].to_vec())).collect()
}

proptest! {
    /// Every byte is kept, and what was found stands where it says.
    #[test]
    fn anything_is_read(bytes in any_bytes()) {
        let file = EnvFile::read(bytes.clone().into());
        prop_assert_eq!(file.bytes(), bytes.as_slice());
        let mut behind = 0;
        for entry in file.entries() {
            prop_assert!(entry.span.start >= behind && entry.span.end >= entry.span.start);
            behind = entry.span.end;
        }
        prop_assert!(behind <= bytes.len());
    }

    /// An edit is read back, and everything else stands as it stood.
    #[test]
    fn an_edit_is_read_back(bytes in any_lines(), value in "[ -~äß\n\t]{0,24}", which in prop::sample::select(vec!["A", "B", "C", "NEW"])) {
        let file = EnvFile::read(bytes.into());
        prop_assert_eq!(file.faults(), []);
        let edited = file.with(which, &Secret::new(value.clone())).ok_or_else(|| TestCaseError::fail("not edited"))?;
        prop_assert_eq!(edited.get(which).map(Secret::expose), Some(value.as_str()));
        prop_assert_eq!(edited.faults(), []);
        let (before, mut after) = (others(&file, which), others(&edited, which));
        // A bare last line gains its newline, and with it its meaning.
        after.truncate(before.len());
        prop_assert_eq!(before, after);
    }

    /// Each way of writing a value gives it back.
    #[test]
    fn what_is_written_is_read(values in prop::collection::vec(("[A-Z]{1,3}", "[ -~äß\n]{0,16}"), 1..8)) {
        let mut file = EnvFile::read(Vec::new().into());
        for (name, value) in &values {
            file = file.with(name, &Secret::new(value.clone())).ok_or_else(|| TestCaseError::fail("not edited"))?;
        }
        let expected: std::collections::BTreeMap<_, _> = values.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let found: std::collections::BTreeMap<_, _> = file.values().into_iter().map(|(name, value)| (name, value.expose())).collect();
        prop_assert_eq!(found, expected);
    }
}

/// Thirty lines that ask for more than any memory holds.
#[test]
fn references_cannot_grow_without_end() {
    use std::fmt::Write;
    let mut text = String::from("A0=xxxxxxxx\n");
    for n in 1..60 {
        let _ = writeln!(text, "A{n}=$A{0}$A{0}$A{0}$A{0}", n - 1);
    }
    let file = EnvFile::read(text.clone().into_bytes().into());
    assert!(file.faults().iter().any(|fault| fault.kind == FaultKind::BadReference));
    assert_eq!(file.bytes(), text.as_bytes());
    let names = (0..=NAMES_AT_MOST).fold(String::new(), |mut text, n| {
        let _ = writeln!(text, "N{n}=1");
        text
    });
    let many = EnvFile::parse(names.into_bytes());
    assert!(matches!(many, Err(EnvFileError::EnvTooMany { .. })), "{many:?}");
}
