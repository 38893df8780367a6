use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};
use selvage_core::weavestream::schedule::Schedule;
use selvage_core::weavestream::schedule_draft::{RetentionDraft, ScheduleDraft};

use super::details;

/// What to do with schedules.
#[derive(Subcommand, Debug)]
pub enum ScheduleCommand {
    /// Create a schedule and register it in the queue
    #[command(after_long_help = details::SCHEDULE_ADD)]
    Add {
        /// Name, short name or id of the deployment
        deployment: String,
        /// Its name
        #[arg(long)]
        name: String,
        /// Cron expression of five fields
        #[arg(long)]
        cron: String,
        /// Create it disabled
        #[arg(long)]
        disabled: bool,
        /// Its settings
        #[command(flatten)]
        values: ScheduleArguments,
        /// As whom
        #[command(flatten)]
        by: ActorArgument,
    },
    /// Change a schedule; what is not given stays
    #[command(after_long_help = details::SCHEDULE_CHANGE)]
    Edit {
        /// Which schedule
        #[command(flatten)]
        which: WhichSchedule,
        /// Its name
        #[arg(long)]
        name: Option<String>,
        /// Cron expression of five fields
        #[arg(long)]
        cron: Option<String>,
        /// Its settings
        #[command(flatten)]
        values: ScheduleArguments,
        /// As whom
        #[command(flatten)]
        by: ActorArgument,
    },
    /// Delete a schedule; its dumps and runs stay
    #[command(after_long_help = details::SCHEDULE_REMOVE)]
    Remove {
        /// Which schedule
        #[command(flatten)]
        which: WhichSchedule,
        /// As whom
        #[command(flatten)]
        by: ActorArgument,
    },
    /// Enable a schedule
    #[command(after_long_help = details::SCHEDULE_CHANGE)]
    Enable {
        /// Which schedule
        #[command(flatten)]
        which: WhichSchedule,
        /// As whom
        #[command(flatten)]
        by: ActorArgument,
    },
    /// Disable a schedule
    #[command(after_long_help = details::SCHEDULE_CHANGE)]
    Disable {
        /// Which schedule
        #[command(flatten)]
        which: WhichSchedule,
        /// As whom
        #[command(flatten)]
        by: ActorArgument,
    },
    /// Make the queue agree with the database about a schedule
    #[command(after_long_help = details::REPAIR)]
    Repair {
        /// Which schedule
        #[command(flatten)]
        which: WhichSchedule,
    },
    /// Show which dumps a schedule keeps and which its next run deletes, with its own rules or others; changes nothing
    #[command(after_long_help = details::RETENTION)]
    #[command(alias = "keeps")]
    Retention {
        /// Which schedule
        #[command(flatten)]
        which: WhichSchedule,
        /// Rules in place of its own
        #[command(flatten)]
        rules: RuleArguments,
    },
    /// Show when a cron expression runs; no host is needed
    #[command(after_long_help = details::PREVIEW)]
    Preview {
        /// What to preview
        #[command(flatten)]
        preview: PreviewArguments,
    },
}

/// One schedule of one deployment.
#[derive(Args, Debug)]
pub struct WhichSchedule {
    /// Name, short name or id of the deployment
    pub deployment: String,
    /// Id of the schedule, as `selvage schedules` prints it
    pub id: uuid::Uuid,
}

/// As whom a change is made.
#[derive(Args, Debug)]
pub struct ActorArgument {
    /// Email of a Weavestream user who may manage backups; without it the one chosen in the window, if any
    #[arg(id = "actor", long = "as", value_name = "EMAIL")]
    pub actor: Option<String>,
}

/// Settings of a schedule beside its name and its cron expression.
#[derive(Args, Debug)]
pub struct ScheduleArguments {
    /// Time zone as in Europe/Berlin; empty for Etc/UTC
    #[arg(long, value_name = "ZONE")]
    pub tz: Option<String>,
    /// Which dumps it keeps
    #[command(flatten)]
    pub rules: RuleArguments,
    /// Address for mail about failures; can be repeated, and replaces the present ones
    #[arg(long, value_name = "EMAIL", conflicts_with = "no_email")]
    pub email: Vec<String>,
    /// The host sends no mail
    #[arg(long)]
    pub no_email: bool,
    /// Whether the host also sends mail about successes
    #[arg(long, value_name = "true|false")]
    pub notify_on_success: Option<bool>,
}

/// Rules of retention.
#[derive(Args, Debug)]
pub struct RuleArguments {
    /// Newest dumps to keep, 0 to 100
    #[arg(long)]
    pub keep_last: Option<f64>,
    /// Days of which the newest dump is kept, 0 to 365
    #[arg(long)]
    pub daily: Option<f64>,
    /// Weeks of which the newest dump is kept, 0 to 104
    #[arg(long)]
    pub weekly: Option<f64>,
    /// Months of which the newest dump is kept, 0 to 120
    #[arg(long)]
    pub monthly: Option<f64>,
}

impl RuleArguments {
    /// `kept`, with what was given in its place.
    #[must_use]
    pub fn over(&self, kept: RetentionDraft) -> RetentionDraft {
        RetentionDraft {
            keep_last: self.keep_last.or(kept.keep_last),
            daily: self.daily.or(kept.daily),
            weekly: self.weekly.or(kept.weekly),
            monthly: self.monthly.or(kept.monthly),
        }
    }
}

impl ScheduleArguments {
    /// A new schedule.
    #[must_use]
    pub fn create(&self, name: String, cron: String, enabled: bool) -> ScheduleDraft {
        self.over(ScheduleDraft { name, enabled, cron, ..ScheduleDraft::default() })
    }

    /// A changed schedule.
    #[must_use]
    pub fn change(&self, schedule: &Schedule, name: Option<String>, cron: Option<String>) -> ScheduleDraft {
        let mut draft = ScheduleDraft::from(schedule);
        draft.name = name.unwrap_or(draft.name);
        draft.cron = cron.unwrap_or(draft.cron);
        self.over(draft)
    }

    fn over(&self, mut draft: ScheduleDraft) -> ScheduleDraft {
        if self.tz.is_some() {
            draft.timezone.clone_from(&self.tz);
        }
        draft.retention = self.rules.over(draft.retention);
        if self.no_email || !self.email.is_empty() {
            draft.notify_emails.clone_from(&self.email);
        }
        draft.notify_on_success = self.notify_on_success.unwrap_or(draft.notify_on_success);
        draft
    }
}

/// What to preview.
#[derive(Args, Debug)]
pub struct PreviewArguments {
    /// Cron expression of five fields
    #[arg(long, required_unless_present = "batch")]
    pub cron: Option<String>,
    /// Time zone as in Europe/Berlin
    #[arg(long, value_name = "ZONE", default_value = "Etc/UTC")]
    pub tz: String,
    /// The times after this one, as in 2026-10-22T07:41:00Z; without it, after now
    #[arg(long, value_name = "TIME")]
    pub from: Option<DateTime<Utc>>,
    /// How many
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub count: u16,
    /// Read one JSON object per line, `{"cron", "tz", "from", "count"}`, and answer each with one
    #[arg(long, conflicts_with = "cron")]
    pub batch: bool,
}
