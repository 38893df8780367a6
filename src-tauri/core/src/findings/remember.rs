use std::collections::BTreeMap;

use chrono::TimeDelta;

use super::kind::{Finding, FindingKey};
use super::store::{FindingRecord, Recorded};

/// An event asks for attention for so long; nothing that is checked later shows it again.
const EVENT_LASTS: TimeDelta = TimeDelta::days(7);
/// A cleared finding is remembered for so long.
const CLEARED_KEPT: TimeDelta = TimeDelta::days(90);

/// What is remembered after a check, from what was remembered before it (none before the
/// first check of a deployment), and what the admin is to be notified of. The one rule that
/// every [`super::FindingStore`] keeps to.
#[must_use]
pub fn remember(before: Option<Vec<FindingRecord>>, recorded: &Recorded<'_>) -> (Vec<FindingRecord>, Vec<Finding>) {
    let at = recorded.at;
    let is_first = before.is_none();
    let mut records: BTreeMap<FindingKey, FindingRecord> =
        before.into_iter().flatten().map(|record| (record.key.clone(), record)).collect();
    for finding in recorded.found {
        let key = finding.key();
        let (first_seen, notified) = match records.get(&key) {
            Some(known) if known.cleared.is_none() => (known.first_seen, known.notified),
            _ => (at, is_first.then_some(at)),
        };
        let finding = finding.clone();
        let record = FindingRecord { key: key.clone(), first_seen, last_seen: at, notified, cleared: None, finding };
        records.insert(key, record);
    }
    for record in records.values_mut().filter(|record| record.cleared.is_none() && record.last_seen != at) {
        let lasts = if record.finding.kind.is_event() {
            at - record.last_seen <= EVENT_LASTS
        } else {
            recorded.not_judged.contains(&record.key.kind.as_str())
        };
        record.cleared = (!lasts).then_some(at);
    }
    let mut news = Vec::new();
    for record in records.values_mut().filter(|record| record.cleared.is_none() && record.notified.is_none()) {
        if recorded.notifies && record.finding.kind.notifies().is_some() {
            record.notified = Some(at);
            news.push(record.finding.clone());
        }
    }
    records.retain(|_, record| record.cleared.is_none_or(|cleared| at - cleared <= CLEARED_KEPT));
    (records.into_values().collect(), news)
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};

    use super::*;
    use crate::findings::FindingKind;

    fn at(minute: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::minutes(minute)
    }

    fn lost(name: &str) -> Finding {
        let kind = FindingKind::KeyNotSaved { version: 1, name: name.into(), kids: vec!["1".into()] };
        Finding { kind, seen_at: at(0) }
    }

    fn checked(
        before: Option<Vec<FindingRecord>>,
        found: &[Finding],
        minute: i64,
        notifies: bool,
    ) -> (Vec<FindingRecord>, Vec<Finding>) {
        remember(before, &Recorded { found, not_judged: &[], notifies, at: at(minute) })
    }

    #[test]
    fn what_the_first_check_finds_is_no_news_and_what_comes_later_is_news_once() {
        let (records, news) = checked(None, &[lost("A")], 0, true);
        assert!(news.is_empty() && records.len() == 1);
        let (records, news) = checked(Some(records), &[lost("A"), lost("B")], 5, true);
        assert_eq!(news, [lost("B")]);
        let (records, news) = checked(Some(records), &[lost("A"), lost("B")], 10, true);
        assert!(news.is_empty());
        assert_eq!(records.iter().map(|record| record.first_seen).collect::<Vec<_>>(), [at(0), at(5)]);
    }

    #[test]
    fn what_nobody_heard_is_news_for_the_next_that_is_heard() {
        let (records, _) = checked(None, &[], 0, false);
        let (records, news) = checked(Some(records), &[lost("A")], 5, false);
        assert!(news.is_empty());
        let (_, news) = checked(Some(records), &[lost("A")], 10, true);
        assert_eq!(news, [lost("A")]);
    }

    #[test]
    fn what_comes_back_is_news_again_and_what_could_not_be_judged_is_not_cleared() {
        let (records, _) = checked(None, &[lost("A")], 0, true);
        let blind = Recorded { found: &[], not_judged: &["key_not_saved"], notifies: true, at: at(5) };
        let (records, _) = remember(Some(records), &blind);
        assert_eq!(records[0].cleared, None);
        let (records, _) = checked(Some(records), &[], 10, true);
        assert_eq!(records[0].cleared, Some(at(10)));
        let (records, news) = checked(Some(records), &[lost("A")], 15, true);
        assert_eq!((news.len(), records[0].first_seen, records[0].cleared), (1, at(15), None));
    }

    #[test]
    fn an_event_stays_for_a_week_and_a_cleared_finding_is_forgotten_in_time() {
        let run = crate::weavestream::run::RunId(uuid::Uuid::nil());
        let gone = Finding { kind: FindingKind::RunsGone { newest: run, at: at(0), count: 1 }, seen_at: at(0) };
        let (records, news) = checked(Some(Vec::new()), std::slice::from_ref(&gone), 0, true);
        assert_eq!(news, [gone]);
        let day = 24 * 60;
        let (records, _) = checked(Some(records), &[], 6 * day, true);
        assert_eq!(records[0].cleared, None);
        let (records, _) = checked(Some(records), &[], 8 * day, true);
        assert!(records[0].cleared.is_some());
        let (records, _) = checked(Some(records), &[], 100 * day, true);
        assert!(records.is_empty());
    }
}
