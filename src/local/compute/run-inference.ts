/** Runs batch inference jobs: a line of items for each line of users. */
import type { BatchResult, InferTask, InputFile } from '../compute-port';
import { hashPair } from '../recommender/identity';
import type { Exploration, Recommendations, Recommender } from '../recommender/recipe';
import { DataProblem, explainFailure } from './data-problem';
import { echoInput, explainMissing, parseInputLine, readId } from './input-line';
import { readLines } from './lines';
import { readModel } from './model-file';
import { writeFileWhole } from './output-file';
import { findRecipe } from './recipes';
import { printScore } from './scores-text';

/** AWS's defaults of User-Personalization. */
const DEFAULT_EXPLORATION = { weight: 0.3, ageCutOffDays: 30 };

/** Lines that are put in another order together: AWS's output does not keep the order of its input. */
const SHUFFLED_LINES = 1000;

/** Runs the job over all its files; lines that can't be answered carry an error and don't fail the job. */
export async function runInference(task: InferTask): Promise<BatchResult> {
  return explainFailure(async () => {
    const recipe = findRecipe(task.recipe);
    if (recipe.kind !== 'inference') throw new DataProblem(`The recipe ${task.recipe} has no batch inference`);
    const recommender = recipe.open(await readModel(task.modelFile, task.recipe));
    const totals = { lines: 0, errorLines: 0 };
    for (const file of task.files) {
      const { lines, errorLines } = await inferFile(file, recommender, task);
      totals.lines += lines;
      totals.errorLines += errorLines;
    }
    return { ok: true, ...totals };
  });
}

interface Counts {
  readonly lines: number;
  readonly errorLines: number;
}

async function inferFile(file: InputFile, recommender: Recommender, task: InferTask): Promise<Counts> {
  const exploration = {
    weight: task.explorationWeight ?? DEFAULT_EXPLORATION.weight,
    ageCutOffDays: task.explorationItemAgeCutOff ?? DEFAULT_EXPLORATION.ageCutOffDays,
    seed: task.seed,
  };
  return writeFileWhole(file.outputFile, async (output) => {
    let lines = 0;
    let errorLines = 0;
    let block: string[] = [];
    for await (const batch of readLines(file.inputFile)) {
      for (const line of batch) {
        if (line.trim() === '') continue;
        const answer = answerLine(line, recommender, task.numResults, exploration);
        lines++;
        if (answer.isError) errorLines++;
        block.push(answer.text);
        if (block.length < SHUFFLED_LINES) continue;
        await output.write(shuffle(block, task.seed).join(''));
        block = [];
      }
    }
    await output.write(shuffle(block, task.seed).join(''));
    return { lines, errorLines };
  });
}

interface Answer {
  readonly text: string;
  readonly isError: boolean;
}

function answerLine(line: string, recommender: Recommender, count: number, exploration: Exploration): Answer {
  const members = parseInputLine(line);
  const input = echoInput(line, members);
  const userId = readId(members?.userId);
  if (userId === undefined) {
    const error = JSON.stringify(explainMissing('userId', members));
    const text = `{"input":${input},"output":{"recommendedItems":[],"scores":[]},"error":${error}}\n`;
    return { text, isError: true };
  }
  const output = printOutput(recommender.recommend(userId, count, exploration));
  return { text: `{"input":${input},"output":${output},"error":null}\n`, isError: false };
}

function printOutput({ items, scores }: Recommendations): string {
  const list = JSON.stringify(items);
  return scores === undefined
    ? `{"recommendedItems":${list}}`
    : `{"recommendedItems":${list},"scores":[${scores.map(printScore).join(',')}]}`;
}

function shuffle(lines: readonly string[], seed: number): readonly string[] {
  return lines
    .map((text, at) => ({ text, at, draw: hashPair(seed, at) }))
    .sort((a, b) => a.draw - b.draw || a.at - b.at)
    .map(({ text }) => text);
}
