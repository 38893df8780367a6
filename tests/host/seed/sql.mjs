// Rows as SQL text.

/** Rows of one table, all with the same columns. Postgres converts the JSON to the columns' own types, enums and arrays too. */
export function insert(table, rows) {
  if (rows.length === 0) return '';
  const columns = Object.keys(rows[0]).join(', ');
  return `INSERT INTO ${table} (${columns}) SELECT ${columns} FROM jsonb_populate_recordset(NULL::${table}, ${literal(JSON.stringify(rows))});`;
}

function literal(text) {
  return `'${text.replaceAll("'", "''")}'`;
}
