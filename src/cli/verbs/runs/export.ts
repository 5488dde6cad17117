/** The verb `runs export`: the deliveries of a run as JSON Lines or CSV. */
import path from 'node:path';
import type { Command } from 'commander';
import type { DeliveryState } from '../../../database/ledger/deliveries';
import { NightjarError } from '../../../errors';
import { countOf } from '../../../report/figures';
import { DELIVERY_STATES } from '../../../report/sums';
import { checkExportable, EXPORT_FORMATS, type ExportFormat, exportLedger } from '../../../run/operate/export-ledger';
import { findNamedRun } from '../../../run/operate/find';
import { answer } from '../../answer';
import type { CliContext, GlobalFlags } from '../../context';
import { writeToFile, writeToStdout } from '../../write-out';
import { checkNoStateNames } from './state-flag';
import { withStore } from './with-store';

interface ExportFlags {
  readonly format?: string;
  readonly states?: string;
  readonly withAddresses?: boolean;
  readonly out?: string;
}

/** Adds the verb. */
export function addExport(runs: Command, context: CliContext): void {
  runs
    .command('export')
    .argument('<run>', 'id of a run')
    .description('write the deliveries of a run as JSON Lines or CSV')
    .option('--format <format>', 'jsonl or csv; by the name of --out, else jsonl')
    .option('--states <states>', `only these: ${DELIVERY_STATES.join(', ')}`)
    .option('--with-addresses', 'with the e-mail addresses of the contacts')
    .option('--out <file>', 'write this file, which is there when all of it is; stdout where left out')
    .addHelpText(
      'before',
      'Examples:\n  nightjar runs export nightly-picks.2026-03-01 --states refused,unknown\n  nightjar runs export nightly-picks.2026-03-01 --out night.csv\n',
    )
    .action(async (id: string, own: ExportFlags, command: Command) =>
      exportVerb(context, command.optsWithGlobals(), { id, own }),
    );
}

async function exportVerb(
  context: CliContext,
  flags: GlobalFlags,
  call: { id: string; own: ExportFlags },
): Promise<void> {
  const { id, own } = call;
  checkNoStateNames(flags, DELIVERY_STATES);
  const format = readFormat(id, own);
  const states = readStates(id, own.states);
  if (flags.json === true && own.out === undefined)
    throw usage(
      '--json is one document, and an export is many lines',
      `nightjar runs export ${id} --out deliveries.jsonl --json`,
    );
  await withStore(context, flags, async ({ db }) => {
    const run = await findNamedRun(db, id);
    checkExportable(run);
    let rows = 0;
    const count = (more: number) => {
      rows += more;
    };
    const filter = states === undefined ? {} : { states };
    const text = exportLedger(db, run, { ...filter, format, withAddresses: own.withAddresses === true, count });
    if (own.out === undefined) return writeToStdout(text);
    const file = path.resolve(context.cwd, own.out);
    await writeToFile(file, text);
    answer(flags, {
      text: `${countOf(rows, 'delivery', 'deliveries')} written to ${own.out}`,
      json: { run: id, format, rows, file },
    });
  });
}

function readFormat(id: string, { format, out }: ExportFlags): ExportFormat {
  if (format === undefined) return out?.toLowerCase().endsWith('.csv') === true ? 'csv' : 'jsonl';
  const known = EXPORT_FORMATS.find((name) => name === format);
  if (known !== undefined) return known;
  throw usage(
    `--format is "${format}"; expected ${EXPORT_FORMATS.join(' or ')}`,
    `nightjar runs export ${id} --format csv`,
  );
}

function readStates(id: string, text: string | undefined): readonly DeliveryState[] | undefined {
  return text?.split(',').map((name) => {
    const state = DELIVERY_STATES.find((known) => known === name.trim());
    if (state !== undefined) return state;
    throw usage(
      `--states has "${name.trim()}"; expected ${DELIVERY_STATES.join(', ')}`,
      `nightjar runs export ${id} --states refused,unknown`,
    );
  });
}

function usage(message: string, fix: string): NightjarError {
  return new NightjarError('E_USAGE', message, { fix });
}
