import type { AnyProblem, HostKey } from '../ipc/client';

/**
 * The trouble with a host key that a problem is about, of the host or of a jump
 * host before it. Only one that is not known can be trusted.
 */
export function hostKeyOf(problem: AnyProblem | null): { problem: AnyProblem; trust: HostKey | undefined } | undefined {
  switch (problem?.code) {
    case 'jump': {
      const inner = hostKeyOf(problem.source);
      return inner && { problem, trust: inner.trust };
    }
    case 'host_key_unknown':
      return { problem, trust: problem.key };
    case 'host_key_changed':
    case 'host_key_revoked':
      return { problem, trust: undefined };
    default:
      return undefined;
  }
}
