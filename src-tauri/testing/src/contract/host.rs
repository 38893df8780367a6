//! A host that has been signed in to, with a running deployment.

use bytes::Bytes;
use selvage_core::ports::{ByteSource, Endpoint, Host, LinkError};
use selvage_core::shell::Command;
use selvage_core::weavestream::compose::Project;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::sample::sha256;

/// What the suite must know of the host.
#[derive(Clone, Debug)]
pub struct Known {
    /// The deployment.
    pub project: Project,
    /// The login.
    pub login: String,
    /// Path of a dump inside the worker.
    pub dump: String,
    /// The dump's bytes.
    pub bytes: Vec<u8>,
    /// Where Postgres listens.
    pub postgres: Endpoint,
}

/// The four primitives.
pub async fn works(host: &dyn Host, known: &Known) {
    runs(host, known).await;
    streams(host, known).await;
    feeds(host, known).await;
    forwards(host, known).await;
}

async fn said(host: &dyn Host, command: &Command) -> (u32, String) {
    let output = host.run(command).await.unwrap();
    (output.exit, output.stdout_text())
}

async fn runs(host: &dyn Host, known: &Known) {
    assert_eq!(said(host, &Command::new(["id", "-un"])).await, (0, format!("{}\n", known.login)));
    assert_eq!(said(host, &Command::new(["true"])).await, (0, String::new()));
    assert_eq!(said(host, &Command::new(["false"])).await, (1, String::new()));
    let missing = host.run(&Command::new(["no-such-program-at-all"])).await.unwrap();
    assert_eq!(missing.exit, 127);
    assert!(missing.error_summary().contains("not found"), "{missing:?}");
    let odd = ["it's", " $(id) `id` \"x\" ", "*", "-n", "ümlaut\n\t\\", ""];
    let echoed = Command::new(["printf", "%s"]).args(odd);
    assert_eq!(said(host, &echoed).await, (0, odd.concat()), "an argument was not taken literally");
    let text = "a line\nanother, with 'quotes' and $(id)\n".repeat(3000);
    assert_eq!(said(host, &Command::new(["cat"]).stdin(text.clone())).await, (0, text), "standard input");
    assert_eq!(said(host, &Command::new(["cat"]).stdin(String::new())).await, (0, String::new()), "an empty input");
    let nowhere = host.run(&Command::new(["true"]).in_folder("/no/such/folder")).await.unwrap();
    assert_ne!(nowhere.exit, 0, "a command was started in a folder that is not there");
    let inside = known.project.exec("worker", ["sha256sum", &known.dump]);
    let (exit, digest) = said(host, &inside).await;
    assert_eq!(
        (exit, digest.split_whitespace().next().unwrap_or_default()),
        (0, sha256(&known.bytes).to_string().as_str())
    );
    // As many as a look at a deployment asks at once.
    let at_once = futures::future::join_all((0..5).map(|n| async move {
        let command = Command::new(["printf", "%s"]).arg(n.to_string());
        said(host, &command).await == (0, n.to_string())
    }));
    assert!(at_once.await.into_iter().all(|right| right), "commands at once got each other's answers");
}

async fn all(source: &mut dyn ByteSource) -> Vec<u8> {
    let mut bytes = Vec::new();
    while let Some(piece) = source.next().await.unwrap() {
        assert!(!piece.is_empty(), "an empty piece");
        bytes.extend_from_slice(&piece);
    }
    bytes
}

async fn streams(host: &dyn Host, known: &Known) {
    let mut whole = host.stream(&known.project.exec("worker", ["cat", &known.dump])).await.unwrap();
    assert!(all(whole.as_mut()).await == known.bytes, "a stream is not the file");
    assert_eq!(whole.exit().await.unwrap().status, 0);
    for from in [1, 2, known.bytes.len() / 2, known.bytes.len(), known.bytes.len() + 1] {
        let tail = known.project.exec("worker", ["tail", "-c", &format!("+{from}"), &known.dump]);
        let mut rest = host.stream(&tail).await.unwrap();
        assert!(all(rest.as_mut()).await == known.bytes[from - 1..], "a stream from byte {from} is not the rest");
        assert_eq!(rest.exit().await.unwrap().status, 0);
    }
    let mut failing = host.stream(&known.project.exec("worker", ["cat", "/no/such/file"])).await.unwrap();
    assert!(all(failing.as_mut()).await.is_empty());
    let exit = failing.exit().await.unwrap();
    assert_ne!(exit.status, 0);
    assert!(exit.stderr.contains("No such file"), "{exit:?}");
    let abandoned = host.stream(&known.project.exec("worker", ["cat", &known.dump])).await.unwrap();
    drop(abandoned);
    assert_eq!(said(host, &Command::new(["true"])).await.0, 0, "a stream that was dropped disturbs others");
}

async fn feeds(host: &dyn Host, known: &Known) {
    // As text: the fake's answers are made of text.
    let text = "a line, with 'quotes' and $(id)\n".repeat(40_000);
    let digest = sha256(text.as_bytes()).to_string();
    for command in [Command::new(["sha256sum"]), known.project.exec("worker", ["sha256sum"])] {
        let mut sink = host.feed(&command).await.unwrap();
        for piece in text.as_bytes().chunks(100_000) {
            assert!(sink.write(Bytes::copy_from_slice(piece)).await.unwrap(), "it was not taken");
        }
        let output = sink.finish().await.unwrap();
        assert_eq!((output.exit, output.stdout_text().split_whitespace().next()), (0, Some(digest.as_str())));
    }
    let empty = host.feed(&Command::new(["wc", "-c"])).await.unwrap().finish().await.unwrap();
    assert_eq!((empty.exit, empty.stdout_text().trim()), (0, "0"), "an empty input has an end");
    let mut first = host.feed(&Command::new(["cat"]).stdin("a token\n".to_owned())).await.unwrap();
    assert!(first.write(Bytes::from_static(b"the rest")).await.unwrap());
    assert_eq!(first.finish().await.unwrap().stdout_text(), "a token\nthe rest");
    let mut gone = host.feed(&Command::new(["false"])).await.unwrap();
    let (piece, mut pieces) = (Bytes::from(vec![b'x'; 100_000]), 0);
    while gone.write(piece.clone()).await.unwrap() {
        pieces += 1;
        assert!(pieces < 10_000, "a command that has ended goes on taking");
    }
    assert_eq!(gone.finish().await.unwrap().exit, 1);
    drop(host.feed(&Command::new(["cat"])).await.unwrap());
    assert_eq!(said(host, &Command::new(["true"])).await.0, 0, "one that was dropped disturbs others");
}

async fn forwards(host: &dyn Host, known: &Known) {
    let forward = host.forward(&known.postgres).await.unwrap();
    assert!(forward.local.ip().is_loopback());
    // A server without TLS answers the request for it with one letter.
    let request = [0, 0, 0, 8, 4, 210, 22, 47];
    for _ in 0..3 {
        let mut socket = TcpStream::connect(forward.local).await.unwrap();
        socket.write_all(&request).await.unwrap();
        assert_eq!(socket.read_u8().await.unwrap(), b'N');
    }
    let nobody = Endpoint { host: known.postgres.host.clone(), port: 1 };
    let refused = host.forward(&nobody).await;
    assert!(matches!(refused, Err(LinkError::ForwardRefused { .. })), "{refused:?}");
    let local = forward.local;
    drop(forward);
    let mut gone = TcpStream::connect(local).await.is_err();
    for _ in 0..1000 {
        if gone {
            break;
        }
        tokio::task::yield_now().await;
        gone = TcpStream::connect(local).await.is_err();
    }
    assert!(gone, "a forward outlives its handle");
}
