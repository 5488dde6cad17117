/** Checks that a job names solutions of the settings, and finds the one that was meant by what the part of the job needs. */
import { nearestName } from '../config/nearest';
import type { Problem } from '../config/problems';
import { quoteLine, quoteValue } from '../config/quote';
import { describeSolutions, isArn, type JobNames } from './names';
import { SOLUTION_NEEDS, type SolutionNeed } from './solution-needs';

type Fields = Readonly<Record<string, unknown>>;
type SolutionNames = Pick<JobNames, 'solutions' | 'recipes'>;

/** Finds names that the settings do not have; nothing where nobody knows what they have. */
export function checkSolutions({ segment, recommend, content }: Fields, names: SolutionNames): readonly Problem[] {
  const sections = isMap(content) && isMap(content.sections) ? Object.entries(content.sections) : [];
  return [
    ...(isMap(segment) ? checkOne(segment, { at: ['segment'], need: needOfSegment(segment), names }) : []),
    ...checkRecommend(recommend, ['recommend'], names),
    ...sections.flatMap(([name, section]) => {
      const at = ['content', 'sections', name, 'recommend'];
      return isMap(section) ? checkRecommend(section.recommend, at, names) : [];
    }),
  ];
}

function checkRecommend(recommend: unknown, at: readonly string[], names: SolutionNames): readonly Problem[] {
  return isMap(recommend) ? checkOne(recommend, { at, need: needOfItems(recommend), names }) : [];
}

interface Place {
  readonly at: readonly string[];
  readonly need: SolutionNeed;
  readonly names: SolutionNames;
}

function checkOne({ solution }: Fields, { at, need, names }: Place): readonly Problem[] {
  const { solutions: known, recipes } = names;
  if (known === undefined || typeof solution !== 'string' || solution === '' || isArn(solution)) return [];
  if (known.includes(solution)) return [];
  const path = [...at, 'solution'];
  const message = `${path.join('.')} is ${quoteValue(solution)}; expected ${describeSolutions(known)}`;
  const fitting = known.filter((name) => recipes === undefined || need.recipes.includes(recipes[name] ?? ''));
  // Of names that are near, one that does what is wanted comes first.
  const near = nearestName(solution, fitting) ?? (fitting.length === 0 ? nearestName(solution, known) : undefined);
  return [{ path, part: 'value', message, fix: suggest(solution, { near, fitting, need }) }];
}

interface Suggestion {
  readonly near: string | undefined;
  readonly fitting: readonly string[];
  readonly need: SolutionNeed;
}

function suggest(solution: string, { near, fitting, need }: Suggestion): string {
  const [first, ...others] = fitting;
  const meant = near ?? (others.length === 0 ? first : undefined);
  if (meant !== undefined) return `write ${quoteLine('solution', meant)}`;
  const added = quoteLine(solution, { solution, recipe: need.recipes[0] });
  const add = `add ${added} below "solutions:" of the settings`;
  return first === undefined ? `${add}: ${need.words} solution` : `name one of these: ${fitting.join(', ')}; or ${add}`;
}

function needOfSegment({ queries, items }: Fields): SolutionNeed {
  if (items !== undefined && queries === undefined) return SOLUTION_NEEDS.itemSegment;
  return queries !== undefined && items === undefined ? SOLUTION_NEEDS.attributeSegment : SOLUTION_NEEDS.segment;
}

function needOfItems({ from, themes }: Fields): SolutionNeed {
  if (themes !== undefined && themes !== false) return SOLUTION_NEEDS.themes;
  if (from === undefined) return SOLUTION_NEEDS.taste;
  return from === 'related' ? SOLUTION_NEEDS.related : SOLUTION_NEEDS.ranking;
}

function isMap(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
