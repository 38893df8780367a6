ALTER TABLE alert_config ADD COLUMN recipient_emails text[] NOT NULL DEFAULT '{}';
