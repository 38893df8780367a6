import { ipc, troubleOf, type Deployment, type DeploymentId, type JobView, type LockChoice, type RunId } from '../ipc/client';
import { words } from '../words/words';
import { jobKinds, outcomeOf, subjectOf } from '../words/jobs';
import { mutate, reloadMounted } from './query.svelte';
import { linkTo } from './route.svelte';
import { toasts } from './toasts.svelte';
import { ui } from './window.svelte';

/** Does something, and shows why when it does not work. */
export async function attempt(act: () => Promise<unknown>): Promise<boolean> {
  try {
    await act();
    return true;
  } catch (thrown) {
    const { problem } = troubleOf(thrown);
    if (problem.code === 'schedule_moved' || problem.code === 'schedule_gone') {
      // The same again would be refused again: first it has to be seen as it is.
      ui.tell(problem);
      void reloadMounted();
    } else {
      ui.tell(problem, { label: words.tryAgain, run: () => void attempt(act) });
    }
    return false;
  }
}

/** Brings a dump here: of a run, or the latest. Asks for the folder first when there is none. */
export async function download(id: DeploymentId, run: RunId | null): Promise<void> {
  try {
    await ipc.download(id, run);
  } catch (thrown) {
    const { problem } = troubleOf(thrown);
    switch (problem.code) {
      case 'no_library':
        proposeThen(() => void download(id, run));
        return;
      case 'already_running':
        ui.drawer = true;
        return;
      case 'library_missing':
      case 'library_read_only':
      case 'disk_full':
        ui.tell(problem, { label: words.chooseFolder, run: () => void chooseThen(() => void download(id, run)) });
        return;
      default:
        ui.tell(problem, { label: words.tryAgain, run: () => void download(id, run) });
    }
  }
}

/** Brings the database here as its links allow: the latest dump of the host, or one that is made now. */
export function downloadDump(deployment: Deployment): void {
  if (deployment.ssh) void download(deployment.id, null);
  else ui.dumping = deployment;
}

/** Says why a folder is needed and proposes one, before anything is asked of the desktop. */
function proposeThen(go: () => void): void {
  const { proposedLibrary: proposed } = ui.info;
  if (proposed === null) void chooseThen(go);
  else ui.library = { proposed, chosen: go };
}

/** Has the admin choose the folder for dumps, and goes on. */
export async function chooseThen(go: () => void): Promise<void> {
  await attempt(async () => {
    if (await ui.chooseLibrary()) go();
  });
}

/** Makes a dump directly to this laptop. Asks for the folder first when there is none. */
export async function makeDump(id: DeploymentId, lock: LockChoice): Promise<void> {
  try {
    await ipc.makeDump(id, lock);
  } catch (thrown) {
    const { problem } = troubleOf(thrown);
    switch (problem.code) {
      case 'no_library':
        proposeThen(() => void makeDump(id, lock));
        return;
      case 'already_running':
        ui.drawer = true;
        return;
      default:
        ui.tell(problem, { label: words.tryAgain, run: () => void makeDump(id, lock) });
    }
  }
}

/** Has the worker make a dump now. */
export async function runNow(id: DeploymentId, schedule: string): Promise<void> {
  await attempt(() => mutate(() => ipc.runNow(id, schedule)));
}

/** Makes the queue agree with the database about a schedule. */
export async function repairSchedule(id: DeploymentId, schedule: string): Promise<void> {
  await attempt(() => mutate(() => ipc.repairSchedule(id, schedule)));
}

export async function verifyAgain(id: DeploymentId, run: RunId): Promise<void> {
  await attempt(() => ipc.verifyLocalDump(id, run));
}

export async function showInFolder(id: DeploymentId, run: RunId): Promise<void> {
  await attempt(() => ipc.showLocalDump(id, run));
}

export async function deleteLocalDump(id: DeploymentId, run: RunId): Promise<boolean> {
  return await attempt(() => mutate(() => ipc.deleteLocalDump(id, run)));
}

/** Tells the end of a job, and reloads what it changed. */
export function told(job: JobView): void {
  void reloadMounted();
  const { end } = job;
  if (end === null || end.end === 'interrupted') return;
  const title = job.words.title;
  const detail = outcomeOf(job);
  if (end.end === 'done') {
    const show = () => {
      location.hash = linkTo(job.deployment, 'history', 'run' in job.kind ? job.kind.run : undefined);
    };
    toasts.show({ tone: 'ok', finished: true, title, detail, action: { label: words.show, run: show } });
  } else if (end.end === 'cancelled') {
    toasts.show({ tone: 'idle', finished: true, title, detail });
  } else {
    const why = { label: words.why, run: () => tellEnd(job) };
    toasts.show({ tone: 'bad', finished: false, title: detail, detail: subjectOf(job), action: why });
    // What was found to be unsound is said loudly.
    if (end.end === 'unsound' && !ui.failure) tellEnd(job);
  }
}

/** Shows why a job did not end well, with the button for the next thing. */
export function tellEnd(job: JobView): void {
  if (!job.end || !('problem' in job.end)) return;
  const { problem } = job.end;
  const again = repeat(job);
  if (problem.code === 'backup_under_way' || problem.code === 'lock_held_idle') {
    ui.tell(problem, { label: words.waitThenDump, run: () => void makeDump(job.deployment, 'wait') });
  } else if (problem.code === 'library_missing' || problem.code === 'library_read_only' || problem.code === 'disk_full') {
    ui.tell(problem, { label: words.chooseFolder, run: () => void chooseThen(again) });
  } else {
    ui.tell(problem, { label: jobKinds[job.kind.kind].again, run: again });
  }
}

/** Does once more what a job did. */
function repeat({ deployment, kind }: JobView): () => void {
  switch (kind.kind) {
    case 'download':
      return () => void download(deployment, kind.run);
    case 'verify':
      return () => void verifyAgain(deployment, kind.run);
    case 'dump':
      return () => void makeDump(deployment, 'refuse');
    case 'run':
      return () => void runNow(deployment, kind.schedule);
    case 'unreadable':
      return () => undefined;
  }
}
