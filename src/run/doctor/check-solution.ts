/** Looks at one solution of the settings: it exists, is of the recipe that they say, and has a trained version. */
import {
  DescribeSolutionCommand,
  DescribeSolutionVersionCommand,
  type PersonalizeClient,
  paginateListSolutionVersions,
  type SolutionVersionSummary,
} from '@aws-sdk/client-personalize';
import { readStatus } from '../../personalize/status';
import { ask, isFailedCall } from './denial';
import { failed, ok, type Verdict, warning } from './finding';
import { type PermissionSettings, solutionArn } from './scope';

export interface SolutionCase {
  /** Its name in the settings. */
  readonly name: string;
  readonly settings: PermissionSettings;
  readonly now: () => number;
}

const DAY_MS = 86_400_000;

/**
 * Checks one; a solution that is absent is no failure, since only the jobs that name it miss it.
 * @throws AggregateError of FailedCall, all permissions that are missing at once
 */
export async function checkSolution(
  personalize: PersonalizeClient,
  { name, settings, now }: SolutionCase,
): Promise<Verdict> {
  const wanted = settings.solutions[name];
  const arn = solutionArn(settings, wanted?.solution ?? name);
  const solution = arn.split('/').slice(0, 2).join('/');
  const facts = await askEverything(personalize, { solution, version: arn === solution ? undefined : arn });
  if (facts === undefined) {
    const fix = settings.aws.endpoint === 'embedded' ? 'nightjar demo' : 'aws personalize list-solutions';
    return warning(`it does not exist, and jobs that name it fail: ${solution}`, fix);
  }
  const { recipe, version } = facts;
  if (recipe !== wanted?.recipe) {
    return failed(
      `the settings say ${wanted?.recipe ?? 'no recipe'}, Personalize says ${recipe}`,
      `set solutions.${name}.recipe: ${recipe}`,
    );
  }
  if (version === undefined || readStatus(version.status ?? '') !== 'active') {
    return warning(
      `${recipe}; no version of it is ACTIVE`,
      `aws personalize create-solution-version --solution-arn ${solution}`,
    );
  }
  const days = Math.floor((now() - (version.creationDateTime?.getTime() ?? now())) / DAY_MS);
  const id = version.solutionVersionArn?.split('/')[2] ?? '';
  return ok(
    `${recipe}, version ${id} is ACTIVE, trained ${days === 0 ? 'today' : days === 1 ? 'yesterday' : `${days} days ago`}`,
  );
}

interface SolutionFacts {
  readonly recipe: string;
  readonly version: SolutionVersionSummary | undefined;
}

/** Makes all three calls even where one is refused, so that every missing permission is told. */
async function askEverything(
  client: PersonalizeClient,
  arns: { readonly solution: string; readonly version: string | undefined },
): Promise<SolutionFacts | undefined> {
  const { solution } = arns;
  const [described, listed] = await Promise.allSettled([
    ask({ operation: 'personalize:DescribeSolution', resource: solution }, () =>
      client.send(new DescribeSolutionCommand({ solutionArn: solution })),
    ),
    ask({ operation: 'personalize:ListSolutionVersions', resource: '*' }, () => listVersions(client, solution)),
  ]);
  const newest = listed.status === 'fulfilled' ? newestOf(listed.value, arns.version) : undefined;
  const versionArn = newest?.solutionVersionArn ?? arns.version ?? `${solution}/no-such-version`;
  const [version] = await Promise.allSettled([
    ask({ operation: 'personalize:DescribeSolutionVersion', resource: versionArn }, () =>
      client.send(new DescribeSolutionVersionCommand({ solutionVersionArn: versionArn })),
    ),
  ]);
  const errors = [described, listed, version].flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
  const others = errors.filter((error) => !isMissing(error));
  if (others.length > 0) throw new AggregateError(others);
  if (described.status === 'rejected') return undefined;
  const recipeArn = described.value.solution?.recipeArn ?? '';
  return { recipe: recipeArn.slice(recipeArn.lastIndexOf('/') + 1), version: newest };
}

async function listVersions(
  client: PersonalizeClient,
  solutionArn: string,
): Promise<readonly SolutionVersionSummary[]> {
  const versions: SolutionVersionSummary[] = [];
  for await (const page of paginateListSolutionVersions({ client }, { solutionArn })) {
    versions.push(...(page.solutionVersions ?? []));
  }
  return versions;
}

/** The newest ACTIVE one, as runs choose it, or the one that the settings name. */
function newestOf(
  versions: readonly SolutionVersionSummary[],
  named: string | undefined,
): SolutionVersionSummary | undefined {
  if (named !== undefined) return versions.find((version) => version.solutionVersionArn === named);
  const byAge = [...versions].sort(
    (a, b) => (b.creationDateTime?.getTime() ?? 0) - (a.creationDateTime?.getTime() ?? 0),
  );
  return byAge.find((version) => readStatus(version.status ?? '') === 'active') ?? byAge[0];
}

function isMissing(error: unknown): boolean {
  return isFailedCall(error) && nameOf(error.cause) === 'ResourceNotFoundException';
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : '';
}
