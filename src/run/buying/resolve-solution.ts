/** Finds the solution version that a job means: the newest ACTIVE one, or the one it names. */
import {
  DescribeSolutionCommand,
  DescribeSolutionVersionCommand,
  type PersonalizeClient,
  paginateListSolutionVersions,
  type SolutionVersionSummary,
} from '@aws-sdk/client-personalize';
import type { Settings } from '../../config/settings';
import { NightjarError, type Where } from '../../errors';
import type { RecommendRules } from '../../job/email-job';
import { type JobFile, placeOfField } from '../../job/place';
import { SOLUTION_NEEDS, type SolutionNeed } from '../../job/solution-needs';
import { THEME_REGIONS } from '../../personalize/limits';
import { readStatus } from '../../personalize/status';

export interface ResolvedSolution {
  readonly solutionVersionArn: string;
  /** `aws-user-personalization`, without the ARN around it. */
  readonly recipe: string;
  /** Undefined where AWS doesn't tell. */
  readonly datasetGroupArn: string | undefined;
}

function needOf({ kind, recommend }: SolutionWish): SolutionNeed {
  if (kind === 'audience') return SOLUTION_NEEDS.segment;
  if (recommend?.themes !== undefined) return SOLUTION_NEEDS.themes;
  if (recommend?.from === undefined) return SOLUTION_NEEDS.taste;
  return recommend.from.by === 'related' ? SOLUTION_NEEDS.related : SOLUTION_NEEDS.ranking;
}

function describeWish({ kind, recommend }: SolutionWish): string {
  if (recommend?.themes !== undefined) return 'a job with themes';
  if (recommend?.from === undefined) return `a job of kind ${kind}`;
  return recommend.from.by === 'related' ? 'from: related' : 'a list that is ranked';
}

export interface SolutionWish {
  /** A name of the settings' `solutions`, or an ARN of a solution or solution version. */
  readonly solution: string;
  readonly kind: 'email' | 'audience';
  readonly job: JobFile;
  /** Where the job names it: `segment`, `recommend`, `content.sections.fresh.recommend`. */
  readonly at: string;
  /** What an e-mail job wants of it; its recipients' own taste where left out. */
  readonly recommend?: Pick<RecommendRules, 'from' | 'themes'>;
}

/**
 * Resolves the solution of a job and checks that its recipe can do what the job wants.
 * @throws E_RECO_SOLUTION where it doesn't exist, has no ACTIVE version, or is of another recipe
 */
export async function resolveSolution(
  engines: { readonly settings: Settings; readonly personalize: PersonalizeClient },
  wish: SolutionWish,
): Promise<ResolvedSolution> {
  checkThemeRegion(engines.settings, wish);
  const arn = solutionArn(engines.settings, wish);
  const isVersion = arn.split('/').length > 2;
  const found = isVersion
    ? await describeVersion(engines.personalize, arn, wish)
    : await newestVersion(engines.personalize, arn, wish);
  const { recipes, words } = needOf(wish);
  if (recipes.includes(found.recipe)) return found;
  const fitting = Object.entries(engines.settings.solutions).flatMap(([name, { recipe }]) =>
    recipes.includes(recipe) ? [name] : [],
  );
  const instead = fitting.length === 0 ? '' : `name one of these: ${fitting.join(', ')}; or `;
  throw new NightjarError(
    'E_RECO_SOLUTION',
    `solution "${wish.solution}" is of the recipe ${found.recipe}; ${describeWish(wish)} needs ${words} solution`,
    {
      where: whereIs(wish),
      fix: `${instead}add another below "solutions:" of the settings, with "recipe: ${recipes[0]}"`,
    },
  );
}

/** AWS would refuse the batch job when the others are bought already. */
function checkThemeRegion({ aws }: Settings, { recommend, job, at }: SolutionWish): void {
  if (recommend?.themes === undefined || THEME_REGIONS.includes(aws.region)) return;
  const message = `themes are wanted, and Personalize has none in ${aws.region}; it has them in ${THEME_REGIONS.join(', ')}`;
  const where = placeOfField(job, `${at}.themes`);
  throw new NightjarError('E_JOB_FIELD', message, { where, fix: 'remove "themes:"' });
}

function whereIs({ job, at }: SolutionWish): Where {
  return placeOfField(job, `${at}.solution`);
}

function solutionArn(settings: Settings, wish: SolutionWish): string {
  if (wish.solution.startsWith('arn:')) return wish.solution;
  const named = settings.solutions[wish.solution]?.solution ?? wish.solution;
  if (named.startsWith('arn:')) return named;
  const [, partition = 'aws', , , account = ''] = settings.aws.roleArn.split(':');
  return `arn:${partition}:personalize:${settings.aws.region}:${account}:solution/${named}`;
}

async function newestVersion(
  personalize: PersonalizeClient,
  arn: string,
  wish: SolutionWish,
): Promise<ResolvedSolution> {
  const described = await personalize
    .send(new DescribeSolutionCommand({ solutionArn: arn }))
    .catch((error: unknown) => {
      throw missingSolution(error, wish);
    });
  const versions: SolutionVersionSummary[] = [];
  for await (const page of paginateListSolutionVersions({ client: personalize }, { solutionArn: arn })) {
    versions.push(...(page.solutionVersions ?? []));
  }
  const newest = versions
    .filter((version) => readStatus(version.status ?? '') === 'active')
    .sort((a, b) => (b.creationDateTime?.getTime() ?? 0) - (a.creationDateTime?.getTime() ?? 0))[0];
  if (newest?.solutionVersionArn === undefined) {
    throw new NightjarError('E_RECO_SOLUTION', `solution "${wish.solution}" has no ACTIVE solution version`, {
      where: whereIs(wish),
      fix: `train one: aws personalize create-solution-version --solution-arn ${arn}`,
    });
  }
  const { recipeArn, datasetGroupArn } = described.solution ?? {};
  return { solutionVersionArn: newest.solutionVersionArn, recipe: recipeName(recipeArn), datasetGroupArn };
}

async function describeVersion(
  personalize: PersonalizeClient,
  arn: string,
  wish: SolutionWish,
): Promise<ResolvedSolution> {
  const described = await personalize
    .send(new DescribeSolutionVersionCommand({ solutionVersionArn: arn }))
    .catch((error: unknown) => {
      throw missingSolution(error, wish);
    });
  const status = described.solutionVersion?.status ?? '';
  if (readStatus(status) !== 'active') {
    throw new NightjarError('E_RECO_SOLUTION', `solution version "${arn}" is ${status}; expected ACTIVE`, {
      where: whereIs(wish),
    });
  }
  const { recipeArn, datasetGroupArn } = described.solutionVersion ?? {};
  return { solutionVersionArn: arn, recipe: recipeName(recipeArn), datasetGroupArn };
}

function recipeName(arn: string | undefined): string {
  return arn?.slice(arn.lastIndexOf('/') + 1) ?? '';
}

function missingSolution(error: unknown, wish: SolutionWish): unknown {
  if (!(error instanceof Error) || error.name !== 'ResourceNotFoundException') return error;
  return new NightjarError('E_RECO_SOLUTION', `solution "${wish.solution}" does not exist in Personalize`, {
    where: whereIs(wish),
    fix: 'list what there is: aws personalize list-solutions; then name it under "solutions" in the settings',
    cause: error,
  });
}
