import { once } from 'node:events';
import fc from 'fast-check';
import DataStream from 'nodemailer/lib/smtp-connection/data-stream';
import { escapeDots } from '../../src/mail/escape-dots';

/** What nodemailer makes of a message that is written to its stream. */
async function writtenBy(message: Buffer): Promise<string> {
  const stream = new DataStream();
  const pieces: Buffer[] = [];
  stream.on('data', (piece: Buffer) => pieces.push(piece));
  stream.end(message);
  await once(stream, 'end');
  return Buffer.concat(pieces).toString('latin1');
}

const END = '\r\n.\r\n';
const text = fc
  .array(fc.constantFrom('\r\n', '\r\n', '\r\n', '.', '..', 'a', 'ä', '\r', '\n'), { maxLength: 30 })
  .map((pieces) => Buffer.from(pieces.join('')));

it('gives what nodemailer would have written, or leaves it to nodemailer', async () => {
  await fc.assert(
    fc.asyncProperty(text, async (message) => {
      const escaped = escapeDots(message);
      if (escaped !== undefined) expect(escaped.toString('latin1') + END).toBe(await writtenBy(message));
    }),
    { numRuns: 2000 },
  );
});

it('doubles the dots of lines, the first and the last too, and no others', () => {
  expect(escapeDots(Buffer.from('.a\r\n.\r\nb.c\r\n..d\r\n.\r\n'))?.toString()).toBe('..a\r\n..\r\nb.c\r\n...d\r\n..');
});

it.each([['a\n.\r\n'], ['a\r.\r\n'], ['a\n\r\n'], ['a\r\r\n'], ['\na\r\n'], ['a'], ['']])(
  'leaves what is no mail of whole lines to nodemailer: %j',
  (message) => {
    expect(escapeDots(Buffer.from(message))).toBeUndefined();
  },
);
