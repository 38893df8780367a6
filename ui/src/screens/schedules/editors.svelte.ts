import type { DeploymentId, ScheduleRow } from '../../ipc/client';
import { Editor } from './editor.svelte';

/**
 * The editors of one deployment, in the order of its list. They outlive the
 * screen, so that going elsewhere loses nothing that was typed.
 */
export class Editors {
  all = $state.raw<Editor[]>([]);
  current = $state.raw<Editor>();

  constructor(readonly deployment: DeploymentId) {}

  /** The schedules as the host has them now. */
  seen(rows: ScheduleRow[]): void {
    const known = new Map(this.all.flatMap((editor) => (editor.row ? [[editor.row.id, editor] as const] : [])));
    const listed = rows.map((row) => {
      const editor = known.get(row.id);
      editor?.seen(row);
      return editor ?? new Editor(this.deployment, { row });
    });
    for (const editor of known.values()) if (!listed.includes(editor) && editor.dirty) editor.lost();
    const unsaved = this.all.filter((editor) => !editor.row);
    this.all = [...unsaved, ...listed];
    if (!this.current || !this.all.includes(this.current)) this.current = this.all[0];
  }

  add(editor: Editor): void {
    this.all = [editor, ...this.all];
    this.current = editor;
  }

  drop(editor: Editor): void {
    this.all = this.all.filter((other) => other !== editor);
    if (this.current === editor) this.current = this.all[0];
  }
}

const kept = new Map<DeploymentId, Editors>();

export function editorsOf(deployment: DeploymentId): Editors {
  const found = kept.get(deployment) ?? new Editors(deployment);
  kept.set(deployment, found);
  return found;
}

/** Whatever was changed and not saved, of all deployments. */
export function unsavedEditors(): Editor[] {
  return [...kept.values()].flatMap((editors) => editors.all.filter((editor) => editor.dirty));
}
