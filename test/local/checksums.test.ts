import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { CHECKSUM_ALGORITHMS, composeEtag, createChecksum, readAlgorithm } from '../../src/local/s3/checksums';

function digest(algorithm: (typeof CHECKSUM_ALGORITHMS)[number], parts: readonly Buffer[]): Buffer {
  const hash = createChecksum(algorithm);
  for (const one of parts) hash.update(one);
  return hash.digest();
}

/** A reflected CRC with all bits set at its start and turned round at its end. */
function plainCrc(data: Buffer, bits: 32 | 64, polynomial: bigint): Buffer {
  const all = (1n << BigInt(bits)) - 1n;
  let crc = all;
  for (const byte of data) {
    crc ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit += 1) crc = (crc & 1n) === 0n ? crc >> 1n : (crc >> 1n) ^ polynomial;
  }
  return Buffer.from((crc ^ all).toString(16).padStart(bits / 4, '0'), 'hex');
}

describe('checksums', () => {
  it('give the published check values of "123456789"', () => {
    const data = [Buffer.from('123456789')];

    expect(digest('CRC32', data).toString('hex')).toBe('cbf43926');
    expect(digest('CRC32C', data).toString('hex')).toBe('e3069283');
    expect(digest('CRC64NVME', data).toString('hex')).toBe('ae8b14860a799888');
    expect(digest('SHA256', data)).toEqual(createHash('sha256').update('123456789').digest());
  });

  it('are the same however the bytes are cut', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(200), (bytes, cut) => {
        const data = Buffer.from(bytes);
        for (const algorithm of CHECKSUM_ALGORITHMS) {
          const whole = digest(algorithm, [data]);
          expect(digest(algorithm, [data.subarray(0, cut), data.subarray(cut)])).toEqual(whole);
        }
      }),
    );
  });

  it('are those of the plain definition, bit by bit', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(9), (bytes, start) => {
        const data = Buffer.from(bytes).subarray(start);
        expect(digest('CRC32', [data])).toEqual(plainCrc(data, 32, 0xedb88320n));
        expect(digest('CRC32C', [data])).toEqual(plainCrc(data, 32, 0x82f63b78n));
        expect(digest('CRC64NVME', [data])).toEqual(plainCrc(data, 64, 0x9a6c9329ac4bc9b5n));
      }),
    );
  });

  it('refuse an algorithm by name that is not known here', () => {
    expect(() => readAlgorithm('XXHASH64')).toThrow(/XXHASH64 is not complete/);
  });

  it('compose the ETag of parts as S3 does', () => {
    const part = createHash('md5').update('part').digest('hex');
    const expected = createHash('md5').update(Buffer.from(part, 'hex')).update(Buffer.from(part, 'hex')).digest('hex');

    expect(composeEtag([part, part])).toBe(`${expected}-2`);
  });
});
