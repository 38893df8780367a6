import { screen, waitFor, within } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import { ACME } from '../src/ipc/mock/world';
import { open } from './app';

async function fillForm(user: Awaited<ReturnType<typeof open>>['user'], host: string, folder = '/opt/weavestream') {
  const dialog = await screen.findByRole('dialog', { name: 'Add a deployment' });
  const form = within(dialog);
  await user.type(form.getByLabelText('Name'), 'Client – fabrikam');
  await user.type(form.getByLabelText('Host'), host);
  const folderField = form.getByLabelText('Folder with compose.yml');
  await user.clear(folderField);
  await user.type(folderField, folder);
  return form;
}

describe('adding a deployment', () => {
  it('goes from the empty window over an unknown key to its overview', async () => {
    const { user, world, calls } = await open('empty');
    const start = within(await screen.findByRole('region', { name: 'No deployments yet' }));
    await user.click(start.getByRole('button', { name: 'Add a deployment' }));
    const form = await fillForm(user, 'ws.fabrikam.example');
    expect(form.getByText('Test the connection first.')).toBeTruthy();
    const add = form.getByRole('button', { name: 'Add deployment' });
    expect(add.getAttribute('aria-disabled')).toBe('true');

    await user.click(form.getByRole('button', { name: 'Test connection' }));
    const asked = within(await screen.findByRole('alertdialog', { name: 'Is this ws.fabrikam.example?' }));
    expect(asked.getByTestId('fingerprint').textContent).toBe('SHA256:uNiVmZ4kQ0x7Rf2dGhLs9pYbTwE1oJc3aKq8HnXvU6M');
    expect(asked.getByText('ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub')).toBeTruthy();
    await user.click(asked.getByRole('button', { name: 'It matches: trust' }));

    // The test goes on by itself.
    await waitFor(() => expect(form.getByText('Clocks agree')).toBeTruthy());
    expect(calls.filter((call) => call === 'test_connection')).toHaveLength(2);
    expect(world.trusted.has('ws.fabrikam.example')).toBe(true);
    expect(add.getAttribute('aria-disabled')).toBeNull();

    await user.click(add);
    expect(await screen.findByRole('heading', { level: 1, name: 'Client – fabrikam' })).toBeTruthy();
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    await waitFor(() => expect(location.hash).toBe(`#/deployments/${world.deployments[0]?.deployment.id ?? ''}/overview`));
  });

  it('does not trust a key that differs', async () => {
    const { user, calls, world } = await open('typical');
    await user.click(screen.getByRole('button', { name: 'Add a deployment' }));
    const form = await fillForm(user, 'ws.fabrikam.example');
    await user.click(form.getByRole('button', { name: 'Test connection' }));
    const asked = within(await screen.findByRole('alertdialog'));
    await user.click(asked.getByRole('button', { name: 'It differs' }));
    await asked.findByText('Do not trust it.');
    // Also for the next window.
    expect(world.differingKeys).toHaveLength(1);
    expect(asked.queryByRole('button', { name: /trust/ })).toBeNull();
    await user.click(asked.getByRole('button', { name: 'Close' }));
    await waitFor(() => expect(screen.queryByRole('alertdialog')).toBeNull());
    expect(calls).not.toContain('trust_host_key');
    expect(form.getByText('Sign-in, Docker and the folder have to work first.')).toBeTruthy();
    // It lasts: the next look at the same key begins with it.
    await user.click(form.getByRole('button', { name: 'Compare the key…' }));
    const again = within(await screen.findByRole('alertdialog'));
    again.getByText('Do not trust it.');
    await user.click(again.getByRole('button', { name: 'Compare again' }));
    await again.findByRole('button', { name: 'It matches: trust' });
    expect(world.differingKeys).toEqual([]);
    await user.click(again.getByRole('button', { name: 'Not now' }));
    expect(calls).not.toContain('trust_host_key');
  });

  it('refuses a key that has changed, and offers no way to trust it', async () => {
    const { user } = await open('typical');
    await user.click(screen.getByRole('button', { name: 'Add a deployment' }));
    const form = await fillForm(user, 'changed.example');
    await user.click(form.getByRole('button', { name: 'Test connection' }));
    const told = await screen.findByRole('alertdialog', { name: 'The key of changed.example has changed' });
    expect(within(told).queryByRole('button', { name: /trust/i })).toBeNull();
    expect(within(told).getByText(/Selvage did not sign in/)).toBeTruthy();
  });

  it('offers the folder that was found, and tests again', async () => {
    const { user } = await open('typical');
    await user.click(screen.getByRole('button', { name: 'Add a deployment' }));
    const form = await fillForm(user, 'staging.acme.example', '/opt/weavestrem');
    await user.click(form.getByRole('button', { name: 'Test connection' }));
    const folder = form.getByLabelText<HTMLInputElement>('Folder with compose.yml');
    await waitFor(() => expect(folder.getAttribute('aria-invalid')).toBe('true'));
    form.getByText('this login cannot read its .env');
    await user.click(form.getByRole('button', { name: '/opt/weavestream' }));
    await waitFor(() => expect(form.getByText('Clocks agree')).toBeTruthy());
    expect(folder.value).toBe('/opt/weavestream');
    expect(folder.getAttribute('aria-invalid')).toBeNull();
  });

  it('shows the errors of Rust under their fields, and its own of the port', async () => {
    const { user } = await open('typical');
    await user.click(screen.getByRole('button', { name: 'Add a deployment' }));
    const form = within(await screen.findByRole('dialog'));
    await user.click(form.getByRole('button', { name: 'Test connection' }));
    const host = form.getByLabelText('Host');
    await waitFor(() => expect(host.getAttribute('aria-invalid')).toBe('true'));
    const described = document.getElementById(host.getAttribute('aria-describedby') ?? '');
    expect(described?.textContent).toContain('a host name, address or SSH alias');
    await user.type(form.getByLabelText('Port'), '70000');
    await user.click(form.getByRole('button', { name: 'Test connection' }));
    expect(await form.findByText('1 to 65535')).toBeTruthy();
  });

  it('wants a new test when the connection changes, and none for the name', async () => {
    const { user } = await open('typical');
    await user.click(screen.getByRole('button', { name: 'Add a deployment' }));
    const form = await fillForm(user, 'staging.acme.example');
    await user.click(form.getByRole('button', { name: 'Test connection' }));
    await waitFor(() => expect(form.getByText('Clocks agree')).toBeTruthy());
    const add = form.getByRole('button', { name: 'Add deployment' });
    await user.type(form.getByLabelText('Name'), ' 2');
    expect(add.getAttribute('aria-disabled')).toBeNull();
    await user.type(form.getByLabelText('Login'), 'root');
    expect(add.getAttribute('aria-disabled')).toBe('true');
    expect(form.getByText('The form has changed since the test. Test again.')).toBeTruthy();
  });

  it('forgets a typed secret with the dialog', async () => {
    const { user } = await open('typical');
    const opener = screen.getByRole('button', { name: 'Add a deployment' });
    await user.click(opener);
    let form = within(await screen.findByRole('dialog'));
    await user.selectOptions(form.getByLabelText('Sign in with'), 'Password');
    await user.type(form.getByLabelText('Password'), 'hunter2');
    await user.click(form.getByRole('button', { name: 'Cancel' }));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    await user.click(opener);
    form = within(await screen.findByRole('dialog'));
    await user.selectOptions(form.getByLabelText('Sign in with'), 'Password');
    expect(form.getByLabelText<HTMLInputElement>('Password').value).toBe('');
  });
});

describe('changing how a deployment is reached', () => {
  it('begins with the link that is known, and takes it when it was tested', async () => {
    const { user, world, calls } = await open('typical', `#/deployments/${ACME}/connection`);
    const before = world.deployments[0]?.deployment.ssh;
    await user.click(await screen.findByRole('button', { name: 'Change the link over SSH' }));
    const form = within(await screen.findByRole('dialog', { name: 'How to reach Production – acme' }));
    const host = form.getByLabelText<HTMLInputElement>('Host');
    expect(host.value).toBe(before?.target.host);
    expect(form.getByLabelText<HTMLInputElement>('Folder with compose.yml').value).toBe(before?.folder);
    expect(form.queryByLabelText('Name')).toBeNull();
    await user.clear(host);
    await user.type(host, 'staging.acme.example');
    await user.selectOptions(form.getByLabelText('Sign in with'), 'Password');
    expect(form.getByText('Leave empty to keep the one in the keyring (same host and login only).')).toBeTruthy();
    await user.type(form.getByLabelText('Password'), 's3cret');
    const save = form.getByRole('button', { name: 'Save link' });
    expect(save.getAttribute('aria-disabled')).toBe('true');
    await user.click(form.getByRole('button', { name: 'Test connection' }));
    await waitFor(() => expect(save.getAttribute('aria-disabled')).toBeNull());
    await user.click(save);
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(calls).toContain('relink_deployment');
    expect(calls).not.toContain('add_deployment');
    expect(world.deployments[0]?.deployment.ssh?.target).toMatchObject({ host: 'staging.acme.example', auth: { method: 'password' } });
    expect(await screen.findByText('staging.acme.example')).toBeTruthy();
  });
});
