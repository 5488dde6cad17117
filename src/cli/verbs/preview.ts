/** The verb `preview`: writes the mails of a job as they would be sent, with what is likely wrong with each. */
import { spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { NightjarError } from '../../errors';
import { slotOf } from '../../job/keys';
import { todaysSlot } from '../../job/today';
import { formatPreviewPage, type PreviewEntry } from '../../report/preview-page';
import type { JobSource } from '../../run/bundle';
import { openBundle } from '../../run/bundle';
import { chooseBranchCases } from '../../run/preview/all-branches';
import { drawPictures } from '../../run/preview/own-pictures';
import { findPerson, sampleRecipients } from '../../run/preview/people';
import {
  casesOf,
  openPreview,
  type PreviewCase,
  type PreviewMail,
  type PreviewScope,
  previewCase,
  sampleCase,
} from '../../run/preview/preview-mails';
import { answer } from '../answer';
import { closeSoon } from '../closing';
import { type CliContext, openOptions, projectDir } from '../context';
import { type OpenEngines, openEngines } from '../open-engines';
import { readJob } from '../project';

interface PreviewFlags {
  readonly user?: string;
  readonly sample?: string;
  readonly allBranches?: boolean;
  readonly date?: string;
  readonly open?: boolean;
}

const DEFAULT_SAMPLE = 3;
const MAX_SAMPLE = 500;

/** Adds the verb. */
export function addPreview(program: Command, context: CliContext): void {
  program
    .command('preview')
    .argument('<job>', 'name of a job in jobs/, or a job file')
    .description('write the mails of a job as they would be sent; nothing is bought or sent')
    .option('--user <id>', 'the mail of one person: user_id or e-mail address')
    .option('--sample <n>', `the mails of so many recipients, of each language first (default: ${DEFAULT_SAMPLE})`)
    .option('--all-branches', "the template's sample, changed until every branch is seen")
    .option('--date <slot>', 'the slot; today where left out')
    .option('--open', 'show the list in a browser')
    .addHelpText(
      'before',
      'Examples:\n  nightjar preview nightly-picks --open\n  nightjar preview nightly-picks --user u-0012\n',
    )
    .addHelpText(
      'after',
      '\nItems are those of the last run; popular or listed ones stand in for others.\nDocumentation: docs/templates.md',
    )
    .action(async (name: string, own: PreviewFlags, command: Command) => {
      const flags = command.optsWithGlobals();
      const source = readJob(projectDir(context), name);
      const options = openOptions(context, flags);
      const bundle = await openBundle(options, source);
      const slot = own.date === undefined ? todaysSlot(bundle.job, Date.now()) : slotOf(own.date);
      const engines = await openEngines(options);
      try {
        const scope = await openPreview(engines, { bundle, source, slot, run: `${bundle.job.name}.preview` });
        const { cases, remarks } = await chooseCases(scope, source, own);
        const mails = cases.flatMap((one) => previewCase(scope, one) ?? []);
        if (mails.length === 0) throw refuseEmpty(cases.length);
        const folder = path.join(engines.state.root, 'preview', bundle.job.name);
        const all = [...scope.template.remarks, ...remarks];
        const entries = await writeMails(engines, folder, mails);
        const page = path.join(folder, 'index.html');
        writeFileSync(page, formatPreviewPage({ job: bundle.job.name, slot, mails: entries, remarks: all }));
        answer(flags, {
          text: formatText(page, entries, all),
          json: { folder, index: page, mails: entries, remarks: all },
        });
        if (own.open === true) openFile(page);
      } finally {
        await closeSoon(engines);
      }
    });
}

interface Cases {
  readonly cases: readonly PreviewCase[];
  readonly remarks: readonly string[];
}

async function chooseCases(scope: PreviewScope, source: JobSource, own: PreviewFlags): Promise<Cases> {
  const chosen = [own.user, own.sample, own.allBranches].filter((flag) => flag !== undefined);
  if (chosen.length > 1) {
    throw new NightjarError('E_USAGE', '--user, --sample and --all-branches are given together', {
      fix: 'give one of them',
    });
  }
  if (own.allBranches === true) {
    const { cases, unseen } = chooseBranchCases(scope, source);
    return { cases, remarks: unseen };
  }
  const { engines, job } = scope;
  if (own.user !== undefined)
    return {
      cases: await casesOf(scope, [await findPerson(engines, { wanted: own.user, topic: job.name })]),
      remarks: [],
    };
  const people = await sampleRecipients(engines, job, readCount(own.sample));
  if (people.length > 0) return { cases: await casesOf(scope, people), remarks: [] };
  const sample = sampleCase(scope, { variant: 'the contact of sample.json' });
  return {
    cases: sample === undefined ? [] : [sample],
    remarks: ['nobody would get this mail: no contact is a recipient'],
  };
}

function readCount(text: string | undefined): number {
  if (text === undefined) return DEFAULT_SAMPLE;
  if (/^[1-9]\d{0,2}$/.test(text) && Number(text) <= MAX_SAMPLE) return Number(text);
  throw new NightjarError('E_USAGE', `--sample is "${text}"; expected a whole number, 1 to ${MAX_SAMPLE}`, {
    fix: `write --sample ${DEFAULT_SAMPLE}`,
  });
}

function refuseEmpty(cases: number): NightjarError {
  const message = cases === 0 ? 'there is nobody to show a mail of' : 'there is no item to show';
  return new NightjarError('E_RUN_NO_RECIPIENTS', message, {
    fix: 'nightjar import, or add sample.json to the template',
  });
}

/** The folder holds the last preview of the job alone. */
async function writeMails(
  engines: Pick<OpenEngines, 'settings' | 's3'>,
  folder: string,
  mails: readonly PreviewMail[],
): Promise<readonly PreviewEntry[]> {
  rmSync(folder, { recursive: true, force: true });
  // What is in it was made for single people.
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const write = (file: string, text: string) => writeFileSync(path.join(folder, file), text);
  const pictures = new Map<string, string | undefined>();
  const entries: PreviewEntry[] = [];
  for (const { rendered, headers, variant, ...mail } of mails) {
    const name = (variant ?? mail.userId)
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .slice(0, 50);
    const file = `${String(entries.length + 1).padStart(2, '0')}-${name}`;
    write(`${file}.html`, rendered.html);
    write(`${file}.txt`, rendered.text);
    write(`${file}.headers.txt`, `${headers}\n`);
    const drawn = await drawPictures(engines, rendered.html, pictures);
    if (drawn !== undefined) write(`${file}.view.html`, drawn);
    const view = drawn === undefined ? `${file}.html` : `${file}.view.html`;
    const title = variant ?? `${mail.userId} (${mail.locale})`;
    const { to, locale, items, notSent, sizeBytes, warnings } = mail;
    entries.push({ file, view, title, subject: rendered.subject, to, locale, items, notSent, sizeBytes, warnings });
  }
  return entries;
}

function formatText(page: string, mails: readonly PreviewEntry[], remarks: readonly string[]): string {
  const lines = mails.flatMap((mail) => [
    `${mail.title}: ${mail.subject}`,
    `  ${(mail.sizeBytes / 1000).toFixed(1)} kB, ${mail.items}${mail.notSent === undefined ? '' : `; would not be sent: ${mail.notSent}`}`,
    ...mail.warnings.map((warning) => `  warning: ${warning}`),
  ]);
  return [...lines, ...remarks.map((remark) => `warning: ${remark}`), page].join('\n');
}

/** A machine without a browser is no failure: the path has been printed. */
function openFile(file: string): void {
  const [command, ...args] =
    process.platform === 'darwin' ? ['open'] : process.platform === 'win32' ? ['cmd', '/c', 'start', ''] : ['xdg-open'];
  const child = spawn(command ?? 'xdg-open', [...args, file], { detached: true, stdio: 'ignore' });
  child.on('error', () => process.stderr.write(`there is no browser to open; open ${file}\n`));
  child.unref();
}
