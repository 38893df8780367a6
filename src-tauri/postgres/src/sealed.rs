//! Samples of what is encrypted: of each column some values per version and kid.
//! The server takes the envelopes apart as far as the kid, so that a hundred
//! thousand passwords stay where they are.

use futures::{StreamExt, TryStreamExt};
use selvage_core::ports::DatabaseError;
use selvage_core::weavestream::sealed::{NotSampled, Sealed, SealedColumn, SealedData, SealedSamples};
use serde::Deserialize;

use crate::executor::{Executor, Param, Statement};
use crate::queries::Queries;

/// Statements under way at once: through `psql` each is a session of sshd, which allows ten.
const AT_ONCE: usize = 4;

// Whether each column is there, and may be read.
const COLUMNS: &str = "select jsonb_build_object('there', a.attname is not null,
        'readable', a.attname is not null and has_table_privilege(a.attrelid, 'select'))
    from unnest($1::text[], $2::text[]) with ordinality as wanted(tab, col, place)
    left join pg_attribute a on a.attrelid = to_regclass(wanted.tab) and a.attname = wanted.col
        and a.attnum > 0 and not a.attisdropped
    order by wanted.place";

// Columns that are named like encrypted ones, those that are known among them.
const ENCRYPTED: &str = "select to_jsonb(c.relname || '.' || a.attname)
    from pg_attribute a join pg_class c on c.oid = a.attrelid
    where c.relkind in ('r', 'p') and c.relnamespace = to_regnamespace('public') and a.attnum > 0 and not a.attisdropped
        and a.attname ~ '_(ciphertext|encrypted)$' and a.atttypid in ('text'::regtype, 'varchar'::regtype, 'bytea'::regtype)
    order by 1";

// `head` is version, length of the kid, and kid: what decides about the key. A
// value that is no base64 has none, and is a kind of its own. 344 characters
// hold the longest kid. Rows are counted and chosen by their place first, so
// that the values themselves are not carried along; three of each, because one
// damaged row says nothing of a key. The first stands for them all.
macro_rules! samples {
    ($table:literal, $column:literal, $row:expr) => {
        concat!(
            "with heads as (
                select head, count(*) as rows, (array_agg(place order by place))[1:3] as places from (
                    select ctid as place, case when length(",
            $column,
            ") >= 8 and length(",
            $column,
            ") % 4 = 0
                            and left(",
            $column,
            ", 344) ~ '\\A[A-Za-z0-9+/]+={0,2}\\Z'
                        then substring(decode(left(",
            $column,
            ", 344), 'base64')
                            from 1 for 2 + get_byte(decode(left(",
            $column,
            ", 344), 'base64'), 1)) end as head
                    from ",
            $table,
            " where ",
            $column,
            " is not null
                ) envelopes group by head order by head limit 200
            )
            select jsonb_build_object('row', ",
            $row,
            ", 'text', ",
            $column,
            ",
                'rows', case when t.ctid = places[1] then rows else 0 end)
            from heads join ",
            $table,
            " t on t.ctid = any(places) order by head, t.ctid"
        )
    };
}

macro_rules! of_password {
    ($table:literal, $id:literal, $column:literal, $what:literal) => {
        samples!(
            $table,
            $column,
            concat!("'password:' || lower(company_id::text) || ':' || lower(", $id, "::text) || ':", $what, "'")
        )
    };
}

const PASSWORD: &str = of_password!("passwords", "id", "password_ciphertext", "password");
const PASSWORD_TOTP: &str = of_password!("passwords", "id", "totp_secret_ciphertext", "totp");
const PASSWORD_NOTES: &str = of_password!("passwords", "id", "notes_ciphertext", "notes");
const OLD_PASSWORD: &str = of_password!("password_versions", "password_id", "password_ciphertext", "password");
const OLD_PASSWORD_TOTP: &str = of_password!("password_versions", "password_id", "totp_secret_ciphertext", "totp");
const OLD_PASSWORD_NOTES: &str = of_password!("password_versions", "password_id", "notes_ciphertext", "notes");
const INTEGRATION: &str =
    samples!("integration_secrets", "ciphertext", "'integration:' || lower(integration_id::text) || ':secret'");
const AI_PROVIDER: &str = samples!("ai_settings", "api_key_ciphertext", "'ai-settings:singleton:api-key'");
const OAUTH_APP: &str =
    samples!("integration_oauth_apps", "secret_ciphertext", "'integration-oauth-app:' || provider || ':client-secret'");
const EMAIL: &str = samples!("email_settings", "password_ciphertext", "'email-settings:singleton:smtp-password'");
// Without version and kid: each is a sample.
const MFA: &str = "select jsonb_build_object('row', '', 'text', mfa_secret_encrypted, 'rows', 1)
    from users where mfa_secret_encrypted is not null order by id limit 1000";

fn statement(column: SealedColumn) -> &'static str {
    match column {
        SealedColumn::Password => PASSWORD,
        SealedColumn::PasswordTotp => PASSWORD_TOTP,
        SealedColumn::PasswordNotes => PASSWORD_NOTES,
        SealedColumn::OldPassword => OLD_PASSWORD,
        SealedColumn::OldPasswordTotp => OLD_PASSWORD_TOTP,
        SealedColumn::OldPasswordNotes => OLD_PASSWORD_NOTES,
        SealedColumn::Integration => INTEGRATION,
        SealedColumn::AiProvider => AI_PROVIDER,
        SealedColumn::Email => EMAIL,
        SealedColumn::OauthApp => OAUTH_APP,
        SealedColumn::Mfa => MFA,
    }
}

#[derive(Deserialize)]
struct Readable {
    there: bool,
    readable: bool,
}

pub async fn samples<E: Executor>(queries: &Queries<E>) -> Result<SealedData, DatabaseError> {
    let (tables, columns) = SealedColumn::ALL.iter().map(|column| column.name()).unzip::<_, _, Vec<_>, Vec<_>>();
    let names = |names: Vec<&str>| Param::TextArray(Some(names.into_iter().map(ToOwned::to_owned).collect()));
    let asked = Statement { sql: COLUMNS, params: vec![names(tables), names(columns)] };
    let readable: Vec<Readable> = queries.all("pg_attribute", asked).await?;
    let sample = |(column, is): (SealedColumn, Readable)| async move {
        let found = match is {
            Readable { there: false, .. } => Err(NotSampled::Missing),
            Readable { readable: false, .. } => Err(NotSampled::Forbidden),
            _ => {
                let found: Vec<Sealed> =
                    queries.all(column.name().0, Statement { sql: statement(column), params: vec![] }).await?;
                Ok(found)
            }
        };
        Ok::<_, DatabaseError>(SealedSamples { column, found })
    };
    let encrypted: Vec<String> = queries.all("pg_attribute", Statement { sql: ENCRYPTED, params: vec![] }).await?;
    let known =
        |name: &String| SealedColumn::ALL.iter().map(|column| column.name()).any(|(t, c)| *name == format!("{t}.{c}"));
    let unknown = encrypted.into_iter().filter(|name| !known(name)).collect();
    let asked = futures::stream::iter(SealedColumn::ALL.into_iter().zip(readable)).map(sample);
    Ok(SealedData { samples: asked.buffered(AT_ONCE).try_collect().await?, unknown })
}
