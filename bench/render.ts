/** Measures how fast complete e-mails are made in one thread, beside nodemailer's composer and signer in the same run. */
import { generateKeyPairSync } from 'node:crypto';
import { createTransport } from 'nodemailer';
import MailComposer from 'nodemailer/lib/mail-composer';
import { createMessageBuilder, type Message } from '../src/content/message';
import { createDkimSigner } from '../src/mail/dkim/signer';
import { makeMail } from '../src/run/mails/make-mail';
import { letterParts, makeContact, NAMES } from './mail/letter';
import type { BenchLine } from './parse';

const ROUNDS = 5;
const MAILS = 10_000;
const PEER_MAILS = 2000;
const SIGNED_MAILS = 1500;
/** Signatures asked for at a time. */
const SIGNING = 16;
const ITEMS = 500;
/** Of a shop where most of what a mail shows has not been shown in its language before. */
const MANY_ITEMS = 20_000;
const PEOPLE = 1000;
/** Item ids a mail chooses among; where items are picked by chance, some come twice. */
const SLATE = 25;

type Mail = Extract<ReturnType<typeof makeMail>, { kind: 'mail' }>;

/** Each subject makes the same mails; of each the best of three rounds counts, in turns. */
export async function run(): Promise<readonly BenchLine[]> {
  const make = await openMaker(ITEMS);
  const [makePopular, makeRare] = [await openMaker(MANY_ITEMS, pickPopular), await openMaker(MANY_ITEMS, pickAny)];
  const mails = Array.from({ length: PEOPLE }, (_, n) => make(n));
  const mail = (n: number): Mail => mails[n % PEOPLE] ?? make(n);
  const build = openBuilder();
  const [ours = NONE, popular = NONE, rare = NONE, built = NONE, composer = NONE] = await measureInTurns([
    { count: MAILS, one: (n) => make(n) },
    { count: MAILS, one: (n) => makePopular(n) },
    { count: MAILS, one: (n) => makeRare(n) },
    { count: MAILS, one: (n) => build(mail(n), n) },
    { count: PEER_MAILS, one: (n) => compose(mail(n)) },
  ]);
  const [signer = NONE, theirs = NONE] = await measureInTurns(signers(mail(0).message.raw));
  const line = (subject: string, rate: Rate, peer: Rate): BenchLine => ({
    subject,
    figures: {
      'mails/s': Math.round(rate.perSecond),
      ratio: (rate.perSecond / peer.perSecond).toFixed(2),
      'mails a CPU second': Math.round(rate.perCpuSecond),
      'CPU ratio': (rate.perCpuSecond / peer.perCpuSecond).toFixed(2),
    },
  });
  return [
    line('nightjar: look, choose, render, build', ours, composer),
    line(`nightjar: of ${MANY_ITEMS} items, some popular`, popular, composer),
    line(`nightjar: of ${MANY_ITEMS} items, any of them`, rare, composer),
    line('nightjar: build alone', built, composer),
    line('nodemailer MailComposer, build alone', composer, composer),
    line('DKIM, RSA 2048: nightjar', signer, theirs),
    line('DKIM, RSA 2048: nodemailer, key object', theirs, theirs),
    describeSizes(mails),
  ];
}

/** Chooses the k-th item of the n-th mail. */
type Pick = (place: { readonly n: number; readonly k: number; readonly items: number }) => number;

const pickNext: Pick = ({ n, k, items }) => (n * 7 + k) % items;
const pickAny: Pick = ({ n, k, items }) => Math.floor(fractionOf(n, k) * items);
/** By Zipf's law with exponent 1: each rank half as often as the one of half its number. */
const pickPopular: Pick = ({ n, k, items }) => Math.floor(items ** fractionOf(n, k)) - 1;

/** A number from 0 on and below 1 that is spread evenly, and no other for the same place. */
function fractionOf(n: number, k: number): number {
  const mixed = Math.imul(Math.imul(n, 0x9e3779b1) ^ Math.imul(k + 1, 0x85ebca6b), 0xc2b2ae35);
  return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
}

/** Makes the mail of a number whole: the contact is looked at, items are chosen, the template rendered, the message built. */
async function openMaker(items: number, pick: Pick = pickNext): Promise<(n: number) => Mail> {
  const parts = await letterParts(items);
  const people = Array.from({ length: PEOPLE }, (_, n) => makeContact(n));
  const person = (n: number) => people[n % PEOPLE] ?? makeContact(n);
  return (n) => {
    const stored = person(n);
    const slate = Array.from({ length: SLATE }, (_, k) => `i${pick({ n, k, items })}`);
    const row = { userId: stored.contact.userId, addressHash: stored.addressHash, slate, attempt: 1 };
    const made = makeMail(parts, { row, stored });
    if (made.kind !== 'mail') throw new Error('the benchmark left a recipient out');
    return made;
  };
}

/** Builds a message whose texts are there already, each in one piece. */
function openBuilder(): (mail: Mail, n: number) => Message {
  const build = createMessageBuilder({
    from: { name: 'Corner Shop', address: 'news@shop.example' },
    list: 'bench',
    template: 'letter',
    month: '2026-11',
    unsubscribeMailto: 'unsubscribe@shop.example',
  });
  return ({ rendered: { subject, html, text }, message, messageId }, n) =>
    build({
      to: { name: NAMES[n % NAMES.length] ?? '', address: message.envelope.to },
      rendered: { subject, html, text },
      messageId,
      date: new Date(),
      unsubscribeUrl: 'https://shop.example/u/1',
    });
}

/** The same mail as nodemailer composes it. */
async function compose({ rendered, message }: Mail): Promise<void> {
  const composer = new MailComposer({
    from: message.from,
    to: message.envelope.to,
    subject: rendered.subject,
    text: rendered.text,
    html: rendered.html,
    messageId: message.messageId,
    date: new Date(),
    list: { unsubscribe: [['https://shop.example/u/1', 'mailto:unsubscribe@shop.example']] },
    headers: { 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' },
  });
  await composer.compile().build();
}

interface Subject {
  readonly count: number;
  readonly one: (n: number) => unknown;
  /** Calls that are open at a time; 1 where it is left out. */
  readonly open?: number;
}

function signers(raw: Buffer): readonly Subject[] {
  const { privateKey: key } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const ours = createDkimSigner({ identity: { domain: 'shop.example', selector: 'bench' }, key });
  // nodemailer hands the key to the same function of Node, which takes an object, whatever its types say.
  const dkim = Object.assign({ domainName: 'shop.example', keySelector: 'bench', privateKey: '' }, { privateKey: key });
  const theirs = createTransport({ streamTransport: true, buffer: true, dkim });
  const envelope = { from: 'news@shop.example', to: ['u1@people.example'] };
  return [
    { count: SIGNED_MAILS, open: SIGNING, one: () => ours.sign(raw) },
    { count: SIGNED_MAILS, open: SIGNING, one: () => theirs.sendMail({ envelope, raw }) },
  ];
}

interface Rate {
  readonly perSecond: number;
  /** Calls in a second of processor time, all threads together: what a busy machine blurs least. */
  readonly perCpuSecond: number;
}

const NONE: Rate = { perSecond: 0, perCpuSecond: 0 };

/** Measures subjects in turns, and answers the best round of each. */
async function measureInTurns(subjects: readonly Subject[]): Promise<readonly Rate[]> {
  const best: Rate[] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const [index, subject] of subjects.entries()) {
      const rate = await measure(subject);
      const before = best[index] ?? NONE;
      // The first round warms up.
      if (round === 0) continue;
      best[index] = {
        perSecond: Math.max(before.perSecond, rate.perSecond),
        perCpuSecond: Math.max(before.perCpuSecond, rate.perCpuSecond),
      };
    }
  }
  return best;
}

async function measure({ count, one, open = 1 }: Subject): Promise<Rate> {
  const began = process.hrtime.bigint();
  const cpu = process.cpuUsage();
  let next = 0;
  const loop = async () => {
    for (let n = next++; n < count; n = next++) {
      const pending = one(n);
      if (pending instanceof Promise) await pending;
    }
  };
  await Promise.all(Array.from({ length: open }, loop));
  const { user, system } = process.cpuUsage(cpu);
  const perSecond = count / (Number(process.hrtime.bigint() - began) / 1e9);
  return { perSecond, perCpuSecond: (count * 1e6) / (user + system) };
}

function describeSizes(mails: readonly Mail[]): BenchLine {
  const mean = (size: (mail: Mail) => number) => mails.reduce((sum, mail) => sum + size(mail), 0) / mails.length;
  return {
    subject: 'the mails',
    figures: {
      'HTML bytes': Math.round(mean(({ rendered }) => Buffer.byteLength(rendered.html))),
      'message bytes': Math.round(mean(({ message }) => message.raw.length)),
    },
  };
}
