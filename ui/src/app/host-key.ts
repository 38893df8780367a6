import { factsOf, type HostKey, type Problem, type ProblemFacts } from '../ipc/client';

/** A problem that is about a host key. */
export interface AboutKey {
  problem: Problem;
  /** The key, when it may be trusted: only one that is not known yet. */
  trust: HostKey | undefined;
}

/** The trouble with a host key that a problem is about, of the host or of a jump host before it. */
export function hostKeyOf(problem: Problem | null): AboutKey | undefined {
  if (problem === null) return undefined;
  const found = keyIn(factsOf(problem));
  return found && { problem, trust: found.trust };
}

function keyIn(facts: ProblemFacts): { trust: HostKey | undefined } | undefined {
  switch (facts.code) {
    case 'jump':
      return keyIn(facts.source);
    case 'host_key_unknown':
      return { trust: facts.key };
    case 'host_key_changed':
    case 'host_key_revoked':
      return { trust: undefined };
    default:
      return undefined;
  }
}
