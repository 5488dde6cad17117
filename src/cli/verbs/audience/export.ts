/** The verb `audience export`: the members of a version, or one of its files, on this machine. */
import path from 'node:path';
import type { Command } from 'commander';
import { NightjarError } from '../../../errors';
import { countOf, formatBytes } from '../../../report/figures';
import { countRows } from '../../../run/audiences/audience-members';
import { readObject } from '../../../storage/objects';
import { parseS3Uri } from '../../../storage/uri';
import { answer } from '../../answer';
import type { CliContext } from '../../context';
import { writeToFile, writeToStdout } from '../../write-out';
import { withEngines } from '../runs/with-store';
import { openMembers } from './diff';
import { findVersion, nameVersion } from './find-audience';
import { findArtefact, writeRows } from './find-file';

interface ExportFlags {
  readonly out?: string;
  readonly file?: string;
}

/** Adds the verb. */
export function addExport(audience: Command, context: CliContext): void {
  audience
    .command('export')
    .argument('<audience>', 'job/audience; with @2026-03-01 of that slot, else the newest')
    .description('write the members of an audience as user_id,rank, or one of its files as it was delivered')
    .option('--file <name>', 'a file of the version, such as drama.meta.csv')
    .option('--out <file>', 'write this file, which is there when all of it is; stdout where left out')
    .addHelpText(
      'before',
      'Examples:\n  nightjar audience export drama-fans/drama --out drama.csv\n  nightjar audience export drama-fans/drama --file drama.meta.csv --out meta.csv\n',
    )
    .action(async (name: string, own: ExportFlags, command: Command) => {
      const flags = command.optsWithGlobals();
      if (flags.json === true && own.out === undefined) {
        throw new NightjarError('E_USAGE', '--json is one document, and an export is many lines', {
          fix: `nightjar audience export ${name} --out members.csv --json`,
        });
      }
      await withEngines(context, flags, async (engines) => {
        const version = await findVersion(engines.db, name);
        const counted = { count: 0 };
        const found = own.file === undefined ? undefined : await findArtefact(engines.db, version, own.file);
        const chunks =
          found === undefined
            ? writeRows(countRows(openMembers(engines, version), counted))
            : readObject(engines.s3, parseS3Uri(found.uri));
        if (own.out === undefined) return writeToStdout(chunks);
        const file = path.resolve(context.cwd, own.out);
        await writeToFile(file, chunks);
        const what =
          found === undefined ? countOf(counted.count, 'member') : `${found.name}, ${formatBytes(found.bytes)},`;
        const text = `${what} of ${nameVersion(version)} (${version.slot}) written to ${own.out}`;
        answer(flags, {
          text,
          json: { run: version.runId, slot: version.slot, rows: found?.rows ?? counted.count, file },
        });
      });
    });
}
