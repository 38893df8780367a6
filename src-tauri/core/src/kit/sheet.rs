//! The recovery sheet: what to do when the host is gone, on paper, without a secret.

use std::fmt::Write;

use chrono::{DateTime, Utc};

use super::contents::KitFacts;
use crate::deployment::Deployment;
use crate::project_files::Missed;
use crate::shell::quote;
use crate::weavestream::compose_file::{absolute, parent};

/// What the sheet tells.
pub(super) struct Sheet<'a> {
    pub facts: &'a KitFacts,
    /// The kit's file name.
    pub kit: &'a str,
    pub copies: &'a [SheetCopy],
    /// `DATA_DIR` of `.env`, when it is set.
    pub data_dir: Option<&'a str>,
    pub now: DateTime<Utc>,
}

/// One verified dump on the laptop.
pub(super) struct SheetCopy {
    pub path: String,
    pub made: Option<DateTime<Utc>>,
    pub sha256: String,
    pub size: u64,
}

const HEAD: &str = include_str!("sheet_head.html");

/// Where the guide gets the Compose file from.
const COMPOSE_FILE: &str = "https://raw.githubusercontent.com/Weavestream/Weavestream/main/compose.yml";

/// The sheet as one HTML file that needs nothing else.
pub(super) fn html(sheet: &Sheet) -> String {
    let facts = sheet.facts;
    let deployment = &facts.deployment;
    let folder = deployment.ssh.as_ref().map_or("/opt/weavestream", |ssh| ssh.folder.trim_end_matches('/'));
    let mut page = String::with_capacity(16 * 1024);
    let title = format!("Recovery sheet: {}", deployment.name);
    page.push_str(&HEAD.replace("{{title}}", &escape(&title)));
    let _ = write!(
        page,
        "<header><h1>{}</h1><p>Written {} by Selvage {}, for the kit <code>{}</code>. This sheet holds no secret.</p></header>",
        escape(&title),
        day(sheet.now),
        escape(&facts.selvage),
        escape(sheet.kit),
    );
    page.push_str("<h2>What there is</h2><table>");
    for (name, value) in what_there_is(sheet, deployment, folder) {
        let _ = write!(page, "<tr><th scope=\"row\">{}</th><td>{}</td></tr>", escape(&name), escape(&value));
    }
    page.push_str("</table>");
    missed(&mut page, facts);
    copies(&mut page, sheet.copies);
    page.push_str("<h2>Open the kit</h2><p>With Selvage: <b>Add a deployment</b>, then <b>From an emergency kit</b>. Without it, <a href=\"https://age-encryption.org\">age</a> and <code>tar</code> are enough; <code>age</code> asks for the passphrase:</p>");
    command(&mut page, &format!("(umask 077; age --decrypt {} | tar --extract --verbose)", quote(sheet.kit)));
    page.push_str("<p>That gives <code>.env</code>, ");
    for file in &facts.files {
        let _ = write!(page, "<code>{}</code>, ", escape(&file.name));
    }
    page.push_str("<code>deployment.json</code> and this sheet.</p>");
    steps(&mut page, sheet, folder);
    page.push_str("</main></body></html>\n");
    page
}

fn what_there_is(sheet: &Sheet, deployment: &Deployment, folder: &str) -> Vec<(String, String)> {
    let facts = sheet.facts;
    let mut rows = vec![("Deployment".to_owned(), deployment.name.clone())];
    if let Some(ssh) = &deployment.ssh {
        let login = ssh.target.user.as_ref().map(|user| format!("{user}@")).unwrap_or_default();
        let port = ssh.target.port.map(|port| format!(", port {port}")).unwrap_or_default();
        rows.push(("Docker host".into(), format!("{login}{}{port}", ssh.target.host)));
        rows.push(("Folder there".into(), folder.to_owned()));
    }
    if let Some(direct) = &deployment.direct {
        rows.push(("Postgres".into(), direct.place()));
    }
    rows.push(("Data folder".into(), data_folder(sheet, folder)));
    rows.push((
        "Weavestream".into(),
        facts.weavestream.clone().unwrap_or_else(|| "see WEAVESTREAM_VERSION in .env".into()),
    ));
    rows.push((
        ".env in the kit".into(),
        format!("version {}, captured {}", facts.env_version, stamp(&facts.env_captured_at)),
    ));
    let files: Vec<_> = facts.files.iter().map(|file| file.name.as_str()).collect();
    rows.push((
        "Compose files in the kit".into(),
        if files.is_empty() { "none: the host could not be asked for them".into() } else { files.join(", ") },
    ));
    rows
}

fn missed(page: &mut String, facts: &KitFacts) {
    if facts.missed.is_empty() {
        return;
    }
    page.push_str("<p class=\"warn\">The Compose project names more than the kit could hold. Each of these needs a copy of its own:</p><ul>");
    for Missed { path, why, .. } in &facts.missed {
        let _ = write!(page, "<li><code>{}</code>: {}</li>", escape(path), escape(&why.to_string()));
    }
    page.push_str("</ul>");
}

/// Puts the project's files where they were.
fn put_files(facts: &KitFacts, folder: &str) -> String {
    let mut lines = String::new();
    let mut made = std::collections::BTreeSet::from([folder.to_owned()]);
    for file in &facts.files {
        let beside = absolute(folder, &file.name);
        let to = if file.name.starts_with("outside") && beside != file.path { &file.path } else { &beside };
        let into = parent(to);
        if made.insert(into.clone()) {
            let _ = writeln!(lines, "mkdir -p {}", quote(&into));
        }
        let _ = writeln!(lines, "cp {} {}/", quote(&file.name), quote(&into));
    }
    lines.trim_end().to_owned()
}

/// Relative ones are below the folder.
fn data_folder(sheet: &Sheet, folder: &str) -> String {
    match sheet.data_dir {
        Some(path) if path.starts_with('/') => path.to_owned(),
        Some(path) => format!("{folder}/{}", path.trim_start_matches("./")),
        None => format!("{folder}/data"),
    }
}

fn copies(page: &mut String, copies: &[SheetCopy]) {
    page.push_str("<h2>Where the dumps are</h2>");
    if copies.is_empty() {
        page.push_str("<p class=\"warn\">No verified dump was on the laptop when this sheet was written. The host keeps its own in the folder <code>backup</code> of the data folder.</p>");
        return;
    }
    page.push_str("<table><tr><th>Made</th><th>Bytes</th><th>File on the laptop, and its SHA-256</th></tr>");
    for copy in copies {
        let made = copy.made.map_or_else(|| "earlier".to_owned(), day);
        let _ = write!(
            page,
            "<tr><td>{}</td><td>{}</td><td><code>{}</code><br><code class=\"digest\">{}</code></td></tr>",
            escape(&made),
            copy.size,
            escape(&copy.path),
            escape(&copy.sha256)
        );
    }
    page.push_str("</table><p>Uploaded files are not in a dump: they are the folder <code>files</code> of the data folder, and need a copy of their own.</p>");
}

fn steps(page: &mut String, sheet: &Sheet, folder: &str) {
    let data = data_folder(sheet, folder);
    let at = quote(folder);
    let newest = sheet.copies.first();
    let path = newest.map_or("weavestream-postgres-….dump", |copy| copy.path.as_str());
    // Paths of the laptop may be Windows'.
    let dump = quote(path.rsplit(['/', '\\']).next().unwrap_or(path));
    page.push_str("<h2>Bring it back on a new Docker host</h2><p>Docker with Compose is installed there, and what the kit held is in the folder where you are.</p><ol>");
    let mut step = |what: &str, line: &str| {
        let _ = write!(page, "<li><p>{what}</p>");
        command(page, line);
        page.push_str("</li>");
    };
    let compose = match &sheet.facts.compose {
        Some(_) => put_files(sheet.facts, folder),
        None => format!("curl --fail --output {at}/compose.yml {COMPOSE_FILE}"),
    };
    step(
        "Make the folders, and put in what the kit held. <code>.env</code> goes in byte for byte.",
        &format!(
            "mkdir -p {at}\nmkdir -p {data}/files {data}/backup\ncp .env {at}/\nchmod 600 {at}/.env\n{compose}\ncd {at}",
            data = quote(&data),
        ),
    );
    step(
        "Copy the uploaded files back. The path on the left is where your copy of them is.",
        &format!("rsync -a /path/to/files/ {}/files/", quote(&data)),
    );
    step(
        "Copy the dump into the same folder, from the laptop. Its SHA-256 must be the one above.",
        &format!("scp {} NEW-HOST:{at}/\nsha256sum {dump}", quote(path)),
    );
    step(
        "Start Postgres alone, and wait until it is healthy.",
        "docker compose up -d postgres\ndocker compose ps postgres",
    );
    step(
        "Restore the dump.",
        &format!(
            "docker compose exec -T postgres sh -lc \\\n  'pg_restore --clean --if-exists --no-owner --no-acl -U \"$POSTGRES_USER\" -d \"$POSTGRES_DB\"' \\\n  < {dump}"
        ),
    );
    step(
        "Only if that failed on a database that was not empty: make it anew, and restore once more.",
        "docker compose exec -T postgres sh -lc \\\n  'dropdb -U \"$POSTGRES_USER\" --if-exists \"$POSTGRES_DB\" && createdb -U \"$POSTGRES_USER\" \"$POSTGRES_DB\"'",
    );
    step("Start everything.", "docker compose up -d\ndocker compose ps");
    page.push_str("</ol><h2>Then look</h2><ul class=\"checks\"><li>An admin can sign in.</li><li>A saved password opens: the keys are the right ones.</li><li>An uploaded picture opens: the files are back.</li><li>Admin, Backups shows the history, and <b>Run now</b> writes a new dump.</li></ul><p class=\"warn\">If a container prints fresh random keys and does not start, <code>.env</code> is not the right one. Never use those keys: with them nothing that was saved opens again.</p>");
}

fn command(page: &mut String, line: &str) {
    let _ = write!(page, "<pre>{}</pre>", escape(line));
}

fn day(at: DateTime<Utc>) -> String {
    at.format("%-d %B %Y, %H:%M UTC").to_string()
}

fn stamp(rfc3339: &str) -> String {
    DateTime::parse_from_rfc3339(rfc3339).map_or_else(|_| rfc3339.to_owned(), |at| day(at.to_utc()))
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            other => escaped.push(other),
        }
    }
    escaped
}
