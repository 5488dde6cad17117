import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { simpleParser } from 'mailparser';
import { describeFailure, type Inbox, startInbox } from '../../src/mail/inbox';
import { findInInbox, leftOfDomain } from '../../src/mail/inbox-files';
import { createMailer, type Mailer } from '../../src/mail/mailer';
import { testMessage } from '../support/test-message';

const TOKEN = 'a token / with & odd @ marks';

let dir: string;
const opened: { close(): Promise<void> }[] = [];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'nightjar-inbox-'));
});
afterEach(async () => {
  for (const part of opened.splice(0).reverse()) await part.close();
  rmSync(dir, { recursive: true, force: true });
});

async function openInbox(folder = dir): Promise<Inbox> {
  const inbox = await startInbox({ dir: folder, token: TOKEN });
  opened.push(inbox);
  return inbox;
}

function openMailer(inbox: Inbox, connections = 2): Mailer {
  const mailer = createMailer({ url: inbox.url, connections, name: 'test.example' });
  opened.push({ close: () => mailer.close({ force: true }) });
  return mailer;
}

const send = (mailer: Mailer, nth: number, text = `mail ${nth}`) =>
  mailer.send(
    testMessage({ to: `user${nth}@mail.example`, subject: `picks ${nth}`, messageId: `<${nth}@shop.example>`, text }),
  );

const listMails = (folder = dir) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.eml'))
    .sort();
const listLeftovers = (folder = dir) => readdirSync(folder).filter((name) => name.startsWith('.'));

it('keeps what it accepts, byte for byte, and answers with the number', async () => {
  const mailer = openMailer(await openInbox());

  const outcome = await send(mailer, 1, 'a line\n.a dot\n.\nÜmlaut\n');

  expect(outcome).toEqual({ kind: 'accepted', code: 250, answer: '250 kept as 1' });
  expect(listMails()).toEqual(['000001.eml']);
  const parsed = await simpleParser(readFileSync(join(dir, '000001.eml')));
  expect(parsed.text).toBe('a line\n.a dot\n.\nÜmlaut\n');
  expect(parsed.messageId).toBe('<1@shop.example>');
  expect(listLeftovers()).toEqual([]);
});

it('numbers what two inboxes take at the same time into one folder without merging any', async () => {
  const one = openMailer(await openInbox(), 4);
  const other = openMailer(await openInbox(), 4);

  const outcomes = await Promise.all(Array.from({ length: 60 }, (_, nth) => send(nth % 2 === 0 ? one : other, nth)));

  expect(new Set(outcomes.map((outcome) => outcome.kind))).toEqual(new Set(['accepted']));
  const ids = listMails().map((name) => /<(\d+)@/.exec(readFileSync(join(dir, name), 'latin1'))?.[1]);
  expect(ids).toHaveLength(60);
  expect(new Set(ids).size).toBe(60);
});

it('keeps two messages of one Message-ID as two', async () => {
  const mailer = openMailer(await openInbox());

  await send(mailer, 7);
  await send(mailer, 7);

  expect(listMails()).toEqual(['000001.eml', '000002.eml']);
});

it('never uses a number again, not even of a message that was deleted', async () => {
  const first = await openInbox();
  await send(openMailer(first), 1);
  await send(openMailer(first), 2);
  unlinkSync(join(dir, '000002.eml'));

  await send(openMailer(await openInbox()), 3);

  expect(listMails()).toEqual(['000001.eml', '000003.eml']);
});

it('refuses a wrong token', async () => {
  const inbox = await openInbox();
  const mailer = createMailer({ url: `smtp://nightjar:wrong@127.0.0.1:${inbox.port}`, connections: 1 });
  opened.push(mailer);

  await expect(send(mailer, 1)).rejects.toMatchObject({ code: 'E_MAIL_LOGIN' });
  expect(listMails()).toEqual([]);
});

it('refuses a message without a login', async () => {
  const inbox = await openInbox();
  const mailer = createMailer({ url: `smtp://127.0.0.1:${inbox.port}`, connections: 1 });
  opened.push(mailer);

  await expect(send(mailer, 1)).rejects.toMatchObject({ code: 'E_MAIL_LOGIN' });
  expect(listMails()).toEqual([]);
});

it('leaves nothing of a message whose sender goes away in the middle', async () => {
  const inbox = await openInbox();
  const login = Buffer.from(`\0nightjar\0${TOKEN}`).toString('base64');
  const socket = connect(inbox.port, '127.0.0.1');
  const dialogue = ['EHLO x', `AUTH PLAIN ${login}`, 'MAIL FROM:<a@b.example>', 'RCPT TO:<c@d.example>', 'DATA'];
  await new Promise<void>((resolve) => {
    socket.on('data', (chunk: Buffer) => {
      if (/^250-/.test(chunk.toString())) if (!/^250 /m.test(chunk.toString())) return;
      const next = dialogue.shift();
      if (next === undefined) {
        socket.write('Subject: half\r\n\r\nhalf a', () => socket.resetAndDestroy());
        resolve();
      } else socket.write(`${next}\r\n`);
    });
  });

  await inbox.close();

  expect(listMails()).toEqual([]);
  expect(listLeftovers()).toEqual([]);
});

it('sweeps up what a killed inbox left half-written, and takes it for no message', async () => {
  writeFileSync(join(dir, '.incoming-999999999-0a'), 'Message-ID: <half@shop.example>\r\n\r\nhal');
  writeFileSync(join(dir, `.incoming-${process.pid}-0b`), 'of a dead process with the same id');

  await openInbox();

  expect(readdirSync(dir)).toEqual([]);
});

describe('findInInbox', () => {
  it('finds the ids that were accepted, and no others', async () => {
    const mailer = openMailer(await openInbox());
    await Promise.all([1, 2, 3].map((nth) => send(mailer, nth)));

    const found = await findInInbox(dir, ['<1@shop.example>', '<3@shop.example>', '<4@shop.example>']);

    expect([...found].sort()).toEqual(['<1@shop.example>', '<3@shop.example>']);
  });

  it('believes the messages where the index lacks lines, has torn ones, or names deleted messages', async () => {
    const mailer = openMailer(await openInbox());
    await Promise.all([1, 2, 3].map((nth) => send(mailer, nth)));
    const index = readFileSync(join(dir, 'index.jsonl'), 'utf8').split('\n');
    const deleted: { number: number; messageId: string } = JSON.parse(index[0] ?? '');
    unlinkSync(join(dir, `${String(deleted.number).padStart(6, '0')}.eml`));
    writeFileSync(join(dir, 'index.jsonl'), `${index[0]}\n{"number": 2, "mess`);

    const all = [1, 2, 3].map((nth) => `<${nth}@shop.example>`);
    const found = await findInInbox(dir, all);

    expect([...found].sort()).toEqual(all.filter((id) => id !== deleted.messageId));
  });

  it('finds a folded id, and reads none from a body', async () => {
    writeFileSync(join(dir, '000001.eml'), 'Subject: x\r\nMessage-ID:\r\n <folded@shop.example>\r\n\r\nbody\r\n');
    writeFileSync(join(dir, '000002.eml'), 'Subject: x\r\n\r\nMessage-ID: <body@shop.example>\r\n');

    const found = await findInInbox(dir, ['<folded@shop.example>', '<body@shop.example>']);

    expect([...found]).toEqual(['<folded@shop.example>']);
  });

  it('finds a message by what stands left of the @, whatever domain the sender has now', async () => {
    const mailer = openMailer(await openInbox());
    await Promise.all([1, 2].map((nth) => send(mailer, nth)));

    const found = await findInInbox(dir, ['1', '<2@shop.example>', '<1@other.example>', '3', '', 'shop.example']);

    expect([...found].sort()).toEqual(['1', '<2@shop.example>']);
    expect(leftOfDomain('<ab12@shop.example>')).toBe('ab12');
  });

  it('finds nothing in a folder that does not exist', async () => {
    expect(await findInInbox(join(dir, 'none'), ['<1@shop.example>'])).toEqual(new Set());
  });
});

describe('failures to keep a message', () => {
  it('are answered with 452 for lack of space, and 451 otherwise', () => {
    const codes = ['ENOSPC', 'EDQUOT', 'EFBIG', 'EIO'].map((code) =>
      describeFailure(Object.assign(new Error(), { code })),
    );

    expect(codes.map(({ code }) => code)).toEqual([452, 452, 452, 451]);
  });

  it('leave the message deferred and the inbox usable', async () => {
    const folder = join(dir, 'gone');
    const mailer = openMailer(await openInbox(folder), 1);
    rmSync(folder, { recursive: true });

    const lost = await send(mailer, 1, 'long\n'.repeat(100_000));
    mkdirSync(folder);
    const kept = await send(mailer, 2);

    expect(lost).toMatchObject({ kind: 'deferred', code: 451 });
    expect(kept.kind).toBe('accepted');
  });

  if (canMount()) {
    it('on a full disk are a 452, and leave nothing half-written', async () => {
      const folder = join(dir, 'small');
      mkdirSync(folder);
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'nightjar-test', folder]);
      try {
        const mailer = openMailer(await openInbox(folder), 1);

        const big = await send(mailer, 1, 'long\n'.repeat(100_000));
        const small = await send(mailer, 2);

        expect(big).toMatchObject({ kind: 'deferred', code: 452, enhanced: '4.3.1' });
        expect(small.kind).toBe('accepted');
        expect(listMails(folder)).toEqual(['000001.eml']);
        expect(listLeftovers(folder)).toEqual([]);
      } finally {
        for (const part of opened.splice(0).reverse()) await part.close();
        execFileSync('umount', [folder]);
      }
    });
  }
});

function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'nightjar-mount-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'nightjar-test', folder], { stdio: 'ignore' });
    execFileSync('umount', [folder]);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

it('says that its port is taken', async () => {
  const inbox = await openInbox();

  await expect(startInbox({ dir, token: TOKEN, port: inbox.port })).rejects.toMatchObject({ code: 'E_ENGINE_PORT' });
});

it('loses nothing that it answered with 250 when its process is killed', async () => {
  const child = spawn(process.execPath, [join(__dirname, '../support/inbox-process.js'), dir, TOKEN], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await new Promise<string>((resolve) => child.stdout.once('data', (line) => resolve(String(line).trim())));
  const mailer = createMailer({ url, connections: 4, name: 'test.example' });
  opened.push({ close: () => mailer.close({ force: true }) });

  const sends = Array.from({ length: 200 }, (_, nth) => send(mailer, nth));
  await Promise.all(sends.slice(0, 40));
  child.kill('SIGKILL');
  const outcomes = await Promise.all(sends);

  const accepted = outcomes.flatMap((outcome, nth) => (outcome.kind === 'accepted' ? [`<${nth}@shop.example>`] : []));
  const unknown = outcomes.flatMap((outcome, nth) => (outcome.kind === 'unknown' ? [`<${nth}@shop.example>`] : []));
  const everything = outcomes.map((_, nth) => `<${nth}@shop.example>`);
  const found = await findInInbox(dir, everything);
  expect(accepted.length).toBeGreaterThanOrEqual(40);
  expect(accepted.filter((id) => !found.has(id))).toEqual([]);
  expect([...found].filter((id) => !accepted.includes(id) && !unknown.includes(id))).toEqual([]);
  await openInbox();
  expect(listLeftovers()).toEqual([]);
});
