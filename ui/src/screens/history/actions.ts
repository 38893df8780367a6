import { download, showInFolder, verifyAgain } from '../../app/actions';
import { copyText } from '../../app/copy';
import type { Deployment, RunRow } from '../../ipc/client';
import type { IconName } from '../../parts/icons';
import { historyWords } from '../../words/history';

export interface RowAction {
  label: string;
  icon: IconName;
  risk?: boolean;
  run: () => void;
}

/** What the screen itself opens. */
export interface Opens {
  manifest: (row: RunRow) => void;
  remove: (row: RunRow) => void;
}

/** A file is here, whatever is known of it. */
export function isHere(row: RunRow): boolean {
  return row.copy !== null && row.copy.state !== 'gone';
}

/** The dump is on the host, and there is a way to it. */
export function isWithinReach({ ssh }: Deployment, row: RunRow): boolean {
  return row.onHost === 'there' && ssh !== null;
}

/** Everything that can be done with a run, the usual first. */
export function actionsOf(deployment: Deployment, row: RunRow, busy: boolean, opens: Opens): RowAction[] {
  const { id } = deployment;
  const { manifest } = row;
  const sha = manifest?.sha256 ?? row.copy?.sha256;
  const actions: (RowAction | false)[] = [
    isWithinReach(deployment, row) && !busy && { label: historyWords.download, icon: 'download', run: () => void download(id, row.id) },
    isHere(row) && !busy && { label: historyWords.verifyAgain, icon: 'shield', run: () => void verifyAgain(id, row.id) },
    isHere(row) && { label: historyWords.show, icon: 'folder', run: () => void showInFolder(id, row.id) },
    manifest !== null && { label: historyWords.manifest, icon: 'file', run: () => opens.manifest(row) },
    sha !== undefined && { label: historyWords.copySha, icon: 'copy', run: () => void copyText(sha) },
    row.copy !== null && !busy && { label: historyWords.remove, icon: 'trash', risk: true, run: () => opens.remove(row) },
  ];
  return actions.filter((action) => action !== false);
}
