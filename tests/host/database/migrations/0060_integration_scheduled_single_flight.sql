CREATE UNIQUE INDEX integration_sync_runs_one_flight_key ON integration_sync_runs (integration_id)
  WHERE (kind = 'scheduled' OR mode = 'full') AND status IN ('queued', 'running');
