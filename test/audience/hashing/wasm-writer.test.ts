import { writeSigned, writeUnsigned } from '../../../src/audience/hashing/wasm-writer';

/** LEB128 (WebAssembly Core Specification 2.0, 5.2.2). */
it.each([
  [0, [0x00]],
  [127, [0x7f]],
  [128, [0x80, 0x01]],
  [171, [0xab, 0x01]],
  [624_485, [0xe5, 0x8e, 0x26]],
])('writes %d without a sign', (value, bytes) => {
  expect(writeUnsigned(value)).toEqual(bytes);
});

it.each([
  [0, [0x00]],
  [63, [0x3f]],
  [64, [0xc0, 0x00]],
  [-64, [0x40]],
  [-65, [0xbf, 0x7f]],
  [256, [0x80, 0x02]],
  [-123_456, [0xc0, 0xbb, 0x78]],
])('writes %d with a sign', (value, bytes) => {
  expect(writeSigned(value)).toEqual(bytes);
});
