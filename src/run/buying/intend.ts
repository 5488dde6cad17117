/** Writes down what a run is going to buy, before it buys; what was bought already is used again. */
import { type BatchJobIntent, batchJobsOf, findByFingerprint, type Purchase } from '../../database/buying/batch-jobs';
import type { Database } from '../../database/connecting/connection';
import { OWN_ITEMS } from '../../database/ledger/section-slates';
import { batchJobName, fingerprintOf, outputPrefix } from '../../personalize/batch-name';
import { sumMoney } from '../../personalize/prices';
import type { Money } from '../../units';
import type { Engines } from '../engines';
import { savePurchasesInBudget } from '../guards/within-budget';
import type { StageContext } from '../stage';
import { priceOf } from '../summarise';
import { identityOf, type PurchaseTerms } from './identity';
import type { WrittenInput } from './input';
import { type BatchRequest, requestSchema } from './request';

export interface PurchaseWish extends PurchaseTerms {
  readonly runId: string;
  /** The sections that it is for; undefined where it is for the e-mail's own items alone. */
  readonly sections?: readonly string[] | undefined;
  /** One for each part. */
  readonly inputs: readonly WrittenInput[];
}

/** What the name of a batch job is made of, but for the attempt. */
export interface BatchNaming {
  readonly job: string;
  readonly slot: string;
  readonly fingerprint: string;
  readonly part: number;
  /** How many parts there are; an only part has no number in its name. */
  readonly parts: number;
}

/**
 * Notes the batch jobs that a run needs, all at once. One of the same slot with the same fingerprint is used again unless it
 * failed; a failed one has used its name up for ever, so the next attempt gets a name of its own.
 * @param check  is told what they cost before anything is noted; what it throws stops them
 */
export async function intendPurchases(
  context: Pick<StageContext, 'engines' | 'run'>,
  wishes: readonly PurchaseWish[],
  check: (cost: Money) => Promise<void>,
): Promise<void> {
  const { engines } = context;
  const failed = (await batchJobsOf(engines.db, context.run.runId)).filter((row) => row.state === 'failed');
  const chosen: ChosenPurchase[] = [];
  for (const wish of wishes) chosen.push(...(await choosePurchases(engines, wish)));
  const joined = joinByName(chosen);
  const dropped = failed.map((row) => row.name);
  const costs = joined.map(({ cost }) => cost).filter((cost) => cost.amount !== 0);
  const cost = sumMoney(costs, costs[0]?.currency ?? 'USD');
  await check(cost);
  const purchases = joined.map(({ purchase }) => purchase);
  await savePurchasesInBudget(context, { purchases, dropped, isWhole: true, now: engines.now() }, cost);
}

/** Wishes that look different may come to the same input, and so to one batch job: it is for the sections of all. */
export function joinByName(chosen: readonly ChosenPurchase[]): readonly ChosenPurchase[] {
  const byName = new Map<string, ChosenPurchase>();
  for (const one of chosen) {
    const name = one.purchase.how === 'new' ? one.purchase.intent.name : one.purchase.name;
    const known = byName.get(name);
    const sectionsOf = ({ purchase }: ChosenPurchase) => purchase.sections ?? [OWN_ITEMS];
    const sections = known === undefined ? one.purchase.sections : [...sectionsOf(known), ...sectionsOf(one)];
    byName.set(name, { ...(known ?? one), purchase: { ...(known ?? one).purchase, sections } });
  }
  return [...byName.values()];
}

async function choosePurchases(
  engines: Pick<Engines, 'db' | 'settings'>,
  wish: PurchaseWish,
): Promise<readonly ChosenPurchase[]> {
  const chosen: ChosenPurchase[] = [];
  for (const [index, input] of wish.inputs.entries()) {
    const fingerprint = fingerprintOf(identityOf(engines, { ...wish, inputSha256: input.sha256 }));
    const naming = { ...wish, fingerprint, part: index + 1, parts: wish.inputs.length };
    const { roleArn, kmsKeyArn } = engines.settings.aws;
    const request = { ...wish, inputPath: input.uri, roleArn, kmsKeyArn };
    const { purchase, cost } = await choosePurchase(engines, naming, { request, lines: input.lines });
    chosen.push({ purchase: { ...purchase, sections: wish.sections }, cost });
  }
  return chosen;
}

/** `cost` is what is still to be paid: nothing for what was bought before. */
export interface ChosenPurchase {
  readonly purchase: Purchase;
  readonly cost: Money;
}

/** What the create call says but for what follows from the name. */
type RequestParts = Omit<BatchRequest, 'jobName' | 'outputPath'>;

/** Chooses what a run uses: a batch job of the same naming that did not fail, or a new attempt under the next name. */
export async function choosePurchase(
  engines: Pick<Engines, 'db' | 'settings'>,
  naming: BatchNaming,
  input: { readonly request: RequestParts; readonly lines: number },
): Promise<ChosenPurchase> {
  const { isThere, isBought, name, attempt } = await chooseAttempt(engines.db, naming);
  const { kind, numResults, themeItemName } = input.request;
  const hasThemes = themeItemName !== undefined;
  const cost = priceOf(engines, { kind, lines: input.lines, users: input.lines * numResults, hasThemes });
  if (isThere) return { purchase: { how: 'reused', name }, cost: isBought ? { ...cost, amount: 0 } : cost };
  return { purchase: { how: 'new', intent: { ...buildIntent(engines, { ...naming, attempt }, input), cost } }, cost };
}

/** Finds the attempt that answers a naming, or numbers and names the next one; one that is there may be intended only. */
export async function chooseAttempt(
  db: Database,
  naming: BatchNaming,
): Promise<{ readonly isThere: boolean; readonly isBought: boolean; readonly name: string; readonly attempt: number }> {
  const rows = await findByFingerprint(db, naming.fingerprint);
  // An equal fingerprint may stand in another slot or job too, which has bought for itself.
  const attempts = rows.filter((row) => row.name === nameOf({ ...naming, attempt: row.attempt }));
  const usable = attempts.find((row) => row.state !== 'failed' && !row.isOutputDeleted);
  if (usable !== undefined) {
    return { isThere: true, isBought: usable.state !== 'intended', name: usable.name, attempt: usable.attempt };
  }
  const attempt = Math.max(0, ...attempts.map((row) => row.attempt)) + 1;
  return { isThere: false, isBought: false, name: nameOf({ ...naming, attempt }), attempt };
}

function nameOf({ job, slot, fingerprint, part, parts, attempt }: BatchNaming & { readonly attempt: number }): string {
  return batchJobName({ job, slot, fingerprint, attempt, ...(parts === 1 ? {} : { part }) });
}

function buildIntent(
  { settings }: Pick<Engines, 'settings'>,
  naming: BatchNaming & { readonly attempt: number },
  { request, lines }: { readonly request: RequestParts; readonly lines: number },
): Omit<BatchJobIntent, 'cost'> {
  const name = nameOf(naming);
  const outputUri = `s3://${settings.storage.bucket}/${outputPrefix({ ...settings.storage, name })}`;
  return {
    name,
    fingerprint: naming.fingerprint,
    part: naming.part,
    attempt: naming.attempt,
    kind: request.kind,
    request: requestSchema.parse({ ...request, jobName: name, outputPath: outputUri }),
    lines,
    inputUri: request.inputPath,
    outputUri,
  };
}
