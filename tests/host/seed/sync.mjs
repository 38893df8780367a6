// What the integrations did: mappings, runs, and a record for each kind of thing that they keep.

/** @returns rows by table, in an order in which they can be inserted. */
export function makeSync(dice, now, { companies, users }, { integrations }, { layouts, fields, assets, relations }, { subnets, reservations }, articles) {
  const ago = (days) => new Date(now.getTime() - days * 86_400_000).toISOString();
  const stamps = { created_at: ago(30), updated_at: ago(1) };
  const [ninja, cloudflare] = integrations;
  const company = companies[0];
  const mapping = { id: dice.uuid(), integration_id: ninja.id, company_id: company.id, external_org_id: 'org-1', external_org_name: company.name, created_by: users[0].id, ...stamps };
  const KINDS = ['asset', 'subnet', 'ip_reservation', 'article', 'relation'];
  const resources = KINDS.map((target_kind) => ({
    id: dice.uuid(), integration_id: ninja.id, resource_key: `${target_kind}s`, target_kind, asset_layout_id: target_kind === 'asset' ? layouts[0].id : null,
    match_key_field_ids: target_kind === 'asset' ? [fields[0].id] : [], target_config: {}, depends_on_resource_keys: target_kind === 'relation' ? ['assets'] : [], ...stamps,
  }));
  const runs = [
    { kind: 'scheduled', mode: 'incremental', status: 'succeeded', error: null, delivery_key: 'scheduled:1' },
    { kind: 'manual', mode: 'full', status: 'failed', error: 'The source said 503.', delivery_key: null },
  ].map((run, place) => ({ id: dice.uuid(), integration_id: ninja.id, ...run, totals: { fetched: 5 }, started_at: ago(2 - place), finished_at: ago(2 - place), created_at: ago(2 - place) }));
  const own = (list) => list.find((row) => row.company_id === company.id).id;
  const targets = { asset_id: own(assets), subnet_id: own(subnets), ip_reservation_id: own(reservations), article_id: own(articles), relation_id: own(relations) };
  const none = Object.fromEntries(Object.keys(targets).map((column) => [column, null]));
  const records = KINDS.map((target_kind, place) => ({
    id: dice.uuid(), integration_company_mapping_id: mapping.id, resource_id: resources[place].id, sync_run_id: runs[0].id, company_id: company.id, target_kind,
    ...none, [`${target_kind}_id`]: targets[`${target_kind}_id`], external_id: `ext-${place}`, last_synced_at: ago(2), last_seen_at: ago(2),
    state: place === 4 ? 'stale' : 'active', stale_since: place === 4 ? ago(1) : null, checksum: dice.bytes(32).toString('hex'), last_synced_field_checksums: {},
    provenance: { source: 'ninjaone' }, ...stamps,
  }));
  const scope = { company_id: company.id, integration_company_mapping_id: mapping.id, resource_id: resources[0].id };
  return {
    integration_company_mappings: [mapping],
    integration_resources: resources,
    integration_field_mappings: [
      { id: dice.uuid(), resource_id: resources[0].id, source_field: 'ip', target_kind: 'asset', target_field_id: fields[0].id, target_path: null, transform: { trim: true }, ...stamps },
      { id: dice.uuid(), resource_id: resources[1].id, source_field: 'cidr', target_kind: 'subnet', target_field_id: null, target_path: '/cidr', transform: null, ...stamps },
    ],
    integration_sync_runs: runs,
    integration_sync_run_company_results: runs.map((run) => ({
      id: dice.uuid(), sync_run_id: run.id, integration_company_mapping_id: mapping.id, company_id: company.id, status: run.status, totals: run.totals, conflicts: [], created_at: run.created_at,
    })),
    integration_sync_records: records,
    integration_sync_checkpoints: [{ id: dice.uuid(), ...scope, mode: 'incremental', cursor: null, last_completed_at: ago(2), schema_version: null, ...stamps }],
    integration_reconstruction_summaries: [
      { id: dice.uuid(), ...scope, resource_id: null, summary_key: 'all', counts: { active: 4, stale: 1 }, evaluated_at: ago(1), ...stamps },
      { id: dice.uuid(), ...scope, summary_key: scope.resource_id, counts: { active: 1 }, evaluated_at: ago(1), ...stamps },
    ],
    integration_reconstruction_gaps: [{
      id: dice.uuid(), ...scope, sync_record_id: records[4].id, dedupe_key: 'relation:gone', kind: 'missing_dependency', message: 'The other end is gone.', details: {},
      first_seen_at: ago(3), last_seen_at: ago(1), resolved_at: null, ...stamps,
    }],
    cloudflare_ip_lists: [{
      id: dice.uuid(), integration_id: cloudflare.id, external_account_id: 'account-1', external_list_id: 'list-1', name: 'Offices', entries: [{ ip: '192.0.2.0/24' }],
      drift_status: 'in_sync', last_pushed_at: ago(4), ...stamps,
    }],
  };
}
