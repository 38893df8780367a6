import { mount } from 'svelte';
import App from './app/App.svelte';
import { ui } from './app/window.svelte';
import { ipc, troubleOf } from './ipc/client';
import './styles/index.css';

// For development and tests only; nothing of it is in the app's build.
if (import.meta.env.MODE !== 'production' && !('__TAURI_INTERNALS__' in window)) {
  const { install } = await import('./ipc/mock/install');
  install();
}

try {
  ui.info = await ipc.appInfo();
} catch (thrown) {
  ui.tell(troubleOf(thrown).problem);
}
ui.showTheme();

const target = document.getElementById('app');
if (target) mount(App, { target });
