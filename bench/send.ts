/** Measures the whole deliver stage on PostgreSQL against smtp-sink, beside smtp-source and plain nodemailer loops in the same run. */
import { spawn, spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { createTransport, type SendMailOptions } from 'nodemailer';
import { createMailer } from '../src/mail/mailer';
import { makeMail } from '../src/run/mails/make-mail';
import { ITEMS_SHOWN, LETTER_FILES, LETTER_JOB, letterParts, makeContact } from './mail/letter';
import { type NightEngines, openNight, ROOT } from './night/engines';
import { type NightFigures, runNight } from './night/night';
import { addPeople } from './night/people';
import type { BenchLine } from './parse';

const RECIPIENTS = Number(process.env.BENCH_RECIPIENTS ?? 20_000);
const PEER_MAILS = 8000;
/** Of a worker by default. */
const CONNECTIONS = 8;
const ITEMS = 500;

type Mail = Extract<ReturnType<typeof makeMail>, { kind: 'mail' }>;

/** Peers first, then nights with one worker and with two. All send mails of the same template. */
export async function run(): Promise<readonly BenchLine[]> {
  build();
  const night = await openNight({ job: LETTER_JOB, template: { name: 'letter', files: LETTER_FILES } });
  try {
    await addPeople(night.engines.db, { from: 0, to: RECIPIENTS });
    const mails = await makeMails();
    const bytes = Math.round(mails.reduce((sum, { message }) => sum + message.raw.length, 0) / mails.length);
    const composing = await measurePlain(night, (n) => composedBy(mails, n));
    const line = (subject: string, figures: SendFigures) => describe(subject, figures, composing);
    const lines = [
      line('smtp-source, 8 sessions', await measureSource(night, bytes)),
      line('nodemailer pool, composing', composing),
      line('nodemailer pool, ready-made messages', await measurePlain(night, (n) => readyMade(mails, n))),
      line("nightjar's mailer, ready-made messages", await measureMailer(night, mails)),
    ];
    for (const workers of [1, 2]) {
      const took = await runNight(night, { slot: `2026-01-0${workers}`, workers });
      const { recipients, collectSeconds, sendSeconds, workerCpuSeconds } = took;
      const figures = {
        perSecond: recipients / (collectSeconds + sendSeconds),
        cpuMs: (1000 * workerCpuSeconds) / recipients,
      };
      const subject = workers === 1 ? 'one worker' : 'two workers';
      lines.push(line(`nightjar, deliver stage, ${subject}`, figures), describeCpu(subject, took));
    }
    return [...lines, { subject: 'the mails', figures: { 'message bytes': bytes, recipients: RECIPIENTS } }];
  } finally {
    await night.close();
  }
}

interface SendFigures {
  readonly perSecond: number;
  /** Of the sending processes; undefined where it was not taken. */
  readonly cpuMs?: number;
}

function describe(subject: string, { perSecond, cpuMs }: SendFigures, peer: SendFigures): BenchLine {
  const cpu = cpuMs === undefined ? {} : { 'CPU ms a mail': cpuMs.toFixed(2) };
  return {
    subject,
    figures: { 'mails/s': Math.round(perSecond), ratio: (perSecond / peer.perSecond).toFixed(2), ...cpu },
  };
}

/** CPU of all processes for a mail, from the start of the run on: what they share allows no more mails than that. */
function describeCpu(subject: string, { recipients, workerCpuSeconds, engineCpu }: NightFigures): BenchLine {
  const { postgres, sink, redis, driver } = engineCpu;
  const all = workerCpuSeconds + postgres + sink + redis + driver;
  const ms = (seconds: number) => ((1000 * seconds) / recipients).toFixed(3);
  const cores = availableParallelism();
  return {
    subject: `CPU ms a mail, ${subject}`,
    figures: {
      workers: ms(workerCpuSeconds),
      PostgreSQL: ms(postgres),
      'smtp-sink': ms(sink),
      Redis: ms(redis),
      'local AWS and driver': ms(driver),
      all: ms(all),
      [`mails/s that ${cores} cores allow`]: Math.round((cores * recipients) / all),
    },
  };
}

async function makeMails(): Promise<readonly Mail[]> {
  const parts = await letterParts(ITEMS);
  return Array.from({ length: 1000 }, (_, n) => {
    const stored = makeContact(n);
    const slate = Array.from({ length: ITEMS_SHOWN }, (_unused, k) => `i${(n * 7 + k) % ITEMS}`);
    const row = { userId: stored.contact.userId, addressHash: stored.addressHash, slate, attempt: 1 };
    const made = makeMail(parts, { row, stored });
    if (made.kind !== 'mail') throw new Error('the benchmark left a recipient out');
    return made;
  });
}

function mailOf(mails: readonly Mail[], n: number): Mail {
  const mail = mails[n % mails.length];
  if (mail === undefined) throw new Error('there are no mails');
  return mail;
}

/** As people write it: texts that are there already, and nodemailer does the rest. */
function composedBy(mails: readonly Mail[], n: number): SendMailOptions {
  const { message, rendered } = mailOf(mails, n);
  return {
    from: message.from,
    to: message.envelope.to,
    subject: rendered.subject,
    text: rendered.text,
    html: rendered.html,
    list: { unsubscribe: [[`https://shop.example/u/${n}`]] },
    headers: { 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' },
  };
}

function readyMade(mails: readonly Mail[], n: number): SendMailOptions {
  const { envelope, messageId, raw } = mailOf(mails, n).message;
  return { envelope: { from: envelope.from, to: [envelope.to] }, messageId, raw };
}

async function measurePlain(night: NightEngines, optionsOf: (n: number) => SendMailOptions): Promise<SendFigures> {
  const transport = createTransport({
    host: '127.0.0.1',
    port: night.smtpPort,
    pool: true,
    maxConnections: CONNECTIONS,
    maxMessages: Number.POSITIVE_INFINITY,
    ignoreTLS: true,
  });
  const figures = await measureLoops((n) => transport.sendMail(optionsOf(n)));
  transport.close();
  return figures;
}

async function measureMailer(night: NightEngines, mails: readonly Mail[]): Promise<SendFigures> {
  const mailer = createMailer({ url: `smtp://127.0.0.1:${night.smtpPort}`, connections: CONNECTIONS });
  const figures = await measureLoops(async (n) => {
    const outcome = await mailer.send(mailOf(mails, n).message);
    if (outcome.kind !== 'accepted') throw new Error(`smtp-sink answers ${outcome.answer}`);
  });
  await mailer.close();
  return figures;
}

/** As many loops as there are connections, and as many again that wait. */
async function measureLoops(send: (n: number) => Promise<unknown>): Promise<SendFigures> {
  let next = 0;
  const loop = async () => {
    for (let n = next++; n < PEER_MAILS; n = next++) await send(n);
  };
  const began = process.hrtime.bigint();
  const cpu = process.cpuUsage();
  await Promise.all(Array.from({ length: 2 * CONNECTIONS }, loop));
  const { user, system } = process.cpuUsage(cpu);
  const seconds = Number(process.hrtime.bigint() - began) / 1e9;
  return { perSecond: PEER_MAILS / seconds, cpuMs: (user + system) / 1000 / PEER_MAILS };
}

/** Postfix's own source sends messages of one size over connections that stay open. */
async function measureSource(night: NightEngines, bytes: number): Promise<SendFigures> {
  const args = ['-d', '-s', String(CONNECTIONS), '-m', String(PEER_MAILS), '-l', String(bytes)];
  const addresses = ['-f', 'news@shop.example', '-t', 'u1@people.example', `127.0.0.1:${night.smtpPort}`];
  const began = process.hrtime.bigint();
  const source = spawn('/usr/sbin/smtp-source', [...args, ...addresses], { stdio: ['ignore', 'ignore', 'inherit'] });
  const code = await new Promise((resolve) => source.once('close', resolve));
  if (code !== 0) throw new Error(`smtp-source ended with ${code}`);
  return { perSecond: PEER_MAILS / (Number(process.hrtime.bigint() - began) / 1e9) };
}

/** Workers are processes of the built command line. */
function build(): void {
  const built = spawnSync(process.execPath, [join(ROOT, 'scripts', 'build.js')], { stdio: ['ignore', 2, 2] });
  if (built.status !== 0) throw new Error('the build failed');
}
