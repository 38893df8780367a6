ALTER TABLE integration_sync_checkpoints ADD COLUMN schema_version varchar(32);
