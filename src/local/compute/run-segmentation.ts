/** Runs batch segment jobs: a line of users for each line with an item or an attribute query. */
import { parseAttributeQuery } from '../../personalize/attribute-query';
import type { BatchResult, InputFile, SegmentTask } from '../compute-port';
import type { Segment, Segmenter, SegmentQuery, SegmentRecipe } from '../recommender/recipe';
import { DataProblem, explainFailure } from './data-problem';
import {
  echoInput,
  explainMissing,
  type InputMembers,
  isBlank,
  LINE_TOO_LONG,
  parseInputLine,
  readId,
} from './input-line';
import { readLines } from './lines';
import { readModel } from './model-file';
import { type Filtering, openUserFilter } from './open-filter';
import { type OutputFile, writeFileWhole } from './output-file';
import { findRecipe } from './recipes';

/** User ids that are written at a time: a line may have five million. */
const WRITTEN_USERS = 10_000;

/** Runs the job over all its files, line by line in their order; a line without an answer carries an error. */
export async function runSegmentation(task: SegmentTask): Promise<BatchResult> {
  return explainFailure(async () => {
    const recipe = findRecipe(task.recipe);
    if (recipe.kind !== 'segment') throw new DataProblem(`The recipe ${task.recipe} has no batch segments`);
    const segmenter = recipe.open(await readModel(task.modelFile, task.recipe));
    const filter = await openUserFilter(task, segmenter.userIds);
    const totals = { lines: 0, errorLines: 0 };
    for (const file of task.files) {
      const { lines, errorLines } = await segmentFile(file, {
        recipe,
        segmenter,
        filter,
        count: task.numResults,
      });
      totals.lines += lines;
      totals.errorLines += errorLines;
    }
    return { ok: true, ...totals };
  });
}

interface Segmentation {
  readonly recipe: SegmentRecipe;
  readonly segmenter: Segmenter;
  readonly filter: Filtering | undefined;
  readonly count: number;
}

async function segmentFile(
  file: InputFile,
  segmentation: Segmentation,
): Promise<{ readonly lines: number; readonly errorLines: number }> {
  return writeFileWhole(file.outputFile, async (output) => {
    let lines = 0;
    let errorLines = 0;
    for await (const batch of readLines(file.inputFile)) {
      for (const line of batch) {
        if (isBlank(line)) continue;
        const members = parseInputLine(line);
        const segment = typeof line === 'string' ? answer(members, segmentation) : { error: LINE_TOO_LONG };
        lines++;
        if ('error' in segment) errorLines++;
        await writeSegment(output, echoInput(line, members), segment);
      }
    }
    return { lines, errorLines };
  });
}

function answer(members: InputMembers, { recipe, segmenter, filter, count }: Segmentation): Segment {
  const text = readId(members?.[recipe.reads]);
  if (text === undefined) return { error: explainMissing(recipe.reads, members) };
  const query = recipe.reads === 'itemId' ? { itemId: text } : readConditions(text);
  if ('error' in query) return query;
  const filtered = filter?.(members ?? {});
  if (filtered === undefined) return segmenter.segment(query, count);
  return 'error' in filtered ? filtered : segmenter.segment(query, count, filtered.allowed);
}

function readConditions(text: string): SegmentQuery | { readonly error: string } {
  const query = parseAttributeQuery(text);
  if (query.ok) return { conditions: query.conditions };
  return { error: `User error: ${query.message} (character ${query.column} of the query)` };
}

/** Writes the shape of a real line: spaces after colons and commas, but none between users. */
async function writeSegment(output: OutputFile, input: string, segment: Segment): Promise<void> {
  const users = 'error' in segment ? [] : segment.users;
  await output.write(`{"input": ${input}, "output": {"usersList": [`);
  for (let from = 0; from < users.length; from += WRITTEN_USERS) {
    const part = JSON.stringify(users.slice(from, from + WRITTEN_USERS)).slice(1, -1);
    await output.write(from === 0 ? part : `,${part}`);
  }
  await output.write(`]}, "error": ${'error' in segment ? JSON.stringify(segment.error) : 'null'}}\n`);
}
