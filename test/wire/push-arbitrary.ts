import fc from 'fast-check';

/** A push on the wire, as encoders write it and as none does: any order, unknown fields, over-long numbers, groups, broken text. */
export const pushBytes: fc.Arbitrary<Uint8Array> = fc
  .array(fc.oneof({ weight: 5, arbitrary: field(1, seriesBytes()) }, unknownField()), { maxLength: 3 })
  .map(concat);

/** The same with a few bytes changed, removed or put in. */
export const brokenPushBytes: fc.Arbitrary<Uint8Array> = fc
  .tuple(
    pushBytes,
    fc.array(fc.record({ at: fc.nat(), byte: fc.nat(255), what: fc.constantFrom('set', 'cut', 'insert') }), { minLength: 1, maxLength: 3 }),
  )
  .map(([bytes, changes]) => {
    const broken = [...bytes];
    for (const { at, byte, what } of changes) {
      const index = at % (broken.length + 1);
      if (what === 'cut') broken.splice(index, 1 + (byte % 4));
      else broken.splice(index, what === 'set' ? 1 : 0, byte);
    }
    return Uint8Array.from(broken);
  });

/** A value in pieces: cut anywhere, empty pieces included. */
export function inPieces(bytes: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array[]> {
  return fc.tuple(bytes, fc.array(fc.nat(), { maxLength: 6 })).map(([whole, cuts]) => {
    const borders = [0, ...cuts.map((cut) => cut % (whole.length + 1)).sort((a, b) => a - b), whole.length];
    return borders.slice(1).map((to, at) => whole.subarray(borders[at], to));
  });
}

function seriesBytes(): fc.Arbitrary<Uint8Array> {
  const name = text(fc.constantFrom('__name__', 'service_name', 'a', 'ü.b', '', '__proto__'));
  const label = fields(field(1, name), field(2, text(fc.string({ unit: 'grapheme', maxLength: 6 }))));
  const sample = fields(
    field(1, fc.uint8Array({ maxLength: 200 })),
    field(2, text(fc.oneof(fc.uuid(), fc.string({ unit: 'binary', maxLength: 8 })))),
  );
  const annotation = fields(field(1, text(fc.string({ maxLength: 4 }))), field(2, text(fc.string({ maxLength: 4 }))));
  const any = fc.oneof(
    { weight: 12, arbitrary: field(1, label) },
    { weight: 9, arbitrary: field(2, sample) },
    { weight: 3, arbitrary: field(3, annotation) },
    { weight: 3, arbitrary: unknownField() },
    misfitField(),
  );
  const ordered = fc
    .tuple(fc.array(field(1, label), { maxLength: 5 }), fc.array(field(2, sample), { maxLength: 2 }))
    .map(([labels, samples]) => [...labels, ...samples]);
  return fc.oneof(ordered, fc.array(any, { maxLength: 6 })).map(concat);
}

/** Usually the two fields of a message, now and then one of them, twice, or with something unknown between. */
function fields(first: fc.Arbitrary<Uint8Array>, second: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> {
  return fc
    .oneof({ weight: 6, arbitrary: fc.tuple(first, second) }, fc.array(fc.oneof(first, second, unknownField()), { maxLength: 4 }))
    .map(concat);
}

function field(number: number, value: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> {
  return fc
    .tuple(
      varint(number * 8 + 2, 2),
      value.chain((bytes) => fc.tuple(varint(bytes.length, 5), fc.constant(bytes))),
    )
    .map(([tag, [size, bytes]]) => concat([tag, size, bytes]));
}

function unknownField(): fc.Arbitrary<Uint8Array> {
  const number = fc.constantFrom(4, 15, 16, 1000, 2 ** 28, 2 ** 29 - 1);
  return number.chain((no) =>
    fc.oneof(
      fc
        .tuple(
          varint(no * 8, 0),
          fc.nat().chain((value) => varint(value, 3)),
        )
        .map(concat),
      fc.tuple(varint(no * 8 + 1, 0), fc.uint8Array({ minLength: 8, maxLength: 8 })).map(concat),
      fc.tuple(varint(no * 8 + 5, 0), fc.uint8Array({ minLength: 4, maxLength: 4 })).map(concat),
      fc.tuple(varint(no * 8 + 3, 0), varint(7 * 8, 0), varint(5, 0), varint(no * 8 + 4, 0)).map(concat),
      field(no, fc.uint8Array({ maxLength: 5 })),
    ),
  );
}

/** A known field with a wire type that no encoder gives it, behind which the generated decoder reads on as if it were the right one. */
function misfitField(): fc.Arbitrary<Uint8Array> {
  const wrongType = fc.constantFrom(0, 1, 3, 4, 5, 6, 7);
  return fc
    .tuple(fc.constantFrom(1, 2, 3), wrongType, fc.nat(8))
    .map(([no, type, size]) => Uint8Array.of(no * 8 + type, size, ...new Array<number>(size).fill(0)));
}

function text(value: fc.Arbitrary<string>): fc.Arbitrary<Uint8Array> {
  const broken = fc.constantFrom(
    [0xff],
    [0xc0, 0xaf],
    [0xed, 0xa0, 0x80],
    [0x61, 0xe2, 0x82],
    [0xf4, 0x90, 0x80, 0x80],
    [0xef, 0xbb, 0xbf, 0x61],
  );
  const bytes = value.map((characters) => Uint8Array.from(Buffer.from(characters)));
  return fc.oneof(
    { weight: 30, arbitrary: bytes },
    broken.map((list) => Uint8Array.from(list)),
  );
}

/** In its shortest form, sometimes with more bytes than it needs. */
function varint(value: number, moreBytes: number): fc.Arbitrary<Uint8Array> {
  return fc.oneof({ weight: 15, arbitrary: fc.constant(0) }, fc.nat(moreBytes)).map((more) => {
    const bytes: number[] = [];
    let left = value;
    for (; left >= 128; left = Math.floor(left / 128)) bytes.push((left % 128) + 128);
    bytes.push(left);
    for (let added = 0; added < more; added++) {
      bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) + 128;
      bytes.push(0);
    }
    return Uint8Array.from(bytes);
  });
}

function concat(pieces: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(pieces));
}
