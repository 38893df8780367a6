// Rows as SQL text.

/** Rows of one table, all with the same columns. Postgres converts the JSON to the columns' own types, enums and arrays too. */
export function insert(table, rows) {
  if (rows.length === 0) return '';
  const columns = Object.keys(rows[0]).join(', ');
  return `INSERT INTO ${table} (${columns}) SELECT ${columns} FROM jsonb_populate_recordset(NULL::${table}, ${literal(JSON.stringify(rows))});`;
}

/** Rows of several tables, in their order. */
export const insertAll = (tables) => Object.entries(tables).map(([table, rows]) => insert(table, rows)).join('\n');

/** The one row of a table that has it already from its migration. */
export const settle = (table, rows) => `DELETE FROM ${table};\n${insert(table, rows)}`;

function literal(text) {
  return `'${text.replaceAll("'", "''")}'`;
}
