import { screen, waitFor, within } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import { jobs } from '../src/app/jobs.svelte';
import { router } from '../src/app/route.svelte';
import { ui } from '../src/app/window.svelte';
import { ACME, type Scene } from '../src/ipc/mock/world';
import { open } from './app';

const SECRETS = `#/deployments/${ACME}/secrets`;
const CONNECTION = `#/deployments/${ACME}/connection`;

/** The screen, after the host has been looked at. */
async function secrets(scene: Scene) {
  const opened = await open(scene, SECRETS);
  await screen.findByRole('heading', { level: 2, name: 'Version 7' });
  await waitFor(() => expect(opened.calls.filter((call) => call === 'vault')).toHaveLength(2));
  return opened;
}

const cells = (name: string) => document.querySelector(`tr[data-name="${name}"]`)?.textContent.replace(/\s+/g, ' ') ?? '';

async function more(user: Awaited<ReturnType<typeof open>>['user'], version: number, item: string) {
  screen.getByRole('button', { name: `More for version ${version}` }).focus();
  await user.keyboard('{Enter}');
  // jsdom does not lay out, so that the menu counts as hidden and its items as nameless.
  const chosen = await waitFor(() => {
    const found = [...document.querySelectorAll<HTMLElement>('[role="menuitem"]')].find((known) => known.textContent.trim() === item);
    if (!found) throw new Error(`no ${item} in the menu`);
    return found;
  });
  chosen.focus();
  await user.keyboard('{Enter}');
}

describe('the secrets', () => {
  it('show the newest version by name, and how the host differs', async () => {
    await secrets('typical');
    expect(screen.getByText('The host’s .env differs from the vault.')).toBeTruthy();
    expect(screen.getByText('29 names, 14 hidden.')).toBeTruthy();
    expect(cells('PASSWORD_ENCRYPTION_KEY')).toContain('kid 2026-10');
    expect(cells('PASSWORD_ENCRYPTION_KEY')).toContain('Proved: decrypts 3 of 3 kids');
    expect(cells('SMTP_PREVIOUS_KEYS')).toContain('Only on host');
    expect(cells('APP_URL')).toContain('https://weave.acme.example');
    expect(screen.getByRole('button', { name: /^On the host.*Not captured/ })).toBeTruthy();
    expect(screen.getByRole('link', { name: /^Secrets/ }).getAttribute('aria-current')).toBe('page');
  });

  it('raise an alarm when the host has lost a key', async () => {
    await secrets('trouble');
    expect(screen.getByText('SMTP_SECRET_KEY was changed on the host, and the old key is gone there.')).toBeTruthy();
    expect(document.querySelector('.vault .notice.bad')?.textContent).toContain('Version 7 still has the key.');
    expect(screen.getByText('Version 5: outdated')).toBeTruthy();
  });

  it('say in place of the table what the keyring does not give, and let it be tried again', async () => {
    const { user, world } = await secrets('trouble');
    await user.click(screen.getByRole('button', { name: /^Version 5/ }));
    expect(await screen.findByText('Version 5 is incomplete in the keyring.')).toBeTruthy();
    expect(screen.queryByRole('table')).toBeNull();
    if (world.vaults[ACME]) world.vaults[ACME].troubles = {};
    await user.click(within(screen.getByRole('region', { name: 'Version 5 is incomplete in the keyring' })).getByRole('button', { name: 'Try again' }));
    expect(await screen.findByRole('table', { name: 'Secrets in version 5' })).toBeTruthy();
  });

  it('read another version without looking at the host again', async () => {
    const { user, calls } = await secrets('typical');
    await user.click(screen.getByRole('button', { name: /^Version 4/ }));
    expect(await screen.findByText('Compose cannot read 2 lines of this version.')).toBeTruthy();
    expect(calls.filter((call) => call === 'vault')).toHaveLength(3);
    expect(screen.getByRole('button', { name: /^Version 4/ }).getAttribute('aria-current')).toBe('true');
  });

  it('hide what was revealed when another version is shown', async () => {
    const { user } = await secrets('typical');
    await user.click(screen.getByRole('button', { name: 'Reveal MFA_ENCRYPTION_KEY' }));
    expect(await screen.findByText(/^Hides in/)).toBeTruthy();
    const value = document.querySelector('code.value')?.textContent ?? '';
    expect(value).not.toBe('');
    await user.click(screen.getByRole('button', { name: /^Version 6/ }));
    await screen.findByRole('table', { name: 'Secrets in version 6' });
    await user.click(screen.getByRole('button', { name: /^Version 7/ }));
    await screen.findByRole('table', { name: 'Secrets in version 7' });
    expect(document.body.textContent).not.toContain(value);
  });

  it('hide what was revealed when the window is not seen any more', async () => {
    const { user } = await secrets('typical');
    await user.click(screen.getByRole('button', { name: 'Reveal MFA_ENCRYPTION_KEY' }));
    await screen.findByText(/^Hides in/);
    Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
    await waitFor(() => expect(document.querySelector('code.value')).toBeNull());
    Reflect.deleteProperty(document, 'visibilityState');
  });

  it('copy without showing, and write it down in the activity without a toast', async () => {
    const { user, calls } = await secrets('typical');
    await user.click(screen.getByRole('button', { name: 'Copy JWT_SIGNING_KEY' }));
    expect(await screen.findByText('Copied for 30 s')).toBeTruthy();
    expect(calls).not.toContain('reveal_secret');
    await waitFor(() => expect(jobs.activity.map((done) => done.kind.act)).toEqual(['copied']));
    expect(document.querySelector('.toast')).toBeNull();
    ui.drawer = true;
    const drawer = within(await screen.findByRole('region', { name: 'Activity' }));
    expect(drawer.getByText('JWT_SIGNING_KEY of version 7')).toBeTruthy();
    expect(drawer.getByText('Copied to the clipboard')).toBeTruthy();
    expect(drawer.queryByRole('button', { name: 'Clear finished' })).toBeNull();
  });

  it('filter names', async () => {
    const { user } = await secrets('typical');
    await user.type(screen.getByRole('searchbox', { name: 'Filter names' }), 'previous');
    expect([...document.querySelectorAll('tr[data-name]')].map((row) => row.getAttribute('data-name'))).toEqual(['PASSWORD_PREVIOUS_KEYS', 'INTEGRATION_PREVIOUS_KEYS', 'SMTP_PREVIOUS_KEYS']);
    await user.type(screen.getByRole('searchbox', { name: 'Filter names' }), 'x');
    await user.click(await screen.findByRole('button', { name: 'Clear the filter' }));
    expect(document.querySelectorAll('tr[data-name]').length).toBeGreaterThan(20);
  });
});

describe('what is done with versions', () => {
  it('compares, captures from there, and shows the new version', async () => {
    const { user } = await secrets('typical');
    await user.click(screen.getByRole('button', { name: 'Compare' }));
    const dialog = within(await screen.findByRole('dialog', { name: 'The host’s .env compared with the vault' }));
    expect(dialog.getByText('Different value on the host')).toBeTruthy();
    expect(dialog.getByText('WEAVESTREAM_VERSION')).toBeTruthy();
    await user.click(dialog.getByRole('button', { name: 'Capture now' }));
    expect(await screen.findByRole('heading', { level: 2, name: 'Version 8' })).toBeTruthy();
    expect(await screen.findByText('Version 8 is in the keyring')).toBeTruthy();
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(screen.queryByRole('button', { name: 'Compare' })).toBeNull();
    expect(screen.getByText('Same as on the host')).toBeTruthy();
  });

  it('proves the keys, and tells every kid', async () => {
    const { user } = await secrets('typical');
    await user.click(screen.getByRole('button', { name: 'Prove again' }));
    const dialog = within(await screen.findByRole('dialog', { name: 'Proof of the keys of version 7' }));
    expect(await dialog.findByText('Every key decrypts everything encrypted with it.')).toBeTruthy();
    expect(within(dialog.getByRole('table', { name: 'PASSWORD_ENCRYPTION_KEY' })).getByText('1,204')).toBeTruthy();
    await user.click(dialog.getByRole('button', { name: 'Close' }));
    expect(await screen.findByRole('button', { name: /^Last proved Today/ })).toBeTruthy();
  });

  it('proves the keys of the host, and says what cannot be decrypted there', async () => {
    const { user } = await secrets('trouble');
    await more(user, 7, 'Prove the keys on the host');
    const dialog = within(await screen.findByRole('dialog', { name: 'Proof of the keys on the host' }));
    expect(await dialog.findByText('3 of 4 keys decrypt everything encrypted with them.')).toBeTruthy();
    expect(dialog.getByText('Key is missing')).toBeTruthy();
    // What does not fit is read first.
    expect(dialog.getAllByRole('heading', { level: 3 })[0]?.textContent).toBe('SMTP_SECRET_KEY');
  });

  it('puts a version back after it has said what will happen', async () => {
    const { user, calls } = await secrets('typical');
    await more(user, 7, 'Put back on the host…');
    const dialog = within(await screen.findByRole('alertdialog'));
    expect(await dialog.findByText('Changes')).toBeTruthy();
    expect(dialog.getByText('Version 7 lacks a key that the host has.')).toBeTruthy();
    expect(dialog.getByText('The host’s current file is not in the vault.')).toBeTruthy();
    expect(document.activeElement?.textContent).toBe('Cancel');
    await user.click(dialog.getByRole('button', { name: 'Put back on the host' }));
    expect(dialog.getByText('Confirm the loss first.')).toBeTruthy();
    expect(calls).not.toContain('put_back');
    await user.click(dialog.getByLabelText('I understand, and want to put it back anyway'));
    await user.click(dialog.getByRole('button', { name: 'Put back on the host' }));
    expect(await dialog.findByText('/opt/weavestream/.env.before-20261022T074100Z')).toBeTruthy();
    expect(dialog.getByText('docker compose up -d')).toBeTruthy();
    expect(calls.filter((call) => call === 'put_back')).toHaveLength(1);
  });

  it('captures first when that is asked for, and plans anew', async () => {
    const { user, calls, world } = await secrets('typical');
    await more(user, 7, 'Put back on the host…');
    const dialog = within(await screen.findByRole('alertdialog'));
    await user.click(await dialog.findByRole('button', { name: 'Capture first' }));
    await waitFor(() => expect(calls.filter((call) => call === 'plan_put_back')).toHaveLength(2));
    await waitFor(() => expect(dialog.queryByRole('button', { name: 'Capture first' })).toBeNull());
    expect(world.vaults[ACME]?.versions[0]?.number).toBe(8);
    expect(screen.getByRole('alertdialog', { name: 'Put version 7 back on the host?' })).toBeTruthy();
  });

  it('looks again when the host’s file was changed meanwhile', async () => {
    const { user, calls } = await secrets('moved');
    await more(user, 7, 'Put back on the host…');
    const dialog = within(await screen.findByRole('alertdialog'));
    await user.click(await dialog.findByLabelText('I understand, and want to put it back anyway'));
    await user.click(dialog.getByRole('button', { name: 'Put back on the host' }));
    expect(await dialog.findByText('The host’s .env was changed in the meantime.')).toBeTruthy();
    expect(dialog.queryByRole('button', { name: 'Put back on the host' })).toBeNull();
    await user.click(dialog.getByRole('button', { name: 'Check again' }));
    expect(await dialog.findByRole('button', { name: 'Put back on the host' })).toBeTruthy();
    expect(calls.filter((call) => call === 'plan_put_back')).toHaveLength(2);
  });

  it('writes a note', async () => {
    const { user } = await secrets('typical');
    await more(user, 7, 'Note…');
    const field = await screen.findByLabelText('Note');
    await user.clear(field);
    await user.type(field, 'Before the move{Enter}');
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(await screen.findByText('Before the move')).toBeTruthy();
  });

  it('deletes the newest only after it has said so, and shows the one before', async () => {
    const { user, world } = await secrets('typical');
    await more(user, 7, 'Delete…');
    const dialog = within(await screen.findByRole('alertdialog', { name: 'Delete version 7 permanently?' }));
    expect(dialog.getByText(/It is the newest.*compared with version 6/)).toBeTruthy();
    expect(document.activeElement?.textContent).toBe('Keep it');
    await user.click(dialog.getByRole('button', { name: 'Delete permanently' }));
    expect(await screen.findByRole('heading', { level: 2, name: 'Version 6' })).toBeTruthy();
    expect(world.vaults[ACME]?.versions.map((version) => version.number)).toEqual([6, 5, 4, 3]);
  });

  it('imports a file of this laptop', async () => {
    const { user, world } = await secrets('direct');
    expect(screen.getByText('The host’s .env cannot be reached.')).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'Import a file…' }));
    expect(await screen.findByRole('heading', { level: 2, name: 'Version 8' })).toBeTruthy();
    expect(world.vaults[ACME]?.versions[0]?.source.from).toBe('file');
  });
});

describe('an empty vault', () => {
  it('says why it matters, and captures', async () => {
    const { user } = await open('risk', SECRETS);
    const empty = within(await screen.findByRole('region', { name: 'Nothing is captured yet' }));
    expect(screen.queryByRole('button', { name: 'Export emergency kit…' })).toBeNull();
    await user.click(empty.getByRole('button', { name: 'Capture .env' }));
    expect(await screen.findByRole('heading', { level: 2, name: 'Version 1' })).toBeTruthy();
    expect(screen.getByText('None yet')).toBeTruthy();
  });
});

describe('emergency kits', () => {
  it('are written with words, and shown on the page', async () => {
    const { user, calls } = await secrets('typical');
    await user.click(screen.getByRole('button', { name: 'Export emergency kit…' }));
    const dialog = within(await screen.findByRole('dialog', { name: 'Emergency kit of Production – acme' }));
    const words = (await dialog.findByText(/^copper-ledger/)).textContent;
    await user.click(dialog.getByRole('button', { name: 'Choose: Folder' }));
    await user.click(dialog.getByLabelText('I have written the words down'));
    await user.click(dialog.getByRole('button', { name: 'Write the kit' }));
    expect(await dialog.findByText(/Opened again and compared/)).toBeTruthy();
    expect(document.body.textContent).not.toContain(words);
    await user.click(dialog.getByRole('button', { name: 'Show in folder: Recovery sheet' }));
    expect(calls).toContain('show_kit');
    await user.click(dialog.getByRole('button', { name: 'Close' }));
    expect(await screen.findByText('Today, 09:41')).toBeTruthy();
  });

  it('forget what was typed when they are closed', async () => {
    const { user } = await secrets('typical');
    await user.click(screen.getByRole('button', { name: 'Export emergency kit…' }));
    await user.click(await screen.findByRole('radio', { name: 'My own passphrase' }));
    await user.type(screen.getByLabelText('Passphrase'), 'correct horse');
    await waitFor(() => expect(screen.getByText('Not enough yet')).toBeTruthy());
    await user.click(screen.getByRole('button', { name: 'Cancel' }));
    await user.click(screen.getByRole('button', { name: 'Export emergency kit…' }));
    await user.click(await screen.findByRole('radio', { name: 'My own passphrase' }));
    expect(screen.getByLabelText<HTMLInputElement>('Passphrase').value).toBe('');
  });

  it('are opened from the dialog for a deployment, ask for a name that is free, and lead to its secrets', async () => {
    const { user, world } = await open('typical');
    await user.click(await screen.findByRole('button', { name: 'Add a deployment' }));
    await user.click(await screen.findByRole('button', { name: 'From an emergency kit…' }));
    const dialog = within(await screen.findByRole('dialog', { name: 'Open an emergency kit' }));
    expect(dialog.getByText('Choose the kit first.')).toBeTruthy();
    await user.click(dialog.getByRole('button', { name: 'Choose: Kit' }));
    await user.type(dialog.getByLabelText('Passphrase'), 'wrong{Enter}');
    expect(await dialog.findByText(/^The passphrase does not decrypt the kit\. /)).toBeTruthy();
    await user.clear(dialog.getByLabelText('Passphrase'));
    await user.type(dialog.getByLabelText('Passphrase'), 'taken{Enter}');
    await user.type(await dialog.findByLabelText('Another name'), 'Fabrikam{Enter}');
    expect(await screen.findByRole('heading', { level: 2, name: 'Version 1' })).toBeTruthy();
    expect(world.deployments.at(-1)?.deployment.name).toBe('Fabrikam');
    expect(router.current).toMatchObject({ at: 'deployment', section: 'secrets' });
  });
});

describe('removing a deployment', () => {
  it('is refused with clear words while its vault holds versions, unless they go too', async () => {
    const { user, world } = await open('typical', CONNECTION);
    await user.click(await screen.findByRole('button', { name: 'Remove deployment…' }));
    const dialog = within(await screen.findByRole('alertdialog'));
    const too = await dialog.findByLabelText('Also delete its 5 versions of secrets from the keyring, permanently');
    await user.click(dialog.getByRole('button', { name: 'Remove deployment' }));
    expect(await dialog.findByText('The deployment still has secrets.')).toBeTruthy();
    expect(world.deployments).toHaveLength(3);
    await user.click(too);
    await user.click(dialog.getByRole('button', { name: 'Remove deployment' }));
    await waitFor(() => expect(world.deployments).toHaveLength(2));
  });
});
