ALTER TABLE integration_sync_checkpoints ADD COLUMN authoritative boolean NOT NULL DEFAULT true;
