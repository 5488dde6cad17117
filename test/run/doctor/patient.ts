/** Makes a shop that is well, to be examined: a database, a local AWS with two trained solutions, and an SMTP server. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { loadSettings, type Override } from '../../../src/config/load';
import type { Settings } from '../../../src/config/settings';
import { claimInstance, openDatabase } from '../../../src/database/connecting/connection';
import { type Doors, examine, type Patient } from '../../../src/run/doctor/examine';
import { beginExamination, type Finding } from '../../../src/run/doctor/finding';
import { createCountingCompute } from '../../local/support/counting-compute';
import { startTestAws, type TestAws } from '../../local/support/local-aws';
import { trainShop } from '../../local/support/shop';
import { startTestPostgres, type TestPostgres } from '../../support/database';
import { ROOT } from '../../support/nightjar';
import { type FaultySmtpServer, startSmtpServer } from '../../support/smtp-server';

export const NOW = Date.now;
const RECIPES = ['aws-user-personalization', 'aws-item-affinity'];

export interface Shop {
  readonly aws: TestAws;
  readonly postgres: TestPostgres;
  readonly smtp: FaultySmtpServer;
  readonly settings: Settings;
  /** A database with nightjar's tables, claimed for the instance of the settings. */
  readonly connection: Awaited<ReturnType<TestPostgres['createDatabase']>>;
  /** The ARNs of the solutions' versions. */
  readonly versions: readonly string[];
  /** From now on no job ends. */
  holdJobs(): void;
  close(): Promise<void>;
}

/** Starts it: call it in beforeAll. */
export async function startShop(): Promise<Shop> {
  const postgres = await startTestPostgres();
  let held: Promise<void> | undefined;
  const aws = await startTestAws({ compute: createCountingCompute({ gate: async () => held }) });
  const { versions } = await trainShop(aws, RECIPES);
  const smtp = await startSmtpServer();
  const settings = { ...readSettings(), solutions: solutionsOf(RECIPES) };
  const connection = await postgres.createDatabase();
  const database = await openDatabase(connection);
  await claimInstance(database.db, { instance: settings.instance, now: NOW() });
  await database.close();
  return {
    aws,
    postgres,
    smtp,
    settings,
    connection,
    versions,
    holdJobs() {
      held = new Promise(() => undefined);
    },
    async close() {
      await smtp.close();
      await aws.close();
      await postgres.stop();
    },
  };
}

function readSettings(): Settings {
  const defaultText = readFileSync(path.join(ROOT, 'config', 'default.yaml'), 'utf8');
  const overrides: readonly Override[] = [
    { path: 'storage.bucket', value: 'shop', flag: 'test' },
    { path: 'storage.prefix', value: 'nights/', flag: 'test' },
    { path: 'mail.from', value: 'Shop <news@shop.test.example.net>', flag: 'test' },
    { path: 'publicUrl', value: 'https://shop.example.net', flag: 'test' },
  ];
  return loadSettings({ defaultText, files: [], env: {}, overrides }).settings;
}

function solutionsOf(recipes: readonly string[]): Settings['solutions'] {
  return Object.fromEntries(recipes.map((recipe) => [recipe.slice('aws-'.length), { solution: recipe, recipe }]));
}

export interface Variation {
  readonly settings?: Settings;
  readonly patient?: Partial<Patient>;
  readonly doors?: Partial<Doors>;
  readonly rooms?: Partial<ReturnType<Doors['enter']>>;
  readonly limitMs?: number;
}

/** Examines the shop, or one that differs from it, and answers the findings. */
export async function examineShop(shop: Shop, variation: Variation = {}): Promise<readonly Finding[]> {
  const settings = variation.settings ?? shop.settings;
  const patient: Patient = {
    settings,
    origins: new Map(),
    stateDir: shop.aws.stateDir,
    secret: 'x'.repeat(32),
    now: NOW,
    ...variation.patient,
  };
  const exam = beginExamination({
    settings,
    clock: () => performance.now(),
    limitMs: variation.limitMs ?? 10_000,
  });
  const doors: Doors = {
    database: async () => shop.connection,
    dkim: { key: async () => undefined, resolveTxt: async () => [] },
    enter: () => ({
      s3: async () => shop.aws.s3,
      personalize: async () => shop.aws.personalize,
      mail: async () => ({ kind: 'smtp', url: shop.smtp.url }),
      ...variation.rooms,
    }),
    ...variation.doors,
  };
  await examine(exam, patient, doors);
  return exam.findings;
}

/** Finds the finding of a check such as `storage put`. */
export function findingOf(findings: readonly Finding[], name: string): Finding {
  const found = findings.find(({ engine, check }) => `${engine} ${check}` === name);
  if (found === undefined) throw new Error(`there is no finding ${name}`);
  return found;
}
