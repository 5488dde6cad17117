/** Sums up what became of a run's proof; addresses are masked. */
import { maskAddress } from '../../content/address';
import type { Database } from '../../database/connecting/connection';
import { findProof, type Proof } from '../../database/runs/proofs';
import type { RunSummary } from '../../report/summary';

/** Counts the mails of a proof by what became of them. */
export function countProof({ mails }: Proof) {
  const count = (state: string) => mails.filter((mail) => mail.state === state).length;
  return {
    to: [...new Set(mails.map(({ address }) => address))].map(maskAddress),
    mails: mails.length,
    accepted: count('accepted'),
    refused: count('refused'),
    unknown: count('unknown'),
  };
}

/** Reads what the report says of the proof; nothing where there was none. */
export async function summariseProof(db: Database, runId: string): Promise<Pick<RunSummary, 'proof'>> {
  const proof = await findProof(db, runId);
  if (proof === undefined) return {};
  const { passedBy, passedAt } = proof;
  const isPassed = passedBy !== undefined && passedAt !== undefined;
  return {
    proof: { ...countProof(proof), ...(isPassed ? { by: passedBy, at: new Date(passedAt).toISOString() } : {}) },
  };
}
