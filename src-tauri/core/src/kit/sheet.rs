//! The recovery sheet: what to do when the host is gone, on paper, without a secret.

use std::fmt::Write;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::contents::KitFacts;
use crate::base::phrase;
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
    let title = told("title", &[("deployment", &deployment.name)]);
    page.push_str(&HEAD.replace("{{title}}", &title));
    let written = told("written", &[("at", &day(sheet.now)), ("selvage", &facts.selvage), ("kit", sheet.kit)]);
    let _ = write!(page, "<header><h1>{title}</h1><p>{written}</p></header>");
    let _ = write!(page, "<h2>{}</h2><table>", say("what-there-is"));
    for (name, value) in what_there_is(sheet, deployment, folder) {
        let _ = write!(page, "<tr><th scope=\"row\">{}</th><td>{value}</td></tr>", say(name));
    }
    page.push_str("</table>");
    missed(&mut page, facts);
    copies(&mut page, sheet.copies);
    let _ = write!(page, "<h2>{}</h2><p>{}</p>", say("open"), say("open-how"));
    command(&mut page, &format!("(umask 077; age --decrypt {} | tar --extract --verbose)", quote(sheet.kit)));
    let names =
        [".env"].into_iter().chain(facts.files.iter().map(|file| file.name.as_str())).chain(["deployment.json"]);
    let files: Vec<_> = names.map(|name| format!("<code>{}</code>", escape(name))).collect();
    let _ = write!(page, "<p>{}</p>", phrase("sheet-open-gives", json!({ "files": files.join(", ") }), None));
    steps(&mut page, sheet, folder);
    page.push_str("</main></body></html>\n");
    page
}

/// A sentence of the sheet.
fn say(name: &str) -> String {
    told(name, &[])
}

/// A sentence of the sheet, with facts that are text.
fn told(name: &str, facts: &[(&str, &str)]) -> String {
    let facts = facts.iter().map(|(name, fact)| ((*name).to_owned(), Value::String(escape(fact))));
    phrase(&format!("sheet-{name}"), Value::Object(facts.collect()), None)
}

/// Rows of a table: the name of each, and its value as HTML.
fn what_there_is(sheet: &Sheet, deployment: &Deployment, folder: &str) -> Vec<(&'static str, String)> {
    let facts = sheet.facts;
    let mut rows = vec![("deployment", escape(&deployment.name))];
    if let Some(ssh) = &deployment.ssh {
        let login = ssh.target.user.as_ref().map(|user| format!("{user}@")).unwrap_or_default();
        let port = ssh.target.port.map_or_else(|| "none".to_owned(), |port| port.to_string());
        rows.push(("docker-host", told("host", &[("host", &format!("{login}{}", ssh.target.host)), ("port", &port)])));
        rows.push(("folder", escape(folder)));
    }
    if let Some(direct) = &deployment.direct {
        rows.push(("postgres", escape(&direct.place())));
    }
    rows.push(("data-folder", escape(&data_folder(sheet, folder))));
    rows.push(("weavestream", facts.weavestream.as_deref().map_or_else(|| say("version-in-env"), escape)));
    let version = facts.env_version.to_string();
    rows.push(("env", told("env-version", &[("version", &version), ("at", &stamp(&facts.env_captured_at))])));
    let files: Vec<_> = facts.files.iter().map(|file| escape(&file.name)).collect();
    rows.push(("compose-files", if files.is_empty() { say("no-compose-files") } else { files.join(", ") }));
    rows
}

fn missed(page: &mut String, facts: &KitFacts) {
    if facts.missed.is_empty() {
        return;
    }
    let _ = write!(page, "<p class=\"warn\">{}</p><ul>", say("missed"));
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
    let _ = write!(page, "<h2>{}</h2>", say("dumps"));
    if copies.is_empty() {
        let _ = write!(page, "<p class=\"warn\">{}</p>", say("no-dumps"));
        return;
    }
    let _ = write!(page, "<table><tr><th>{}</th><th>{}</th><th>{}</th></tr>", say("made"), say("bytes"), say("file"));
    for copy in copies {
        let made = copy.made.map_or_else(|| say("earlier"), day);
        let (path, sha256) = (escape(&copy.path), escape(&copy.sha256));
        let _ = write!(
            page,
            "<tr><td>{made}</td><td>{}</td><td><code>{path}</code><br><code class=\"digest\">{sha256}</code></td></tr>",
            copy.size
        );
    }
    let _ = write!(page, "</table><p>{}</p>", say("uploads"));
}

fn steps(page: &mut String, sheet: &Sheet, folder: &str) {
    let data = data_folder(sheet, folder);
    let at = quote(folder);
    let newest = sheet.copies.first();
    let path = newest.map_or("weavestream-postgres-….dump", |copy| copy.path.as_str());
    // Paths of the laptop may be Windows'.
    let dump = quote(path.rsplit(['/', '\\']).next().unwrap_or(path));
    let _ = write!(page, "<h2>{}</h2><p>{}</p><ol>", say("new-host"), say("new-host-needs"));
    let mut step = |name: &str, line: &str| {
        let _ = write!(page, "<li><p>{}</p>", say(&format!("step-{name}")));
        command(page, line);
        page.push_str("</li>");
    };
    let compose = match &sheet.facts.compose {
        Some(_) => put_files(sheet.facts, folder),
        None => format!("curl --fail --output {at}/compose.yml {COMPOSE_FILE}"),
    };
    step(
        "folders",
        &format!(
            "mkdir -p {at}\nmkdir -p {data}/files {data}/backup\ncp .env {at}/\nchmod 600 {at}/.env\n{compose}\ncd {at}",
            data = quote(&data),
        ),
    );
    step("files", &format!("rsync -a /path/to/files/ {}/files/", quote(&data)));
    step("dump", &format!("scp {} NEW-HOST:{at}/\nsha256sum {dump}", quote(path)));
    step("postgres", "docker compose up -d postgres\ndocker compose ps postgres");
    step(
        "restore",
        &format!(
            "docker compose exec -T postgres sh -lc \\\n  'pg_restore --clean --if-exists --no-owner --no-acl -U \"$POSTGRES_USER\" -d \"$POSTGRES_DB\"' \\\n  < {dump}"
        ),
    );
    step(
        "recreate",
        "docker compose exec -T postgres sh -lc \\\n  'dropdb -U \"$POSTGRES_USER\" --if-exists \"$POSTGRES_DB\" && createdb -U \"$POSTGRES_USER\" \"$POSTGRES_DB\"'",
    );
    step("start", "docker compose up -d\ndocker compose ps");
    let _ = write!(page, "</ol><h2>{}</h2><ul class=\"checks\">", say("then-check"));
    for check in ["sign-in", "password", "picture", "backups"] {
        let _ = write!(page, "<li>{}</li>", say(&format!("check-{check}")));
    }
    let _ = write!(page, "</ul><p class=\"warn\">{}</p>", say("fresh-keys"));
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
