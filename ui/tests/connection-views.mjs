import { addressOf as at } from './steps.mjs';

/** Views of the connection page, with what to do to reach them. */
export const connectionViews = [
  {
    name: 'direct-connection',
    scene: 'direct',
    hash: at('connection'),
    act: async (tab) => {
      await tab.getByRole('button', { name: 'Test connection' }).click();
      await tab.locator('[data-item=server_clock][data-state=ok]').waitFor();
    },
  },
  {
    name: 'link',
    scene: 'direct',
    hash: at('connection'),
    act: async (tab) => {
      await tab.getByRole('button', { name: 'Add this link…' }).click();
      await tab.getByRole('dialog').waitFor();
    },
  },
  { name: 'connection', scene: 'typical', hash: at('connection'), ready: '.facts' },
  {
    name: 'connection-tested',
    scene: 'typical',
    hash: at('connection'),
    ready: '.facts',
    act: async (tab) => {
      await tab.getByRole('button', { name: 'Test connection' }).click();
      await tab.locator('[data-item=clock]').waitFor();
    },
  },
  {
    name: 'link-change',
    scene: 'typical',
    hash: at('connection'),
    ready: '.facts',
    act: async (tab) => {
      await tab.getByRole('button', { name: 'Change the link over SSH' }).click();
      await tab.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'remove',
    scene: 'typical',
    hash: at('connection'),
    ready: '.facts',
    act: async (tab) => {
      await tab.getByRole('button', { name: 'Remove deployment…' }).click();
      await tab.getByText('Also delete its 5 versions').waitFor();
    },
  },
  {
    name: 'remove-refused',
    scene: 'typical',
    hash: at('connection'),
    ready: '.facts',
    act: async (tab) => {
      await tab.getByRole('button', { name: 'Remove deployment…' }).click();
      await tab.getByText('Also delete its 5 versions').waitFor();
      await tab.getByRole('button', { name: 'Remove deployment', exact: true }).click();
      await tab.getByText('Nothing was removed').waitFor();
    },
  },
];
