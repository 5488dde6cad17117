/** A round of kills: one run of an audience job is left in peace, an equal one loses its workers in every stage. */
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Random } from '../../../src/sample/random';
import { beginWith, readFolder } from '../../run/support/audience-answers';
import { addContacts, makeContact, userId } from '../../run/support/small-shop';
import { driveRun } from '../../run/support/world';
import type { Running } from '../../support/nightjar';
import { type AudienceWorld, readSftp } from './audience-world';

/** Where a worker dies: in a stage; with an upload that got no answer; with a file begun under another name. */
export const STRIKES = ['collect', 'measure', 'write', 'deliver', 'upload', 'draft'] as const;
export type Strike = (typeof STRIKES)[number];

export interface AudienceRound {
  readonly calm: string;
  readonly struck: string;
  /** Strikes that fell while what they were to strike was under way. */
  readonly fallen: readonly Strike[];
  readonly violations: readonly string[];
}

const QUERIES = ['coffee', 'plants', 'tea'];
const AWAIT_MS = 120_000;

function sourceOf(name: string) {
  const queries = QUERIES.map((category) => `${category}: ITEMS.CATEGORY = "${category}"`).join(', ');
  const audience = `to: audiences/${name}/, where: { consent: true }, formats: [csv, jsonl, meta]`;
  const text = [
    'about: Who likes what',
    'kind: audience',
    `segment: { solution: attribute-fans, users: 40, queries: { ${queries} } }`,
    `audience: { ${audience}, change: { files: both }, deliver: [bucket, files, web] }`,
    'guard: { members: { min: 1 } }',
  ];
  return { file: `jobs/${name}.yaml`, text: `${text.join('\n')}\n`, template: undefined };
}

const users = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => userId(from + n));

/** Runs the round; `name` is of this round alone. Two workers go on for each other where there are two. */
export async function runAudienceRound(
  world: AudienceWorld,
  wish: {
    readonly name: string;
    readonly strikes: readonly Strike[];
    readonly workers: 1 | 2;
    readonly random: Random;
  },
): Promise<AudienceRound> {
  const { rig } = world;
  const sources = { calm: sourceOf(`calm-${wish.name}`), struck: sourceOf(`struck-${wish.name}`) };
  for (const source of [sources.calm, sources.struck])
    await driveRun(rig, await beginWith(rig, source, { slot: '2026-03-02', users: users(1, 24) }));
  const changed = users(3, 5).map((id) => makeContact(id, { email: `${id}@new.example` }));
  await addContacts(rig.engines, [...changed, ...users(6, 8).map((id) => makeContact(id, { consent: false }))]);
  const second = { slot: '2026-03-03', users: users(3, 30) };
  const calm = await beginWith(rig, sources.calm, second);
  await driveRun(rig, calm);
  const struck = await beginWith(rig, sources.struck, second);
  const fallen: Strike[] = [];
  const violations: string[] = [];
  let workers: Running[] = [];
  const start = () => {
    while (workers.length < wish.workers) workers.push(world.startWorker());
  };
  for (const strike of wish.strikes) {
    start();
    if (await isThere(world, struck, { strike, random: wish.random })) fallen.push(strike);
    const [victim, ...others] = workers;
    victim?.child.kill('SIGKILL');
    await victim?.ended;
    workers = others;
    violations.push(...(await findHalf(world, { calm, struck })).map((what) => `after ${strike}: ${what}`));
  }
  start();
  await until(() => isOver(world, struck));
  const state = await stateOf(world, struck);
  for (const worker of workers) worker.child.kill('SIGTERM');
  await Promise.all(workers.map(({ ended }) => ended));
  await addContacts(
    rig.engines,
    users(3, 8).map((id) => makeContact(id)),
  );
  violations.push(...(state === 'finished' ? await compare(world, { calm, struck }) : [`the run is ${state}`]));
  return { calm, struck, fallen, violations };
}

async function stateOf({ rig }: AudienceWorld, runId: string): Promise<string> {
  const { rows } = await sql<{ state: string }>`SELECT state FROM run WHERE run_id = ${runId}`.execute(rig.engines.db);
  return rows[0]?.state ?? 'nothing';
}

const isOver = async (world: AudienceWorld, runId: string) =>
  ['finished', 'failed', 'paused', 'cancelled'].includes(await stateOf(world, runId));

/** Waits for the moment to strike; false where it has passed. */
async function isThere(
  world: AudienceWorld,
  runId: string,
  { strike, random }: { readonly strike: Strike; readonly random: Random },
): Promise<boolean> {
  if (strike === 'upload') {
    let isHeld = false;
    world.web.holdAt(random.integer(1, 4), () => {
      isHeld = true;
    });
    await until(async () => isHeld || (await isOver(world, runId)), 2);
    world.web.holdAt(Number.POSITIVE_INFINITY, () => undefined);
    return isHeld;
  }
  if (strike === 'draft') {
    const folder = path.join(world.sftpFolder, runId);
    const isBegun = () => existsSync(folder) && readdirSync(folder).some((name) => name.endsWith('.part'));
    await until(async () => isBegun() || (await isOver(world, runId)), 0);
    return isBegun();
  }
  const begun = async () => (await shardsOf(world, runId, strike)).length > 0;
  await until(async () => (await begun()) || (await isOver(world, runId)), 2);
  // The stages before it are done where its shards are given out.
  const before = STRIKES.slice(0, STRIKES.indexOf(strike));
  await until(async () => (await openOf(world, runId, before)) === 0, 2);
  await wait(random.integer(0, 60));
  return (await openOf(world, runId, [strike])) > 0;
}

async function shardsOf({ rig }: AudienceWorld, runId: string, stage: string) {
  const query = rig.engines.db.selectFrom('shard').select(['shard', 'done_at']).where('run_id', '=', runId);
  return query.where('stage', '=', stage).execute();
}

async function openOf(world: AudienceWorld, runId: string, stages: readonly string[]): Promise<number> {
  const shards = await Promise.all(stages.map((stage) => shardsOf(world, runId, stage)));
  return shards.flat().filter((shard) => shard.done_at === null).length;
}

async function until(isDone: () => Promise<boolean>, everyMs = 20): Promise<boolean> {
  const deadline = Date.now() + AWAIT_MS;
  while (!(await isDone())) {
    if (Date.now() > deadline) return false;
    await wait(everyMs);
  }
  return true;
}

interface Runs {
  readonly calm: string;
  readonly struck: string;
}

/** Makes texts and names of the two runs equal where they may only differ in the run. */
function neutral(text: string): string {
  return text.replaceAll(/\b(calm|struck)-/g, 'of-').replace(/"at": "[^"]*"/g, '"at": ""');
}

const asNeutral = (files: ReadonlyMap<string, string>) =>
  new Map([...files].map(([name, text]) => [neutral(name), neutral(text)]));

/** Finds files under their final names that are not whole. */
async function findHalf(world: AudienceWorld, { calm, struck }: Runs): Promise<readonly string[]> {
  const expected = asNeutral(readSftp(world, calm));
  const places = { sftp: readSftp(world, struck), s3: await readFolder(world.rig, `partner/${struck}/`) };
  return Object.entries(places).flatMap(([place, files]) =>
    [...asNeutral(files)]
      .filter(([name, text]) => !(place === 'sftp' && name.endsWith('.part')) && text !== expected.get(name))
      .map(([name]) => `${name} at ${place} is not whole`),
  );
}

/** Compares what the two runs have left: at each destination, in the run's folder, of the versions, in the database. */
async function compare(world: AudienceWorld, runs: Runs): Promise<readonly string[]> {
  const { rig } = world;
  const read: Readonly<Record<string, (runId: string) => Promise<ReadonlyMap<string, string>>>> = {
    s3: (runId) => readFolder(rig, `partner/${runId}/`),
    sftp: async (runId) => readSftp(world, runId),
    web: async (runId) => new Map(uploadsOf(world, runId).map(({ name, body }) => [name, body])),
    'the run': (runId) => readFolder(rig, `audiences/${runId.split('.')[0]}/${runId}/`),
    'the versions': (runId) => readFolder(rig, `versions/${runId.split('.')[0]}/`),
    'the database': async (runId) => new Map([['rows', await describeVersions(world, runId)]]),
  };
  const differing = await Promise.all(
    Object.entries(read).map(async ([place, of]) => {
      const [calm, struck] = [asNeutral(await of(runs.calm)), asNeutral(await of(runs.struck))];
      const names = [...new Set([...calm.keys(), ...struck.keys()])].sort();
      if (calm.size === 0) return [`${place}: nothing is there`];
      return names.filter((name) => calm.get(name) !== struck.get(name)).map((name) => `${place}: ${name} differs`);
    }),
  );
  return [...differing.flat(), ...checkUploads(world, runs)];
}

const uploadsOf = ({ web }: AudienceWorld, runId: string) => web.uploads.filter(({ run }) => run === runId);

/** A file may come twice, and is then the same; a manifest comes when all its files have. */
function checkUploads(world: AudienceWorld, { struck }: Runs): readonly string[] {
  const seen = new Map<string, string>();
  return uploadsOf(world, struck).flatMap(({ name, body }) => {
    const before = seen.get(name);
    seen.set(name, body);
    const isOther = before !== undefined && before !== body;
    const files = name.endsWith('.manifest.json')
      ? [...body.matchAll(/"name": "([^"]+)"/g)].map(([, file]) => file)
      : [];
    const early = files.filter((file) => file !== undefined && !seen.has(file));
    return [
      ...(isOther ? [`${name} came twice, and differs`] : []),
      ...early.map((file) => `${name} came before ${file}`),
    ];
  });
}

async function describeVersions({ rig }: AudienceWorld, runId: string): Promise<string> {
  const { rows } = await sql`
    SELECT v.audience, v.members, v.gained, v.lost, v.uri, v.base_run_id, v.delivered_at IS NOT NULL AS delivered, r.format, r.uri AS rows,
           r.row_count, r.since_full, d.destination, count(*)::int AS times
    FROM audience_version v LEFT JOIN audience_rows r USING (run_id, audience, part) LEFT JOIN audience_delivery d USING (run_id, audience, part)
    WHERE run_id = ${runId} GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 ORDER BY 1, 8, 12`.execute(rig.engines.db);
  return JSON.stringify(rows, null, 1);
}
