// What the companies own: assets by layout, their addresses, and what points at what.

const FIELDS = [
  { name: 'Address', slug: 'address', field_type: 'IP_ADDRESS', is_primary: true, show_in_table: true },
  { name: 'Warranty ends', slug: 'warranty', field_type: 'DATE', options: { isExpiry: true }, show_in_table: true },
  { name: 'Stands in', slug: 'stands-in', field_type: 'DROPDOWN', options: { choices: ['Rack A', 'Rack B', 'Under the desk'] } },
  { name: 'Runs on', slug: 'runs-on', field_type: 'ASSET_REFERENCE', visible_to_clients: false },
];

/** @returns `{layouts, fields, assets, values, relations}`: two layouts, and three assets of each company. */
export function makeInventory(dice, now, { companies, users }) {
  const at = new Date(now.getTime() - 200 * 86_400_000).toISOString();
  const stamps = { created_at: at, updated_at: at };
  const layouts = [['Servers', 'servers', 'server'], ['Network gear', 'network-gear', 'router']].map(([name, slug, icon], position) => ({
    id: dice.uuid(), name, slug, icon, color: '#4f6bed', position, created_by: users[0].id, ...stamps,
  }));
  const fields = layouts.flatMap((layout) => FIELDS.map((field, position) => ({
    id: dice.uuid(), asset_layout_id: layout.id, position, is_required: position === 0, is_primary: false, show_in_table: false, visible_to_clients: true,
    options: {}, ...field, ...stamps,
  })));
  const assets = companies.flatMap(({ id: company_id, slug }) => ['srv-01', 'fw-01', 'nas-01'].map((name, place) => ({
    id: dice.uuid(), company_id, asset_layout_id: layouts[place === 1 ? 1 : 0].id, name: `${slug}-${name}`,
    external_id: place === 2 ? null : `dev-${slug}-${place}`, external_source: place === 0 ? 'ninjaone' : null, created_by: users[1].id, updated_by: users[1].id, ...stamps,
  })));
  const values = assets.flatMap((asset, place) => {
    const own = fields.filter((field) => field.asset_layout_id === asset.asset_layout_id);
    const said = [`10.0.${place}.10`, '2028-03-31', 'Rack A'];
    return said.map((value, turn) => ({ id: dice.uuid(), company_id: asset.company_id, asset_id: asset.id, asset_field_id: own[turn].id, value, updated_at: at }));
  });
  const relations = companies.map(({ id: company_id }) => {
    const [server, , nas] = assets.filter((asset) => asset.company_id === company_id);
    return { id: dice.uuid(), company_id, source_type: 'asset', source_id: server.id, target_type: 'asset', target_id: nas.id, relation_type: 'reference', created_by: users[1].id, created_at: at };
  });
  return { layouts, fields, assets, values, relations };
}

/** @returns `{subnets, reservations}`; their times have a zone, unlike all others. */
export function makeAddresses(dice, now, { companies, users }) {
  const stamps = { created_by: users[1].id, created_at: new Date(now.getTime() - 150 * 86_400_000).toISOString(), updated_at: '2026-03-29T01:30:00+01:00' };
  const subnets = companies.map(({ id: company_id }, place) => ({
    id: dice.uuid(), company_id, name: 'Office', cidr: `10.0.${place}.0/24`, prefix: 24, vlan_id: 10 + place, gateway: `10.0.${place}.1`,
    dhcp_range_start: `10.0.${place}.100`, dhcp_range_end: `10.0.${place}.199`, ...stamps,
  }));
  const reservations = subnets.flatMap((subnet, place) => ['Printer', 'Door'].map((label, turn) => ({
    id: dice.uuid(), company_id: subnet.company_id, subnet_id: subnet.id, ip_address: `10.0.${place}.${20 + turn}`, label, ...stamps,
  })));
  return { subnets, reservations };
}

export function makeTags(dice, now) {
  const at = new Date(now.getTime() - 180 * 86_400_000).toISOString();
  return ['Critical', 'On site', 'Überwacht'].map((name) => ({ id: dice.uuid(), name, name_lower: name.toLowerCase(), created_at: at, updated_at: at }));
}
