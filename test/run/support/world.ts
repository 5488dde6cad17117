/** Opens real engines on a small shop for a test file, and drives runs through the real stage functions at a clock of the test's own. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type OpenEngines, openEngines } from '../../../src/cli/open-engines';
import { loadSettings, type Override } from '../../../src/config/load';
import { findRun, type RunRow } from '../../../src/database/runs/runs';
import { createMailer } from '../../../src/mail/mailer';
import type { WorkOutcome } from '../../../src/queue/work-queue';
import type { Engines } from '../../../src/run/engines';
import { listOpenWork } from '../../../src/run/open-work';
import { processWork } from '../../../src/run/process-work';
import { startRun } from '../../../src/run/start-run';
import { ROOT } from '../../support/nightjar';
import { prepareCluster } from '../../support/prepared-cluster';
import { prepareSmallShop, SLOT } from './small-shop';

/** Opens the default engines on a state folder, faster in asking Personalize. */
export async function openWorld(stateDir: string, overrides: readonly Override[] = []): Promise<OpenEngines> {
  const defaultText = readFileSync(path.join(ROOT, 'config', 'default.yaml'), 'utf8');
  const fast = { path: 'aws.pollSeconds', value: 0.05, flag: 'test' };
  const { settings } = loadSettings({ defaultText, files: [], env: {}, overrides: [fast, ...overrides] });
  await prepareCluster(stateDir);
  return openEngines({ settings, stateDir, env: {}, log: () => undefined, jobSeconds: 0 });
}

/** Opens a world whose shop is there and trained. */
export async function openShop(stateDir: string): Promise<OpenEngines> {
  const engines = await openWorld(stateDir);
  await prepareSmallShop(engines);
  return engines;
}

export interface Clock {
  now(): number;
  /** Moves on to a time, never back. */
  advanceTo(at: number): void;
}

/** A clock that goes with the real one and can be put forward. */
export function makeClock(): Clock {
  let offset = 0;
  const now = () => Date.now() + offset;
  return {
    now,
    advanceTo: (at) => {
      offset += Math.max(0, at - now());
    },
  };
}

export interface Variation {
  readonly mailUrl?: string;
  readonly retryAfterSeconds?: readonly number[];
  /** How long a silent server is waited for. */
  readonly silenceMs?: number;
}

export interface Rig {
  readonly engines: Engines;
  readonly clock: Clock;
  close(): Promise<void>;
}

/** Makes engines of another mail server and of a clock that can be put forward, on the same database, S3 and Personalize. */
export function rigUp(base: Engines, variation: Variation = {}): Rig {
  const { mail } = base.settings;
  const retryAfterSeconds = [...(variation.retryAfterSeconds ?? mail.retryAfterSeconds)];
  const url = variation.mailUrl ?? mail.url;
  const settings = { ...base.settings, mail: { ...mail, url, retryAfterSeconds } };
  const timeouts = { silence: variation.silenceMs ?? 5000 };
  const mailer =
    variation.mailUrl === undefined ? base.mailer : createMailer({ url, connections: mail.connections, timeouts });
  const clock = makeClock();
  const inboxDir = variation.mailUrl === undefined ? base.inboxDir : undefined;
  return {
    engines: { ...base, settings, mailer, inboxDir, queue: FORGETFUL, now: clock.now },
    clock,
    close: async () => (variation.mailUrl === undefined ? undefined : mailer.close({ force: true })),
  };
}

/** The queue may be lost (D3), so a test that drives stages itself goes on without one. */
const FORGETFUL: Engines['queue'] = {
  add: async () => undefined,
  setAlarms: async () => undefined,
  ping: async () => undefined,
  start: () => ({ close: async () => undefined }),
  close: async () => undefined,
};

/** Waits for real work of the local AWS between two looks. */
const LOOK_MS = 15;
const ROUNDS = 3000;

/**
 * Does the open work of a run until it is idle, or until `stop` says so; where all work wants to be called later, the clock is put forward.
 */
export async function driveRun(
  rig: Rig,
  runId: string,
  stop: (run: RunRow) => boolean | Promise<boolean> = () => false,
): Promise<RunRow> {
  const { engines, clock } = rig;
  for (let round = 0; round < ROUNDS; round++) {
    const run = await findRun(engines.db, runId);
    if (run === undefined) throw new Error(`there is no run ${runId}`);
    const works = await listOpenWork(engines, run);
    if (works.length === 0 || (await stop(run))) return run;
    const later: number[] = [];
    for (const work of works) {
      const outcome = await processWork(engines, work, new AbortController().signal);
      if (outcome.kind === 'again') later.push(outcome.at);
    }
    if (later.length < works.length) continue;
    if (run.state === 'waiting') await wait(LOOK_MS);
    clock.advanceTo(Math.min(...later));
  }
  throw new Error(`${runId} did not come to an end`);
}

/** Does the open work of a run once and answers its outcomes. */
export async function workOnce({ engines }: Rig, runId: string): Promise<readonly WorkOutcome[]> {
  const run = await findRun(engines.db, runId);
  if (run === undefined) throw new Error(`there is no run ${runId}`);
  const outcomes: WorkOutcome[] = [];
  for (const work of await listOpenWork(engines, run))
    outcomes.push(await processWork(engines, work, new AbortController().signal));
  return outcomes;
}

export interface EmailFields {
  readonly where?: string;
  readonly solution?: string;
  readonly show?: string | undefined;
  readonly send?: string | undefined;
  readonly guard?: string | undefined;
  readonly subject?: string;
  readonly files?: Readonly<Record<string, string>>;
}

const FILES = {
  'subject.hbs': '{{items.0.title}} for {{contact.firstName}}',
  'body.html.hbs':
    '<ul>{{#each items}}<li>{{title}}</li>{{/each}}</ul><p>{{sender.postalAddress}} <a href="{{unsubscribeUrl}}">no more</a></p>',
  'body.text.hbs': '{{#each items}}{{title}}\n{{/each}}{{sender.postalAddress}} {{unsubscribeUrl}}\n',
};

/** An e-mail job with a template of its own. */
export function emailSource(name: string, fields: EmailFields = {}) {
  const lines = [
    'about: A few picks',
    'kind: email',
    `recommend: { solution: ${fields.solution ?? 'picks'}, results: 8 }`,
    `recipients: { where: ${fields.where ?? '{ consent: true, group: main }'} }`,
    `content: { template: mini, show: ${fields.show ?? '{ items: 3 }'} }`,
    ...(fields.send === undefined ? [] : [`send: ${fields.send}`]),
    ...(fields.guard === undefined ? [] : [`guard: ${fields.guard}`]),
  ];
  return {
    file: `jobs/${name}.yaml`,
    text: `${lines.join('\n')}\n`,
    template: { name: 'mini', files: fields.files ?? FILES },
  };
}

/** An audience job of attribute queries. */
export function audienceSource(name: string, fields: { readonly solution?: string; readonly segment?: string } = {}) {
  const segment = fields.segment ?? 'queries: { tea: ITEMS.CATEGORY = "tea" }';
  const lines = [
    'about: Who likes tea',
    'kind: audience',
    'segment:',
    `  solution: ${fields.solution ?? 'attribute-fans'}`,
    '  users: 20',
    `  ${segment}`,
    `audience: { where: { consent: true }, formats: [csv], to: audiences/${name}/ }`,
  ];
  return { file: `jobs/${name}.yaml`, text: `${lines.join('\n')}\n`, template: undefined };
}

/** Starts the run of a job for the shop's slot and answers its id. */
export async function begin(
  rig: Rig,
  source: ReturnType<typeof emailSource> | ReturnType<typeof audienceSource>,
  again = false,
): Promise<string> {
  return (await startRun(rig.engines, { source, slot: SLOT, again })).runId;
}
