/** Finds the outputs of batch jobs and cuts them into shards. */
import { z } from 'zod';
import type { BatchJobOfRun } from '../../database/buying/batch-jobs';
import { NightjarError } from '../../errors';
import { isOutputKey } from '../../personalize/batch-name';
import { readSegmentEvents, type SegmentInput } from '../../personalize/segment-reader';
import { listObjects, readObject, type StoredObject } from '../../storage/objects';
import { formatS3Uri, parseS3Uri } from '../../storage/uri';
import type { Engines } from '../engines';
import { addError, addFinding, emptyOutput, type OutputResult } from '../output-result';
import { type Ask, type AskedQuery, keyOf } from './segment-queries';

/** A part of an inference output: the lines that start in the range. */
export const collectSpecSchema = z.object({
  uri: z.string(),
  start: z.number(),
  end: z.number(),
  /** The parts of the e-mail that it is for; left out where these are its own items alone. */
  parts: z.array(z.string()).optional(),
});
export type CollectSpec = z.infer<typeof collectSpecSchema>;

/** A line of the output; `users` is how many it has. */
const lineSchema = z.object({ uri: z.string(), start: z.number(), users: z.number().optional() });

/** A query with the lines that answer it: one, or one for each of its items. Of a run of before lines were several, `line`. */
export const writeSpecSchema = z
  .object({
    query: z.string(),
    lines: z.array(lineSchema).optional(),
    line: lineSchema.nullish(),
    /** Why there is no answer at all. */
    error: z.string().nullable(),
    /** What is lacking of an answer that is there. */
    note: z.string().optional(),
  })
  .transform(({ line, lines = line ? [line] : [], ...spec }) => ({ ...spec, lines }));
export type WriteSpec = z.output<typeof writeSpecSchema>;

/** Bytes of a shard: some ten thousand lines, a second or two of work. */
const SHARD_BYTES = 16 * 1024 * 1024;

/** Cuts the outputs of inference jobs into byte ranges. */
export async function locateInference(
  engines: Engines,
  jobs: readonly Pick<BatchJobOfRun, 'outputUri' | 'sections'>[],
): Promise<readonly CollectSpec[]> {
  const sections = new Map(jobs.map((job) => [job.outputUri, job.sections]));
  const objects = await listOutputs(engines, [...sections.keys()]);
  return objects.flatMap((object) => {
    const count = Math.max(1, Math.ceil(object.sizeBytes / SHARD_BYTES));
    const parts = sections.get(object.output);
    return Array.from({ length: count }, (_, n) => ({
      ...(parts === undefined ? {} : { parts: [...parts] }),
      uri: object.uri,
      start: n * SHARD_BYTES,
      end: Math.min(object.sizeBytes, (n + 1) * SHARD_BYTES),
    }));
  });
}

export interface LocatedSegments {
  readonly specs: readonly WriteSpec[];
  readonly output: OutputResult;
  /** Of each output, how many users it has in all; by them segments are billed. */
  readonly users: ReadonlyMap<string, number>;
}

/** Finds the lines of each query, in one pass over the outputs; join is by the echoed input, never by the line number. */
export async function locateSegments(
  engines: Engines,
  wish: { readonly outputs: readonly string[]; readonly queries: readonly AskedQuery[] },
): Promise<LocatedSegments> {
  const output = emptyOutput();
  const answers = new Map<string, Answer>();
  const users = new Map(wish.outputs.map((prefix) => [prefix, 0]));
  for (const object of await listOutputs(engines, wish.outputs)) {
    output.objects += 1;
    for await (const event of readSegmentEvents(readObject(engines.s3, parseS3Uri(object.uri)), {
      object: object.uri,
      start: 0,
      end: Number.POSITIVE_INFINITY,
    })) {
      if (event.type === 'finding') addFinding(output, event.finding);
      if (event.type === 'users') users.set(object.output, (users.get(object.output) ?? 0) + event.ids.length);
      if (event.type !== 'line') continue;
      output.lines += 1;
      if (event.error !== null) addError(output, event.error);
      const line = { uri: object.uri, start: event.byteOffset, users: event.users };
      for (const ask of asksOf(event.input)) answers.set(keyOf(ask), { line, error: event.error });
    }
  }
  return { specs: wish.queries.map((query) => specOf(query, answers)), output, users };
}

interface Answer {
  readonly line: WriteSpec['lines'][number];
  readonly error: string | null;
}

function asksOf({ itemId, itemAttributes }: SegmentInput): readonly Ask[] {
  if (itemId !== undefined) return [{ by: 'item', itemId }];
  return itemAttributes === undefined ? [] : [{ by: 'attributes', query: itemAttributes }];
}

function specOf({ name, asks }: AskedQuery, answers: ReadonlyMap<string, Answer>): WriteSpec {
  const lines: WriteSpec['lines'] = [];
  const errors: string[] = [];
  for (const ask of asks) {
    const answer = answers.get(keyOf(ask));
    if (answer === undefined) errors.push('the output has no line for this query');
    else if (answer.error !== null) errors.push(answer.error);
    else lines.push(answer.line);
  }
  const [first = 'no item of the catalogue fits'] = errors;
  if (lines.length === 0) return { query: name, lines, error: first };
  const lacks = `no answer for ${errors.length} of ${asks.length} items: ${first}`;
  return { query: name, lines, error: null, ...(errors.length === 0 ? {} : { note: lacks }) };
}

type OutputObject = StoredObject & { readonly uri: string; readonly output: string };

/**
 * Lists the objects of outputs in the order of the outputs.
 * @throws E_OBJECT_MISSING where an output has none, E_RECO_OUTPUT_CUT where one ends inside a line
 */
async function listOutputs(engines: Engines, outputs: readonly string[]): Promise<readonly OutputObject[]> {
  const all: OutputObject[] = [];
  for (const output of outputs) {
    const place = parseS3Uri(output);
    const objects = (await listObjects(engines.s3, place)).filter((object) => isOutputKey(object.key));
    if (objects.length === 0) {
      throw new NightjarError(
        'E_OBJECT_MISSING',
        `the batch job is ACTIVE, but there is no .out object below ${output}`,
        {
          fix: `look at what is there: aws s3 ls ${output}`,
        },
      );
    }
    const { bucket } = place;
    all.push(...objects.map((object) => ({ ...object, output, uri: formatS3Uri({ bucket, key: object.key }) })));
  }
  for (const object of all) await checkEnd(engines, object);
  return all;
}

/** Those whose lines are missing would get no recommendations, and nothing but the last byte tells it before mails are sent. */
async function checkEnd(engines: Engines, object: OutputObject): Promise<void> {
  if (object.sizeBytes === 0) return;
  let last: number | undefined;
  for await (const chunk of readObject(engines.s3, parseS3Uri(object.uri), object.sizeBytes - 1)) last = chunk.at(-1);
  if (last === NEWLINE || last === CLOSING_BRACE) return;
  throw new NightjarError('E_RECO_OUTPUT_CUT', `the output ${object.uri} ends inside a line: part of it is missing`, {
    fix: `put the whole output there (look: aws s3 cp ${object.uri} - | tail -c 200), then run it again`,
  });
}

const NEWLINE = 0x0a;
/** Ends the last line of an output without a final newline. */
const CLOSING_BRACE = 0x7d;
