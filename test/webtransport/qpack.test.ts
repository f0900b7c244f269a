import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import type { HeaderField } from '../../lib/webtransport/header-field.js';
import { ConnectionError, http3Code, StreamError } from '../../lib/webtransport/http3-error.js';
import { decodeFieldSection, encodeFieldSection } from '../../lib/webtransport/qpack.js';
import { QpackEncoderStream } from '../../lib/webtransport/qpack-stream.js';
import { staticTable } from '../../lib/webtransport/static-table.js';
import { hex } from './bytes.js';

const vectors = new URL('../vectors/qpack/', import.meta.url);
const roomy = 1_000_000;

interface VectorRecord {
  readonly streamId: number;
  readonly bytes: Uint8Array;
}

function readRecords(name: string): VectorRecord[] {
  const file = readFileSync(new URL(name, vectors));
  const records: VectorRecord[] = [];
  for (let offset = 0; offset < file.length;) {
    const length = file.readUInt32BE(offset + 8);
    const start = offset + 12;
    records.push({
      streamId: Number(file.readBigUInt64BE(offset)),
      bytes: new Uint8Array(file.subarray(start, start + length)),
    });
    offset = start + length;
  }
  return records;
}

function readHeaderLists(name: string): HeaderField[][] {
  const lists: HeaderField[][] = [];
  let list: HeaderField[] = [];
  for (const line of readFileSync(new URL(name, vectors), 'latin1').split('\n')) {
    if (line.startsWith('#')) continue;
    if (line === '') {
      if (list.length > 0) lists.push(list);
      list = [];
      continue;
    }
    const tab = line.indexOf('\t');
    list.push({ name: line.slice(0, tab), value: line.slice(tab + 1) });
  }
  if (list.length > 0) lists.push(list);
  return lists;
}

function isQpackError(error: unknown): boolean {
  const codes: number[] = [http3Code.QPACK_DECOMPRESSION_FAILED, http3Code.QPACK_ENCODER_STREAM_ERROR];
  return error instanceof ConnectionError && codes.includes(error.code);
}

describe('QPACK with a table of capacity 0', () => {
  for (const name of ['netbsd', 'fb-req']) {
    const lists = readHeaderLists(`${name}.qif`);
    const sections = readRecords(`nghttp3/${name}.out.0.0.0`).filter(({ streamId }) => streamId !== 0);

    it(`decodes all ${sections.length} field sections of ${name} by another encoder`, () => {
      assert.ok(sections.length > 0);
      assert.equal(sections.length, lists.length);
      for (const [i, { bytes }] of sections.entries()) assert.deepEqual(decodeFieldSection(bytes, roomy), lists[i]);
    });

    it(`encodes all ${lists.length} header lists of ${name} no longer than another encoder, and reads them back`, () => {
      for (const [i, list] of lists.entries()) {
        const section = encodeFieldSection(list);
        assert.ok(section.length <= sections[i]!.bytes.length, `${section.length} > ${sections[i]!.bytes.length}`);
        assert.deepEqual(decodeFieldSection(section, roomy), list);
      }
    });
  }

  const errorFiles = readdirSync(new URL('errors/', vectors));
  // They index entries 0 and 62 of the static table, which RFC 9204 has.
  const validToday = new Map([
    ['err9', staticTable[0]!],
    ['err10', staticTable[62]!],
  ]);

  it(`refuses the ${errorFiles.length - validToday.size} error vectors that RFC 9204 refuses`, () => {
    const refused = errorFiles.filter((file) => !validToday.has(file));
    assert.equal(refused.length, 10);
    for (const file of refused) {
      const decodeAll = (): void => {
        for (const { streamId, bytes } of readRecords(`errors/${file}`)) {
          if (streamId === 0) new QpackEncoderStream().received(bytes, false);
          else decodeFieldSection(bytes, roomy);
        }
      };
      assert.throws(decodeAll, isQpackError, file);
    }
  });

  for (const [file, field] of validToday) {
    it(`reads ${file}, made as an error, as the one field that RFC 9204 says it is`, () => {
      assert.deepEqual(decodeFieldSection(readRecords(`errors/${file}`)[0]!.bytes, roomy), [field]);
    });
  }

  it('decodes the example of RFC 9204, B.1', () => {
    const section = hex('0000 510b 2f69 6e64 6578 2e68 746d 6c');
    assert.deepEqual(decodeFieldSection(section, roomy), [{ name: ':path', value: '/index.html' }]);
  });

  it('refuses a section that requires dynamic entries, even if it refers to none', () => {
    assert.throws(() => decodeFieldSection(hex('02 00 c1'), roomy), isQpackError);
  });

  it('has the 99 entries of RFC 9204, appendix A, at their places', () => {
    assert.equal(staticTable.length, 99);
    assert.deepEqual(staticTable[0], { name: ':authority', value: '' });
    assert.deepEqual(staticTable[15], { name: ':method', value: 'CONNECT' });
    assert.deepEqual(staticTable[25], { name: ':status', value: '200' });
    assert.deepEqual(staticTable[63], { name: ':status', value: '100' });
    assert.deepEqual(staticTable[98], { name: 'x-frame-options', value: 'sameorigin' });
  });

  it('decodes whatever it encodes', () => {
    const bytes = fc.string({
      unit: fc.integer({ min: 0, max: 255 }).map((n) => String.fromCharCode(n)),
      maxLength: 40,
    });
    const known = fc.constantFrom(...staticTable);
    const field = fc.oneof(
      fc.record({ name: bytes, value: bytes }, { noNullPrototype: true }),
      known,
      fc.record({ name: fc.constant(':path'), value: bytes }, { noNullPrototype: true }),
    );
    fc.assert(
      fc.property(fc.array(field, { maxLength: 8 }), (fields) => {
        assert.deepEqual(decodeFieldSection(encodeFieldSection(fields), roomy), fields);
      }),
    );
  });

  it('decodes strings longer than one length byte', () => {
    const fields = [{ name: 'x'.repeat(300), value: 'é'.repeat(5000) }];
    assert.deepEqual(decodeFieldSection(encodeFieldSection(fields), roomy), fields);
  });

  it('never fails otherwise than with a QPACK error, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.boolean(), (tail, isPrefixed) => {
        try {
          decodeFieldSection(isPrefixed ? Uint8Array.of(0, 0, ...tail) : tail, roomy);
        } catch (error) {
          assert.ok(isQpackError(error), String(error));
        }
      }),
      { numRuns: 500 },
    );
  });

  it('refuses a section that is larger decoded than allowed, though short on the wire', () => {
    const section = Uint8Array.of(0, 0, ...Array<number>(200).fill(0xc0 | 58));
    assert.throws(
      () => decodeFieldSection(section, 16_384),
      (error) => error instanceof StreamError && error.code === http3Code.EXCESSIVE_LOAD,
    );
  });

  it('counts 32 bytes a field, as RFC 9114 does', () => {
    const section = encodeFieldSection([{ name: 'ab', value: 'c' }]);
    assert.equal(decodeFieldSection(section, 35).length, 1);
    assert.throws(() => decodeFieldSection(section, 34), StreamError);
  });

  it('does not encode a character that is no byte', () => {
    assert.throws(() => encodeFieldSection([{ name: 'x', value: '€' }]), RangeError);
  });
});
