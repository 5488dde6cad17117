/** Trains a model from dataset files and writes it. */
import type { TrainResult, TrainTask } from '../compute-port';
import { explainTooLittle } from '../recommender/check-data';
import { buildHistories } from '../recommender/histories';
import { joinParts } from '../recommender/model-parts';
import type { Recipe, Training, TrainingData } from '../recommender/recipe';
import { DataProblem, explainFailure } from './data-problem';
import { packItemColumns } from './item-columns';
import { readModel, writeModel } from './model-file';
import { readInteractions, readItems } from './read-datasets';
import { findRecipe } from './recipes';

/** Runs one training to its end; wrong or too little data give a failure reason, and no model file. */
export async function runTraining(task: TrainTask): Promise<TrainResult> {
  return explainFailure(() => train(task));
}

async function train(task: TrainTask): Promise<TrainResult> {
  const started = performance.now();
  const recipe = findRecipe(task.recipe);
  const events = await readInteractions(task.interactions, task);
  const items = task.items === undefined ? undefined : await readItems(task.items, task);
  const histories = buildHistories(events, items?.itemIds);
  const { seed, hyperParameters, objective } = task;
  const data = { histories, events, items, seed, hyperParameters, objective };
  const unfit = recipe.explainUnfit === undefined ? explainTooLittle(histories) : recipe.explainUnfit(data);
  if (unfit !== undefined) throw new DataProblem(unfit);
  const { parts, metrics } = await trainOrUpdate(recipe, task, data);
  await writeModel(task.modelFile, task.recipe, joinParts(parts, packItemColumns(task)));
  return { ok: true, metrics, trainingSeconds: (performance.now() - started) / 1000 };
}

async function trainOrUpdate(recipe: Recipe, task: TrainTask, data: TrainingData): Promise<Training> {
  if (task.updatedModelFile === undefined) return recipe.train(data);
  if (recipe.kind !== 'inference' || recipe.update === undefined) {
    throw new DataProblem(`The recipe ${recipe.name} has no training mode UPDATE`);
  }
  return recipe.update(await readModel(task.updatedModelFile, recipe.name), data);
}
