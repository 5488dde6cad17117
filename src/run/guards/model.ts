/** The guards on the model: how old it is, and whether it was trained on data that segments ignore. */
import {
  DescribeSolutionVersionCommand,
  type PersonalizeClient,
  paginateListDatasetImportJobs,
  paginateListDatasets,
} from '@aws-sdk/client-personalize';
import type { GuardRules } from '../../job/base-job';
import { readStatus } from '../../personalize/status';
import type { Engines } from '../engines';
import { type GuardCheck, UNKNOWN_MEASURE } from './check';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** Checks the models that a run asks, each once: of each rule the worst counts. */
export async function checkModels(
  engines: Pick<Engines, 'personalize'> & { readonly now: number },
  rules: GuardRules,
  versions: readonly string[],
): Promise<readonly GuardCheck[]> {
  const worst = new Map<string, GuardCheck>();
  for (const version of new Set(versions)) {
    for (const check of await checkModel(engines, rules, version)) {
      const known = worst.get(check.guard);
      if (known === undefined || check.measure > known.measure) worst.set(check.guard, check);
    }
  }
  return [...worst.values()];
}

/** Checks the rules that are about the model; asks Personalize only for what they need. */
async function checkModel(
  { personalize, now }: Pick<Engines, 'personalize'> & { readonly now: number },
  rules: GuardRules,
  solutionVersionArn: string,
): Promise<readonly GuardCheck[]> {
  const { modelAge, incrementalImports } = rules;
  if (modelAge === undefined && incrementalImports === undefined) return [];
  const { solutionVersion } = await personalize.send(new DescribeSolutionVersionCommand({ solutionVersionArn }));
  const createdAt = solutionVersion?.creationDateTime?.getTime();
  const group = solutionVersion?.datasetGroupArn;
  return [
    ...(modelAge === undefined ? [] : [checkAge(modelAge, createdAt === undefined ? undefined : now - createdAt)]),
    ...(incrementalImports === undefined
      ? []
      : [
          checkImports(incrementalImports, await countIgnoredImports(personalize, { group, before: createdAt ?? now })),
        ]),
  ];
}

function checkAge(limit: number, age: number | undefined): GuardCheck {
  return {
    guard: 'modelAge',
    limit: `${writeAge(limit)} old`,
    figure: age === undefined ? 'of an age that AWS does not tell' : `trained ${writeAge(age)} ago`,
    trips: age === undefined || age > limit,
    measure: age ?? UNKNOWN_MEASURE,
  };
}

function writeAge(ms: number): string {
  const [amount, word] = ms >= 2 * DAY_MS ? [ms / DAY_MS, 'days'] : [ms / HOUR_MS, 'hours'];
  return `${Number(amount.toFixed(1))} ${word}`;
}

function checkImports(limit: number, found: number): GuardCheck {
  return {
    guard: 'incrementalImports',
    limit: `${limit} INCREMENTAL imports after the last FULL one`,
    figure: `${found} before the model was trained, whose data segments ignore`,
    trips: found > limit,
    measure: found,
  };
}

/** Counts the INCREMENTAL imports of each dataset that came after its last FULL one and before the training. */
async function countIgnoredImports(
  client: PersonalizeClient,
  { group, before }: { readonly group: string | undefined; readonly before: number },
): Promise<number> {
  let ignored = 0;
  for await (const page of paginateListDatasets({ client }, { datasetGroupArn: group })) {
    for (const { datasetArn } of page.datasets ?? []) {
      const modes = await listImportModes(client, { datasetArn, before });
      ignored += modes.length - 1 - modes.lastIndexOf('FULL');
    }
  }
  return ignored;
}

/** In the order of their times. */
async function listImportModes(
  client: PersonalizeClient,
  { datasetArn, before }: { readonly datasetArn: string | undefined; readonly before: number },
): Promise<readonly string[]> {
  const imports: { readonly at: number; readonly mode: string }[] = [];
  for await (const page of paginateListDatasetImportJobs({ client }, { datasetArn })) {
    for (const { status, creationDateTime, importMode } of page.datasetImportJobs ?? []) {
      const at = creationDateTime?.getTime() ?? 0;
      if (readStatus(status ?? '') === 'active' && at <= before) imports.push({ at, mode: importMode ?? 'FULL' });
    }
  }
  return imports.sort((a, b) => a.at - b.at).map(({ mode }) => mode);
}
