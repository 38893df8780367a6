// The screens about secrets and kits, with what to do to reach them.
import { addressOf, openAdd } from './steps.mjs';

const page = { hash: addressOf('secrets'), ready: '.secrets tbody td' };

export const secretViews = [
  { name: 'secrets', scene: 'typical', ...page, act: settled },
  { name: 'secrets-trouble', scene: 'trouble', ...page, act: settled },
  { name: 'secrets-direct', scene: 'direct', ...page, act: settled },
  { name: 'secrets-empty', scene: 'risk', hash: page.hash, ready: '#no-secrets' },
  { name: 'secrets-unreached', scene: 'changed', ...page, act: (tab) => tab.getByRole('button', { name: 'Try again' }).waitFor() },
  {
    name: 'secrets-lost-entry',
    scene: 'trouble',
    ...page,
    act: async (tab) => {
      await tab.getByRole('button', { name: /^Version 5/ }).click();
      await tab.getByText('is incomplete in the keyring').waitFor();
    },
  },
  {
    name: 'secrets-faults',
    scene: 'typical',
    ...page,
    act: async (tab) => {
      await tab.getByRole('button', { name: /^Version 4/ }).click();
      await tab.getByText('Compose cannot read 2 lines').waitFor();
    },
  },
  {
    name: 'secrets-revealed',
    scene: 'typical',
    ...page,
    act: async (tab) => {
      await settled(tab);
      await tab.getByRole('button', { name: 'Copy SMTP_SECRET_KEY' }).click();
      await tab.getByText(/^Copied for/).waitFor();
      await tab.getByRole('button', { name: 'Reveal PASSWORD_PREVIOUS_KEYS' }).click();
      await tab.getByText(/^Hides in/).waitFor();
    },
  },
  {
    name: 'secrets-settings',
    scene: 'typical',
    ...page,
    act: async (tab) => {
      await settled(tab);
      await tab.locator('.content .scroll').evaluate((area) => area.scrollTo({ top: area.scrollHeight }));
    },
  },
  {
    name: 'secrets-search',
    scene: 'typical',
    ...page,
    act: async (tab) => {
      await settled(tab);
      await tab.getByRole('searchbox', { name: 'Filter names' }).fill('smpt');
      await tab.getByText('No name matches').waitFor();
    },
  },
  { name: 'secrets-menu', scene: 'typical', ...page, act: (tab) => menu(tab, 7) },
  {
    name: 'secrets-compare',
    scene: 'trouble',
    ...page,
    act: async (tab) => {
      await settled(tab);
      await tab.getByRole('button', { name: 'Compare' }).click();
      await tab.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'secrets-proof',
    scene: 'typical',
    ...page,
    act: async (tab) => {
      await settled(tab);
      await tab.getByRole('button', { name: 'Prove again' }).click();
      await tab.getByRole('dialog').getByText('Tested just now').waitFor();
    },
  },
  {
    name: 'secrets-proof-host',
    scene: 'trouble',
    ...page,
    act: async (tab) => {
      await settled(tab);
      await menu(tab, 7);
      await tab.getByRole('menuitem', { name: 'Prove the keys on the host' }).click();
      await tab.getByRole('dialog').getByText('Key is missing', { exact: true }).waitFor();
    },
  },
  {
    name: 'secrets-proof-direct',
    scene: 'direct',
    ...page,
    act: async (tab) => {
      await settled(tab);
      await tab.getByRole('button', { name: 'Prove again' }).click();
      await tab.getByRole('dialog').getByText('Not tested, because').waitFor();
    },
  },
  {
    name: 'secrets-put-back',
    scene: 'typical',
    ...page,
    act: putBack,
  },
  {
    name: 'secrets-put-back-done',
    scene: 'typical',
    ...page,
    act: async (tab) => {
      await putBack(tab);
      await tab.getByLabel('I understand').check();
      await tab.getByRole('button', { name: 'Put back on the host', exact: true }).click();
      await tab.getByText('root:root, 600').waitFor();
    },
  },
  {
    name: 'secrets-delete',
    scene: 'typical',
    ...page,
    act: async (tab) => {
      await settled(tab);
      await menu(tab, 7);
      await tab.getByRole('menuitem', { name: 'Delete…' }).click();
      await tab.getByRole('alertdialog').waitFor();
    },
  },
  {
    name: 'secrets-note',
    scene: 'typical',
    ...page,
    act: async (tab) => {
      await settled(tab);
      await menu(tab, 7);
      await tab.getByRole('menuitem', { name: 'Note…' }).click();
      await tab.getByRole('dialog').waitFor();
    },
  },
  { name: 'kit', scene: 'typical', ...page, act: openKit },
  {
    name: 'kit-own',
    scene: 'typical',
    ...page,
    act: async (tab) => {
      await openKit(tab);
      await tab.getByRole('radio', { name: 'My own passphrase' }).check();
      await tab.getByLabel('Passphrase', { exact: true }).fill('not enough yet');
      await tab.getByLabel('Again').fill('another');
      await tab.getByText('Not enough yet').waitFor();
    },
  },
  {
    name: 'kit-without-host',
    scene: 'trouble',
    ...page,
    act: async (tab) => {
      await writeKit(tab);
      await tab.getByRole('button', { name: 'Write it without the Compose file' }).waitFor();
    },
  },
  {
    name: 'kit-done',
    scene: 'typical',
    ...page,
    act: async (tab) => {
      await writeKit(tab);
      await tab.getByText('Opened again and compared').waitFor();
    },
  },
  {
    name: 'kit-import',
    scene: 'typical',
    ready: '#verdict',
    act: async (tab) => {
      await openAdd(tab);
      await tab.getByRole('button', { name: 'From an emergency kit…' }).click();
      await tab.getByRole('button', { name: 'Choose: Kit' }).click();
      await tab.getByLabel('Passphrase').fill('taken-by-another-one');
      await tab.getByRole('button', { name: 'Open the kit' }).click();
      await tab.getByLabel('Another name').waitFor();
    },
  },
  {
    name: 'activity-secrets',
    scene: 'typical',
    ...page,
    act: async (tab) => {
      await settled(tab);
      await tab.getByRole('button', { name: 'Copy SMTP_SECRET_KEY' }).click();
      await tab.getByText(/^Copied for/).waitFor();
      await tab.getByRole('button', { name: 'Capture now' }).click();
      await tab.locator('.toast').waitFor();
      await tab.keyboard.press('Control+j');
      await tab.locator('.drawer .job').first().waitFor();
    },
  },
];

/** The host has been looked at, or there is none: nothing moves any more. */
async function settled(tab) {
  await tab.locator('.vault .notice').first().waitFor();
}

async function menu(tab, version) {
  await tab.getByRole('button', { name: `More for version ${version}` }).click();
  await tab.getByRole('menuitem', { name: 'Note…' }).waitFor();
}

async function putBack(tab) {
  await settled(tab);
  await menu(tab, 7);
  await tab.getByRole('menuitem', { name: 'Put back on the host…' }).click();
  await tab.getByText('What changes on the host').waitFor();
}

async function openKit(tab) {
  await settled(tab);
  await tab.getByRole('button', { name: 'Export emergency kit…' }).click();
  await tab.getByText('copper-ledger').waitFor();
}

async function writeKit(tab) {
  await openKit(tab);
  await tab.getByRole('button', { name: 'Choose: Folder' }).click();
  await tab.getByLabel('I have written the words down').check();
  await tab.getByRole('button', { name: 'Write the kit' }).click();
}
