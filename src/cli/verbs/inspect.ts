/** The verb `inspect`: summarises a batch job's output, or prints its records, from a file or from S3. */

import { once } from 'node:events';
import { createReadStream, existsSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { NightjarError } from '../../errors';
import { isOutputKey } from '../../personalize/batch-name';
import { OutputSummariser } from '../../personalize/output-summary';
import { recordLines } from '../../personalize/record-lines';
import { listObjects, readObject } from '../../storage/objects';
import { formatS3Uri, parseS3Uri } from '../../storage/uri';
import { answer } from '../answer';
import { type CliContext, openOptions } from '../context';
import { formatOutput } from '../format-output';
import { openEngines } from '../open-engines';

/** One object to read. */
interface Source {
  readonly name: string;
  readonly chunks: () => AsyncIterable<Uint8Array>;
}

const WHOLE = { start: 0, end: Number.POSITIVE_INFINITY };

/** Adds the verb. */
export function addInspect(program: Command, context: CliContext): void {
  program
    .command('inspect')
    .argument('<output>', 'a file, an S3 URI of an object, or of a prefix that ends in /')
    .description('summarise the output of a batch job')
    .option('--records', 'print one JSON object a line: input, items, scores, users, theme, error')
    .addHelpText(
      'before',
      'Examples:\n  nightjar inspect input.json.out\n  nightjar inspect s3://nightjar/batch/output/NAME/ --records | jq .items\n',
    )
    .addHelpText('after', '\nBroken lines go to stderr and make the exit code 4.')
    .action(async (output: string, own: { records?: boolean }, command: Command) => {
      const found = await openSources(context, output, command);
      try {
        const broken =
          own.records === true ? await printRecords(found.sources) : await summarise(found.sources, command);
        if (broken > 0) context.exitWith(4);
      } finally {
        await found.close();
      }
    });
}

async function printRecords(sources: readonly Source[]): Promise<number> {
  let broken = 0;
  for (const source of sources) {
    const onFinding = (finding: { line: number; byteOffset: number; reason: string }) => {
      broken += 1;
      process.stderr.write(`${source.name}:${finding.line} (byte ${finding.byteOffset}): ${finding.reason}\n`);
    };
    for await (const piece of recordLines(source.chunks(), { object: source.name, ...WHOLE }, { onFinding })) {
      if (!process.stdout.write(piece)) await once(process.stdout, 'drain');
    }
  }
  return broken;
}

async function summarise(sources: readonly Source[], command: Command): Promise<number> {
  const summariser = new OutputSummariser();
  for (const source of sources) await summariser.read(source.chunks(), { object: source.name, ...WHOLE });
  const summary = summariser.summarise();
  answer(command.optsWithGlobals(), { text: formatOutput(summary), json: summary });
  for (const finding of summary.findings)
    process.stderr.write(`${finding.object}:${finding.line} (byte ${finding.byteOffset}): ${finding.reason}\n`);
  return summary.brokenLines;
}

async function openSources(
  context: CliContext,
  output: string,
  command: Command,
): Promise<{ sources: readonly Source[]; close: () => Promise<void> }> {
  if (!output.startsWith('s3://')) return { sources: [openFile(context, output)], close: async () => undefined };
  const uri = parseS3Uri(output);
  const engines = await openEngines(openOptions(context, command.optsWithGlobals()));
  const objects =
    uri.key === '' || uri.key.endsWith('/')
      ? (await listObjects(engines.s3, uri)).filter((object) => isOutputKey(object.key))
      : [{ key: uri.key }];
  if (objects.length === 0) {
    await engines.close();
    throw new NightjarError('E_OBJECT_MISSING', `there is no .out object below ${output}`, {
      fix: 'name the output of a batch job, as nightjar runs show prints it',
    });
  }
  const sources = objects.map(({ key }) => {
    const object = { bucket: uri.bucket, key };
    return { name: formatS3Uri(object), chunks: () => readObject(engines.s3, object) };
  });
  return { sources, close: () => engines.close() };
}

function openFile(context: CliContext, file: string): Source {
  const resolved = path.resolve(context.cwd, file);
  if (!existsSync(resolved) || !statSync(resolved).isFile()) {
    throw new NightjarError('E_OBJECT_MISSING', `there is no file "${file}"`, {
      where: { file },
      fix: 'name a file, or an S3 URI such as s3://nightjar/batch/output/NAME/',
    });
  }
  return { name: file, chunks: () => createReadStream(resolved, { highWaterMark: 1 << 20 }) };
}
