/** Two or three characters for a name: the first of it, and what its last word begins with; of a number two digits. */
export function initials(name: string): string {
  const words = name.match(/[\p{L}\p{N}]+/gu) ?? [];
  const [first = name, last] = [words[0], words.length > 1 ? words.at(-1) : undefined];
  const [head = '', next = ''] = first;
  if (last === undefined) return head + next;
  return head + (/^(\d{1,2}|.)/u.exec(last)?.[0] ?? '');
}
