/** Sets fault rules of a local AWS that runs, and reads how often they fired. */
import type { FaultRuleInput } from '../../../src/local/faults/rule';
import { CREDENTIALS } from './local-aws';

/** Replaces all rules. */
export async function setFaults(endpoint: string, ...rules: readonly FaultRuleInput[]): Promise<void> {
  const answer = await fetch(`${endpoint}/_nightjar/faults`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${CREDENTIALS.secretAccessKey}` },
    body: JSON.stringify({ rules }),
  });
  if (!answer.ok) throw new Error(await answer.text());
}
