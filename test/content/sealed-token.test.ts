import { createCipheriv, createHash, createHmac } from 'node:crypto';
import fc from 'fast-check';
import { openToken, sealToken } from '../../src/content/sealed-token';
import { sha256Hex } from '../../src/sha256';

const KEY = { secret: 'a secret', purpose: 'a purpose' };

/** As the documentation says it, with an object of Node.js for each step. */
function sealStepByStep(fields: readonly string[], { secret, purpose }: typeof KEY): string {
  const derive = (use: string) => createHmac('sha256', secret).update(`nightjar ${purpose} ${use}`).digest();
  const payload = Buffer.from(JSON.stringify(fields), 'utf8');
  const tag = createHmac('sha256', derive('sign')).update(payload).digest().subarray(0, 16);
  const cipher = createCipheriv('aes-256-ctr', derive('hide'), tag);
  return Buffer.concat([Buffer.of(1), tag, cipher.update(payload), cipher.final()]).toString('base64url');
}

it('seals as HMAC-SHA256 and AES-256-CTR do, whatever the fields hold', () => {
  const fields = fc.array(fc.string({ unit: 'grapheme', maxLength: 60 }), { maxLength: 6 });
  fc.assert(
    fc.property(fields, fc.string(), (written, secret) => {
      const key = { secret, purpose: 'a purpose' };
      const token = sealToken(written, key);
      expect(token).toBe(sealStepByStep(written, key));
      expect(openToken(token, key)).toEqual(written);
    }),
  );
});

it('seals what is so long that the counter of its blocks is carried over', () => {
  const fields = ['x'.repeat(16 * 300)];

  expect(sealToken(fields, KEY)).toBe(sealStepByStep(fields, KEY));
});

it('opens the tokens of mails that were sent long ago', () => {
  const token = 'AdXZmKMxqGzryzL339MyfJNygveUgUijUGiUQMhkGLYxURKSOYvs';

  expect(openToken(token, KEY)).toEqual(['weekly', 'user-4711']);
});

it('hashes as Node.js does step by step', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(sha256Hex(text)).toBe(createHash('sha256').update(text, 'utf8').digest('hex'));
    }),
  );
});
