// Steps that several views share.

/** The address of a section of the first deployment. */
export const addressOf = (section) => `#/deployments/d3a1c0de-0000-4000-8000-000000000001/${section}`;

export async function openAdd(tab) {
  await tab.getByRole('button', { name: 'Add a deployment' }).first().click();
  await tab.getByLabel('Host', { exact: true }).waitFor();
}

export async function fill(tab, host, folder) {
  await tab.getByLabel('Name').fill('Client – fabrikam');
  await tab.getByLabel('Host', { exact: true }).fill(host);
  await tab.getByLabel('Login').fill('deploy');
  await tab.getByLabel('Folder with compose.yml').fill(folder);
}

export async function fillDirect(tab, host) {
  await tab.getByLabel('Name', { exact: true }).fill('Production – acme 2');
  await tab.getByLabel('Host', { exact: true }).fill(host);
  await tab.getByLabel('Password').fill('not looked at');
}
