/** Runs batch inference jobs: a line of items for each line of users. */
import type { BatchResult, InferTask } from '../compute-port';
import { hashPair } from '../recommender/identity';
import type { InferenceRecipe, ItemQuery, ListWish, Recommendations, Recommender } from '../recommender/recipe';
import { collectAsked } from './asked-ids';
import { DataProblem, explainFailure } from './data-problem';
import {
  echoInput,
  explainMissing,
  type InputMembers,
  isBlank,
  LINE_TOO_LONG,
  parseInputLine,
  readId,
  readIds,
} from './input-line';
import { unpackItemColumns } from './item-columns';
import type { TextLine } from './lines';
import { readModel } from './model-file';
import { type Filtering, openItemFilter } from './open-filter';
import { writeFileWhole } from './output-file';
import { cutFiles, type Piece, readPiece, type Share, shareFile, takeShare } from './pieces';
import { readItems } from './read-datasets';
import { findRecipe } from './recipes';
import { printScore } from './scores-text';

/** AWS's defaults of User-Personalization. */
const DEFAULT_EXPLORATION = { weight: 0.3, ageCutOffDays: 30 };

/** Lines that are put in another order together: AWS's output does not keep the order of its input. */
const SHUFFLED_LINES = 1000;

/** The whole of a job. */
const WHOLE: Share = { index: 0, of: 1 };

/**
 * Runs a share of the job; lines that can't be answered carry an error and don't fail it. The shares of one file go into
 * files that `shareFile` names. The answers are the same, in the same order, whatever the number of shares.
 */
export async function runInference(task: InferTask, share: Share = WHOLE): Promise<BatchResult> {
  return explainFailure(async () => {
    const recipe = findRecipe(task.recipe);
    if (recipe.kind !== 'inference') throw new DataProblem(`The recipe ${task.recipe} has no batch inference`);
    const { items } = task.datasets;
    const parts = await readModel(task.modelFile, task.recipe);
    const today =
      task.addsNewItems && items !== undefined ? await readItems(items, unpackItemColumns(parts)) : undefined;
    const recommender = recipe.open(parts, today);
    const pieces = takeShare(await cutFiles(task.files), share);
    const filter = await openListFilter(task, { recipe, recommender, pieces });
    const totals = { lines: 0, errorLines: 0 };
    for (const file of new Set(pieces.map(({ outputFile }) => outputFile))) {
      const own = pieces.filter(({ outputFile }) => outputFile === file);
      const { lines, errorLines } = await inferPieces(own, shareFile(file, share), {
        task,
        recipe,
        recommender,
        filter,
      });
      totals.lines += lines;
      totals.errorLines += errorLines;
    }
    return { ok: true, ...totals };
  });
}

/** A filter, and what it leaves of an item list, which may name items that the model lacks. */
interface ListFilter {
  readonly apply: Filtering;
  keepAllowed(itemList: ItemQuery['itemList'], allowed: Uint8Array | undefined): ItemQuery['itemList'];
}

interface Listing {
  readonly recipe: InferenceRecipe;
  readonly recommender: Recommender;
  readonly pieces: readonly Piece[];
}

/** Gives the items of the lines' lists places behind the model's, so that the filter is applied to them, too. */
async function openListFilter(
  task: InferTask,
  { recipe, recommender, pieces }: Listing,
): Promise<ListFilter | undefined> {
  if (task.filter === undefined) return undefined;
  const asked = await collectAsked(pieces);
  const ids = recipe.reads.includes('itemList')
    ? [...new Set([...recommender.itemIds, ...asked.itemIds])]
    : recommender.itemIds;
  const apply = await openItemFilter(task, ids, asked.userIds);
  const places = new Map(ids.map((id, place) => [id, place]));
  return (
    apply && {
      apply,
      keepAllowed: (itemList, allowed) => itemList?.filter((id) => allowed?.[places.get(id) ?? -1] !== 0),
    }
  );
}

interface Inference {
  readonly task: InferTask;
  readonly recipe: InferenceRecipe;
  readonly recommender: Recommender;
  readonly filter: ListFilter | undefined;
}

interface Counts {
  readonly lines: number;
  readonly errorLines: number;
}

async function inferPieces(pieces: readonly Piece[], outputFile: string, inference: Inference): Promise<Counts> {
  return writeFileWhole(outputFile, async (output) => {
    const counts = { lines: 0, errorLines: 0 };
    for (const piece of pieces) {
      const lines = (await readPiece(piece)).filter((line) => !isBlank(line));
      for (let from = 0; from < lines.length; from += SHUFFLED_LINES) {
        const answers = lines.slice(from, from + SHUFFLED_LINES).map((line) => answerLine(line, inference));
        counts.lines += answers.length;
        counts.errorLines += answers.filter(({ isError }) => isError).length;
        const texts = answers.map(({ text }) => text);
        await output.write(shuffle(texts, inference.task.seed).join(''));
      }
    }
    return counts;
  });
}

interface Answer {
  readonly text: string;
  readonly isError: boolean;
}

function answerLine(line: TextLine, { task, recipe, recommender, filter }: Inference): Answer {
  const members = parseInputLine(line);
  const input = echoInput(line, members);
  const fail = (message: string): Answer => {
    const output = '{"recommendedItems":[],"scores":[]}';
    return { text: `{"input":${input},"output":${output},"error":${JSON.stringify(message)}}\n`, isError: true };
  };
  if (typeof line !== 'string') return fail(LINE_TOO_LONG);
  const query = readQuery(members);
  const missing = recipe.reads.filter((member) => query[member] === undefined);
  if (missing.length > 0) return fail(explainMissing(missing.join(', '), members));
  const filtered = filter?.apply(members ?? {});
  if (filtered !== undefined && 'error' in filtered) return fail(filtered.error);
  const asked = { ...query, itemList: filter?.keepAllowed(query.itemList, filtered?.allowed) ?? query.itemList };
  const output = printOutput(list(recommender, asked, { task, allowed: filtered?.allowed }));
  return { text: `{"input":${input},"output":${output},"error":null}\n`, isError: false };
}

function readQuery(members: InputMembers): ItemQuery {
  return { userId: readId(members?.userId), itemId: readId(members?.itemId), itemList: readIds(members?.itemList) };
}

function list(
  recommender: Recommender,
  query: ItemQuery,
  { task, allowed }: { readonly task: InferTask; readonly allowed: Uint8Array | undefined },
): Recommendations {
  const wish: ListWish = {
    count: task.numResults,
    exploration: {
      weight: task.explorationWeight ?? DEFAULT_EXPLORATION.weight,
      ageCutOffDays: task.explorationItemAgeCutOff ?? DEFAULT_EXPLORATION.ageCutOffDays,
      seed: task.seed,
    },
    influence: task.rankingInfluence,
    allowed,
  };
  if (task.themeNameColumn === undefined) return recommender.recommend(query, wish);
  if (recommender.recommendThemed === undefined) throw new DataProblem(`The recipe ${task.recipe} has no themes`);
  return recommender.recommendThemed(query, wish, task.themeNameColumn);
}

function printOutput({ items, scores, theme }: Recommendations): string {
  const members = [`"recommendedItems":${JSON.stringify(items)}`];
  if (scores !== undefined) members.push(`"scores":[${scores.map(printScore).join(',')}]`);
  if (theme !== undefined) {
    members.push(`"theme":${JSON.stringify(theme.title)}`);
    members.push(`"itemsThemeRelevanceScores":[${theme.relevance.map(printScore).join(',')}]`);
  }
  return `{${members.join(',')}}`;
}

function shuffle(lines: readonly string[], seed: number): readonly string[] {
  return lines
    .map((text, at) => ({ text, at, draw: hashPair(seed, at) }))
    .sort((a, b) => a.draw - b.draw || a.at - b.at)
    .map(({ text }) => text);
}
