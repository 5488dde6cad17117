/** The example mails under SpamAssassin's own rules, without the network: none looks like spam, and none is built as spam is. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const GOLDEN = join(__dirname, 'golden');
const MAILS = readdirSync(GOLDEN).filter((file) => file.endsWith('.eml'));
/** What Debian's package ships: neither the machine's updates nor its administrator's changes. */
const RULES = '/usr/share/spamassassin';
/** Of 5.0, from which on a mail is taken for spam. */
const HIGHEST = 1;
/** Being from a list counts in favour of a mail; here it counts nothing. */
const SETTINGS = ['use_bayes 0', 'use_auto_welcomelist 0', 'report_safe 0', 'score MAILING_LIST_MULTI 0'];
/** Rules that say no more than what the examples are: HTML with pictures. Neither counts anything. */
const EXPECTED = /^(HTML_MESSAGE|HTML_IMAGE_RATIO_0[2468])$/;
const RUN_MS = 60_000;
let home: string;

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'nightjar-spam-'));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

interface Verdict {
  readonly score: number;
  readonly rules: readonly string[];
}

function judge(mail: string): Promise<Verdict> {
  const args = ['-L', '-t', '--configpath', RULES, ...SETTINGS.flatMap((line) => ['--cf', line])];
  const env = { ...process.env, HOME: home, LC_ALL: 'C.UTF-8' };
  return new Promise((resolve, reject) => {
    const child = execFile('spamassassin', args, { env, timeout: RUN_MS }, (error, written) => {
      const stdout = written.replaceAll('\r', '');
      const status = /^X-Spam-Status: (.*(?:\n[ \t].*)*)/m.exec(stdout)?.[1]?.replaceAll(/\n[ \t]+/g, ' ') ?? '';
      const [, score] = /score=(-?[\d.]+)/.exec(status) ?? [];
      const [, rules] = /tests=(.*?) (?:autolearn|version)=/.exec(status) ?? [];
      if (error !== null || score === undefined || rules === undefined) {
        reject(error ?? new Error(`SpamAssassin gave no verdict: ${stdout.slice(0, 500)}`));
        return;
      }
      resolve({ score: Number(score), rules: rules.split(/[, ]+/).filter((rule) => rule !== 'none') });
    });
    child.stdin?.end(mail, 'latin1');
  });
}

/** As its receiver's server hands it over: with a return path and one line of the way. */
function delivered(mail: string): string {
  const way = [
    'Return-Path: <bounces+token@shop.example>',
    'Received: from mta.shop.example (mta.shop.example [93.184.216.34])',
    '\tby mx.mail.example (Postfix) with ESMTPS id 4XyZ1234',
    '\tfor <hanna@mail.example>; Tue, 24 Nov 2026 02:00:03 +0000',
  ];
  return `${way.join('\r\n')}\r\n${mail}`;
}

it.each(MAILS)(
  '%s scores next to nothing, and breaks no rule about how mails are built',
  async (file) => {
    const { score, rules } = await judge(delivered(readFileSync(join(GOLDEN, file), 'latin1')));

    expect(rules).toContain('HTML_MESSAGE');
    expect(rules.filter((rule) => !EXPECTED.test(rule))).toEqual([]);
    expect(score).toBeLessThan(HIGHEST);
  },
  RUN_MS,
);

it(
  'sees a mail that is built badly',
  async () => {
    const mail = readFileSync(join(GOLDEN, 'picks.en.eml'), 'latin1')
      .replace(/^Date: .*\r\n/m, '')
      .replace(/^Subject: .*\r\n/m, '')
      .replace(/^Content-Type: multipart\/alternative/m, 'Content-Type: multipart/mixed');
    const { rules } = await judge(delivered(mail));

    expect(rules).toEqual(expect.arrayContaining(['MISSING_DATE', 'MISSING_SUBJECT']));
  },
  RUN_MS,
);
