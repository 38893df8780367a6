import { screen, waitFor, within } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import { ACME } from '../src/ipc/mock/world';
import { open } from './app';

const at = (section: string) => `#/deployments/${ACME}/${section}`;

async function direct(user: Awaited<ReturnType<typeof open>>['user'], host: string) {
  await user.click(screen.getByRole('button', { name: 'Add a deployment' }));
  const form = within(await screen.findByRole('dialog', { name: 'Add a deployment' }));
  await user.click(form.getByRole('radio', { name: 'Direct to Postgres' }));
  await user.type(form.getByLabelText('Name'), 'Branch');
  await user.type(form.getByLabelText('Host'), host);
  await user.type(form.getByLabelText('Password'), 's3cret');
  return form;
}

describe('a deployment with a direct link to Postgres', () => {
  it('is added with its certificate looked at, unless the admin says otherwise', async () => {
    const { user, world } = await open('typical');
    const form = await direct(user, 'db.branch.example');
    expect(form.getByLabelText<HTMLSelectElement>('TLS').value).toBe('verify-full');
    expect(form.queryByText('Docker and Compose')).toBeNull();
    await user.click(form.getByRole('button', { name: 'Test connection' }));
    await waitFor(() => expect(form.getByText('Postgres answers, certificate is trusted')).toBeTruthy());
    await user.click(form.getByRole('button', { name: 'Add deployment' }));
    await screen.findByRole('heading', { level: 1, name: 'Branch' });
    const added = world.deployments.at(-1)?.deployment;
    expect(added?.ssh).toBeNull();
    expect(added?.direct).toEqual({ host: 'db.branch.example', port: null, user: 'weavestream', database: 'weavestream', tls: { mode: 'verify-full', ca: null, client: null } });
  });

  it('puts what is wrong with TLS under the field that can mend it', async () => {
    const { user } = await open('typical');
    const form = await direct(user, 'self.branch.example');
    await user.click(form.getByRole('button', { name: 'Test connection' }));
    await waitFor(() => expect(form.getByLabelText('Certificates to trust').getAttribute('aria-invalid')).toBe('true'));
    expect(form.getByText('Postgres has to answer, and the database has to be Weavestream’s.')).toBeTruthy();
    await user.click(form.getByRole('button', { name: 'Choose: Certificates to trust' }));
    expect(form.getByLabelText<HTMLInputElement>('Certificates to trust').value).toBe('/home/ada/acme-ca.crt');
    // Where no certificate is looked at there is none to trust.
    await user.selectOptions(form.getByLabelText('TLS'), 'require');
    expect(form.queryByLabelText('Certificates to trust')).toBeNull();
    await user.click(form.getByRole('button', { name: 'Test connection' }));
    await waitFor(() => expect(form.getByText('Postgres answers, the certificate is not verified')).toBeTruthy());
  });

  it('keeps the fields of both ways while one of them is shown', async () => {
    const { user } = await open('typical');
    const form = await direct(user, 'db.branch.example');
    await user.click(form.getByRole('radio', { name: 'Over SSH' }));
    expect(form.getByLabelText<HTMLInputElement>('Host').value).toBe('');
    await user.click(form.getByRole('radio', { name: 'Direct to Postgres' }));
    expect(form.getByLabelText<HTMLInputElement>('Host').value).toBe('db.branch.example');
  });

  it('offers a dump to this laptop where the host would be needed', async () => {
    const { user, calls } = await open('direct');
    const [button] = await screen.findAllByRole('button', { name: /Dump to this laptop/ });
    if (button) await user.click(button);
    const dialog = within(await screen.findByRole('dialog', { name: 'Make a dump directly to this laptop?' }));
    expect(dialog.getByText(/This laptop’s own pg_dump/)).toBeTruthy();
    await user.click(dialog.getByRole('button', { name: 'Dump now' }));
    await waitFor(() => expect(calls).toContain('make_dump'));
    expect(calls).not.toContain('download');
  });

  it('says that schedules take effect when the API next starts', async () => {
    const { user } = await open('direct', at('schedules'));
    await waitFor(() => expect(screen.getAllByText(/takes effect when the API next starts/).length).toBeGreaterThan(0));
    expect(screen.queryByRole('button', { name: 'Run now' })).toBeNull();
    await user.click(screen.getByRole('button', { name: 'Dump to this laptop…' }));
    expect(await screen.findByRole('dialog', { name: 'Make a dump directly to this laptop?' })).toBeTruthy();
  });

  it('says in the history that the files are out of reach', async () => {
    const { user } = await open('direct', at('history'));
    await user.click(await screen.findByRole('button', { name: 'Details of Yesterday, 09:00' }));
    expect(screen.getByText('On the host, without a link to it')).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Download' })).toBeNull();
  });

  it('gets a link over SSH as well', async () => {
    const { user, world } = await open('direct', at('connection'));
    await user.click(await screen.findByRole('button', { name: 'Add this link…' }));
    const form = within(await screen.findByRole('dialog', { name: 'Add a link to Production – acme' }));
    expect(form.queryByLabelText('Name')).toBeNull();
    await user.type(form.getByLabelText('Host'), 'ws1.acme.example');
    await user.click(form.getByRole('button', { name: 'Test connection' }));
    await waitFor(() => expect(form.getByText('Clocks agree')).toBeTruthy());
    await user.click(form.getByRole('button', { name: 'Add link' }));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    const { ssh, direct } = world.deployments[0]?.deployment ?? {};
    expect([ssh?.target.host, direct?.host]).toEqual(['ws1.acme.example', 'db.acme.example']);
  });
});
