import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { domainToUnicode } from 'node:url';
import fc from 'fast-check';
import { checkAddress } from '../../src/content/address';
import { nameContact, type RenderedMail } from '../../src/content/context';
import { messageIdOf, signUnsubscribe } from '../../src/content/links';
import type { Message } from '../../src/content/message';
import { cleanHeader } from '../../src/content/mime/clean-header';
import type { Contact, Item } from '../../src/job/people';
import { build, namesOf, read } from './support/messages';
import { hostileContact, hostileItem, hostileText } from './support/people';

const isLong = process.env.NIGHTJAR_TEST_LONG === '1';
const MAILS = isLong ? 100_000 : 2000;

interface Written {
  readonly message: Message;
  readonly rendered: RenderedMail;
}

function write(contact: Contact & { readonly email: string }, item: Item, sender: string): Written {
  const unsubscribeUrl = signUnsubscribe({
    secret: 's',
    publicUrl: 'https://shop.example',
    userId: contact.userId,
    list: 'nightly-picks',
  });
  const rendered = render(contact, { item, unsubscribeUrl });
  const parts = {
    to: { name: nameContact(contact) ?? '', address: contact.email },
    rendered,
    messageId: messageIdOf({ run: 'nightly-picks.2026-11-24', userId: contact.userId, domain: 'shop.example' }),
    unsubscribeUrl,
  };
  return { message: build(parts, { from: { name: sender, address: 'news@shop.example' } }), rendered };
}

/** The texts of a template, as plain as they can be. */
function render(contact: Contact, shown: { readonly item: Item; readonly unsubscribeUrl: string }): RenderedMail {
  const name = nameContact(contact) ?? '';
  const text = `${name}\n${shown.item.title}\n${shown.unsubscribeUrl}\n`;
  const escaped = text.replaceAll(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`);
  const subject = cleanHeader(`${contact.firstName ?? ''}, ${shown.item.title}`, 250);
  return { subject, text, html: `<p title="${escaped}" style="margin:0">${escaped}</p>\n` };
}

/** What a reader must find: a body's lines end with LF, and halves of surrogate pairs are none. */
function meant(text: string): string {
  return text.replaceAll(/\r\n?/g, '\n').toWellFormed();
}

function addressOf(email: string): string {
  const checked = checkAddress(email);
  return checked.ok ? checked.address : '';
}

/** mailparser shows domains as people write them. */
function asShown({ address, name }: { readonly address: string; readonly name: string }) {
  const at = address.lastIndexOf('@');
  return { address: `${address.slice(0, at)}@${domainToUnicode(address.slice(at + 1))}`, name };
}

const FIELDS = [
  ...['Content-Type', 'Date', 'Feedback-ID', 'From', 'List-Id', 'List-Unsubscribe', 'List-Unsubscribe-Post'],
  ...['MIME-Version', 'Message-ID', 'Precedence', 'Subject', 'To'],
];

it(
  `reads ${MAILS} mails to people with any data back as meant: nothing injected, nothing lost, no long line`,
  async () => {
    const python = openPython();
    await fc.assert(
      fc.asyncProperty(hostileContact, hostileItem, hostileText, async (contact, item, sender) => {
        const { message, rendered } = write(contact, item, sender);
        const { raw, fields, parsed } = await read(message);

        for (const line of raw.split('\r\n')) if (line.length > 998) throw new Error(`a line of ${line.length}`);
        expect(raw.replaceAll('\r\n', '')).toMatch(/^[\t\x20-\x7e]*$/);
        expect([...namesOf({ fields })].sort()).toEqual(FIELDS);
        const name = cleanHeader(nameContact(contact) ?? '', 100);
        const to = { address: addressOf(contact.email), name };
        expect(parsed).toMatchObject({
          to: { value: [asShown(to)] },
          text: meant(rendered.text),
          html: meant(rendered.html),
        });
        expect(parsed.from?.value).toEqual([{ address: 'news@shop.example', name: cleanHeader(sender, 100) }]);
        expect(parsed.subject ?? '').toBe(cleanHeader(rendered.subject, 250));
        expect(parsed.messageId).toBe(message.messageId);
        expect(message.envelope).toEqual({ from: 'news@shop.example', to: to.address });
        python.expect(message, { to, from: cleanHeader(sender, 100), rendered });
      }),
      { numRuns: MAILS, endOnFailure: isLong },
    );
    python.end();
  },
  isLong ? 3_600_000 : 300_000,
);

interface Reading {
  readonly to: { readonly address: string; readonly name: string };
  readonly from: string;
  readonly rendered: RenderedMail;
}

const PYTHON_BATCH = 5000;

/** Python's e-mail package is another reader of the same mails, in the long suite and for a first batch of the short one. */
function openPython() {
  let lines: string[] = [];
  let rounds = 0;
  const flush = () => {
    if (lines.length === 0 || (!isLong && rounds > 0)) return;
    rounds += 1;
    const script = join(__dirname, 'support', 'read_mail.py');
    const { status, stdout, stderr } = spawnSync('python3', [script], { input: lines.join('\n'), encoding: 'utf8' });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: `${lines.length} as meant\n`, stderr: '' });
    lines = [];
  };
  return {
    expect: ({ raw }: Message, { to, from, rendered }: Reading) => {
      const wanted = {
        to: [to.name, to.address],
        from: [from, 'news@shop.example'],
        subject: cleanHeader(rendered.subject, 250),
        text: meant(rendered.text),
        html: meant(rendered.html),
      };
      lines.push(JSON.stringify({ raw: raw.toString('base64'), wanted }));
      if (lines.length >= PYTHON_BATCH) flush();
    },
    end: flush,
  };
}
