import { checkAddress } from '../../src/content/address';
import { messageIdOf } from '../../src/content/links';
import { createReturnPaths } from '../../src/content/return-path';

const paths = createReturnPaths({ secret: 'secret', domain: 'bounce.shop.example' });
const messageId = messageIdOf({ run: 'picks.2026-11-24', userId: 'u1', domain: 'shop.example' });
const id = messageId.slice(1, messageId.indexOf('@'));

it('is an address of its own for each mail, the same when it is made again', () => {
  const other = messageIdOf({ run: 'picks.2026-11-24', userId: 'u2', domain: 'shop.example' });

  expect(paths.make(messageId)).toMatch(/^b\+[\da-f]{60}@bounce\.shop\.example$/);
  expect(paths.make(messageId)).toBe(paths.make(messageId));
  expect(paths.make(other)).not.toBe(paths.make(messageId));
  expect(checkAddress(paths.make(messageId))).toMatchObject({ ok: true });
});

it('says which mail a bounce is of, also where a server on the way has changed the case', () => {
  expect(paths.read(paths.make(messageId))).toBe(id);
  expect(paths.read(paths.make(messageId).toUpperCase())).toBe(id);
});

it.each([
  ['another secret', createReturnPaths({ secret: 'other', domain: 'bounce.shop.example' }).make(messageId)],
  ['another domain', createReturnPaths({ secret: 'secret', domain: 'bounce.other.example' }).make(messageId)],
  ['a made-up tag', `b+${id}${'0'.repeat(20)}@bounce.shop.example`],
  ['no tag', `b+${id}@bounce.shop.example`],
  ['no address', 'bounce'],
])('believes nothing with %s', (_, address) => {
  expect(paths.read(address)).toBeUndefined();
});
