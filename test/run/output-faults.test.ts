/** What a batch job's output can do to a run: a missing object is a named error, a broken line a counted finding, its neighbours are kept. */
import type { OpenEngines } from '../../src/cli/open-engines';
import { countDeliveries } from '../../src/database/ledger/deliveries';
import { exitCodeOf } from '../../src/run/follow-run';
import { readSummary } from '../../src/run/stored-summary';
import { listFiles, makeTestFolder } from '../support/nightjar';
import { driveToOutput, readLines, removeOutput, writeLines } from './support/outputs';
import { itemId, PEOPLE, userId } from './support/small-shop';
import { audienceSource, begin, driveRun, type EmailFields, emailSource, openShop, rigUp } from './support/world';

const folder = makeTestFolder('nightjar-output-faults');
let shop: OpenEngines;

beforeAll(async () => {
  shop = await openShop(folder);
}, 60_000);
afterAll(() => shop.close());

/** Runs a job whose output is changed, once it is there, as `change` says. */
async function runWith(
  name: string,
  change: (lines: readonly string[]) => readonly string[],
  fields: EmailFields = {},
) {
  const rig = rigUp(shop);
  const id = await begin(rig, emailSource(name, fields));
  const output = await driveToOutput(rig, id);
  await writeLines(rig, output, change(byUser(await readLines(rig, output))));
  const run = await driveRun(rig, id);
  const summary = readSummary(run);
  if (summary === undefined) throw new Error(`${id} has no summary: ${JSON.stringify(run.error)}`);
  return { run, summary, exit: exitCodeOf(run, summary), uri: `s3://${output.bucket}/${output.key}` };
}

/** Personalize keeps no order of lines. */
const byUser = (lines: readonly string[]) =>
  [...lines].sort((a, b) => (JSON.parse(a).input.userId < JSON.parse(b).input.userId ? -1 : 1));

const lineOf = (user: string, items: readonly string[]) =>
  JSON.stringify({
    input: { userId: user },
    output: { recommendedItems: items, scores: items.map(() => 0.1) },
    error: null,
  });

const slateOf = async (runId: string, user: string) =>
  await shop.db
    .selectFrom('delivery')
    .select(['slate', 'state', 'reason', 'fallback'])
    .where('run_id', '=', runId)
    .where('user_id', '=', user)
    .executeTakeFirstOrThrow();

describe('an output object', () => {
  it('that is gone before it was looked for fails the run with E_OBJECT_MISSING, exit 5, and nothing is sent', async () => {
    const rig = rigUp(shop);
    const id = await begin(rig, emailSource('gone-early'));
    const output = await driveToOutput(rig, id);
    const lines = await readLines(rig, output);
    await removeOutput(rig, output);

    const run = await driveRun(rig, id);

    expect({ state: run.state, exit: exitCodeOf(run, undefined) }).toEqual({ state: 'failed', exit: 5 });
    expect(run.error).toMatchObject({
      code: 'E_OBJECT_MISSING',
      message: expect.stringContaining('no .out object below s3://nightjar/batch/output/nj-gone-early'),
    });
    expect((await countDeliveries(shop.db, id)).planned).toBe(PEOPLE);

    await writeLines(rig, output, lines);
    const second = await driveRun(rig, await begin(rig, emailSource('gone-early')));
    expect({ id: second.runId, state: second.state, accepted: (await countDeliveries(shop.db, id)).accepted }).toEqual({
      id,
      state: 'finished',
      accepted: PEOPLE,
    });
  });

  it('that is gone between finding and collecting fails the run with E_OBJECT_MISSING, and nothing is sent', async () => {
    const rig = rigUp(shop);
    const id = await begin(rig, emailSource('gone-late'));
    const output = await driveToOutput(rig, id);
    await driveRun(rig, id, (run) => run.state === 'collecting');
    await removeOutput(rig, output);
    const before = listFiles(shop.state.inbox, '.eml').length;

    const run = await driveRun(rig, id);

    expect(run.error).toMatchObject({
      code: 'E_OBJECT_MISSING',
      message: `there is no object s3://${output.bucket}/${output.key}`,
    });
    expect(run.resumeState).toBe('collecting');
    expect(listFiles(shop.state.inbox, '.eml')).toHaveLength(before);
  });

  it('with broken lines counts each with object, line, byte and reason, keeps the neighbours, and ends with exit 4', async () => {
    const { summary, exit, uri } = await runWith('broken', (lines) => [
      '{"input":{"userId":"u001"},"output"',
      lines[1] ?? '',
      'no JSON at all',
      ...lines.slice(3),
    ]);

    expect(exit).toBe(4);
    expect(summary.output.brokenLines).toBe(2);
    expect(summary.output.lines).toBe(PEOPLE - 2);
    expect(summary.output.findings.map(({ object, line, byteOffset }) => [object, line, byteOffset])).toEqual([
      [uri, 1, 0],
      [uri, 3, expect.any(Number)],
    ]);
    expect(summary.output.findings.every((finding) => finding.reason !== '')).toBe(true);
    expect(summary.deliveries?.accepted).toBe(PEOPLE);
    expect(summary.output.fallback).toBe(2);
    expect(await slateOf(summary.run, userId(2))).toMatchObject({ state: 'accepted', fallback: false });
    expect(await slateOf(summary.run, userId(3))).toMatchObject({ state: 'accepted', fallback: true });
  });

  it('with lines that carry an error counts them by their text; those people get the fallback', async () => {
    const failed = (user: string) =>
      JSON.stringify({ input: { userId: user }, output: null, error: 'User does not exist.' });
    const { summary, exit } = await runWith('with-errors', (lines) => [
      failed(userId(1)),
      failed(userId(2)),
      ...lines.slice(2),
    ]);

    expect(exit).toBe(0);
    expect(summary.output.errorLines).toEqual([{ name: 'User does not exist.', count: 2 }]);
    expect({ fallback: summary.output.fallback, accepted: summary.deliveries?.accepted }).toEqual({
      fallback: 2,
      accepted: PEOPLE,
    });
  });

  it('without recommendations for some excludes them as no_recommendations where the job has no fallback: exit 0', async () => {
    const { run, summary, exit } = await runWith('no-fallback', (lines) => [lineOf(userId(1), []), ...lines.slice(2)], {
      show: '{ items: 3, fallback: none }',
    });

    expect(exit).toBe(0);
    expect(summary.excluded).toEqual([{ name: 'no_recommendations', count: 2 }]);
    expect(summary.deliveries?.accepted).toBe(PEOPLE - 2);
    expect(await slateOf(run.runId, userId(1))).toMatchObject({ state: 'excluded', reason: 'no_recommendations' });
  });

  it('with items that the catalogue does not have counts them and shows the others', async () => {
    const { run, summary } = await runWith('unknown-items', (lines) => [
      lineOf(userId(1), ['gone-1', itemId(4), 'gone-2', itemId(7)]),
      ...lines.slice(1),
    ]);

    expect(summary.output.unknownItems).toBe(2);
    expect((await slateOf(run.runId, userId(1))).slate).toEqual([itemId(4), itemId(7)]);
    expect(summary.deliveries?.accepted).toBe(PEOPLE);
  });

  it('is joined by the echoed user, whatever the order of its lines, and users of no recipient are no harm', async () => {
    const { run, summary, exit } = await runWith('shuffled', (lines) => [
      lineOf('stranger', [itemId(1)]),
      ...lines.toReversed().slice(0, -1),
      lineOf(userId(1), [itemId(9)]),
    ]);

    expect(exit).toBe(0);
    expect((await slateOf(run.runId, userId(1))).slate).toEqual([itemId(9)]);
    expect(summary.deliveries?.accepted).toBe(PEOPLE);
    expect(summary.output.lines).toBe(PEOPLE + 1);
  });

  it('that is empty gives everyone the fallback', async () => {
    const { summary, exit } = await runWith('empty', () => []);

    expect({ exit, lines: summary.output.lines, fallback: summary.output.fallback }).toEqual({
      exit: 0,
      lines: 0,
      fallback: PEOPLE,
    });
  });
});

describe('a segment output', () => {
  async function runSegment(name: string, lines: readonly string[]) {
    const rig = rigUp(shop);
    const id = await begin(
      rig,
      audienceSource(name, { segment: 'queries: { tea: ITEMS.CATEGORY = "tea", plants: ITEMS.CATEGORY = "plants" }' }),
    );
    const output = await driveToOutput(rig, id);
    await writeLines(rig, output, lines);
    const run = await driveRun(rig, id);
    return { run, summary: readSummary(run), exit: exitCodeOf(run, readSummary(run)) };
  }
  const tea = JSON.stringify({
    input: { itemAttributes: 'ITEMS.CATEGORY = "tea"' },
    output: { usersList: [userId(2), 'stranger', userId(1)] },
    error: null,
  });

  it('whose line for a query is an error leaves that audience empty, keeps the other, and ends with exit 4', async () => {
    const failed = JSON.stringify({
      input: { itemAttributes: 'ITEMS.CATEGORY = "plants"' },
      output: null,
      error: 'No items match.',
    });
    const { summary, exit } = await runSegment('segment-error', [failed, tea]);

    expect(exit).toBe(4);
    expect(summary?.output.errorLines).toEqual([{ name: 'No items match.', count: 1 }]);
    expect(summary?.audiences?.map(({ name, segmentUsers, members }) => [name, segmentUsers, members])).toEqual([
      ['tea', 3, 2],
      ['plants', 0, 0],
    ]);
  });

  it('with a broken line is a counted finding and exit 4; the query that has no answer says so', async () => {
    const { summary, exit } = await runSegment('segment-broken', ['{"input":', tea]);

    expect(exit).toBe(4);
    expect(summary?.output.brokenLines).toBe(1);
    expect(summary?.audiences?.map(({ name, members }) => [name, members])).toEqual([
      ['tea', 2],
      ['plants', 0],
    ]);
  });

  it('that lacks the line of a query does not pass for done', async () => {
    const { exit } = await runSegment('segment-lacking', [tea]);

    expect(exit).toBe(4);
  });
});
