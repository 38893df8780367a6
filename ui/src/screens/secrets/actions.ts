import { attempt } from '../../app/actions';
import { mutate } from '../../app/query.svelte';
import { toasts } from '../../app/toasts.svelte';
import { ipc, type Captured, type DeploymentId } from '../../ipc/client';
import { secretWords as w } from '../../words/secrets';
import { keyName } from '../../words/secret-states';

/** Captures the host's `.env`. True when the newest version is that file now. */
export async function capture(id: DeploymentId): Promise<boolean> {
  return await attempt(async () => tellCaptured(await mutate(() => ipc.captureEnv(id))));
}

/** Asks for a `.env` of this laptop, and imports it. False when nothing came of it. */
export async function importFile(id: DeploymentId): Promise<boolean> {
  let imported = false;
  await attempt(async () => {
    const file = await ipc.chooseEnvFile();
    if (file === null) return;
    tellCaptured(await mutate(() => ipc.importEnv(id, file)));
    imported = true;
  });
  return imported;
}

function tellCaptured(captured: Captured): void {
  const { version, missingKeys } = captured;
  if (missingKeys.length > 0) {
    // An alarm stays until it is read.
    const detail = missingKeys.map((left) => w.leftDetail(keyName(left.key), left.version)).join('; ');
    toasts.show({ tone: 'bad', finished: false, title: w.leftTitle(version), detail });
    return;
  }
  toasts.show(
    captured.new
      ? { tone: 'ok', finished: true, title: w.capturedTitle(version), detail: w.capturedDetail }
      : { tone: 'idle', finished: true, title: w.sameTitle(version), detail: w.sameDetail },
  );
}
