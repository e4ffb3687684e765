import { describe, expect, it } from 'vitest';
import { parseCsv, rejectedRows, writeCsv } from './csv.ts';

describe('reading CSV', () => {
  it.each([
    [
      'plain',
      'a,b\n1,2\n',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'without a last line break',
      'a,b\r\n1,2',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'quotes, commas and line breaks in cells',
      'a,b\n"1,5","say ""hi""\nthere"\n',
      [
        ['a', 'b'],
        ['1,5', 'say "hi"\nthere'],
      ],
    ],
    ['a byte order mark and empty lines', '\uFEFFa\n\n1\n', [['a'], ['1']]],
    [
      'empty cells',
      'a,b,c\n,,\n',
      [
        ['a', 'b', 'c'],
        ['', '', ''],
      ],
    ],
  ])('%s', (_, text, records) => expect(parseCsv(text)).toEqual(records));
});

describe('writing CSV', () => {
  it('reads back what it wrote', () => {
    const records = [
      ['a', 'b'],
      ['1,5', 'x\n"y"'],
    ];
    expect(parseCsv(writeCsv(records))).toEqual(records);
  });

  it('keeps a spreadsheet from running what a cell says, and leaves numbers alone', () => {
    expect(writeCsv([['=1+1', '@cmd', '-5', '+49 30']])).toBe(`'=1+1,'@cmd,-5,'+49 30\r\n`);
  });
});

it('puts the reasons beside the rejected rows', () => {
  const text = 'number,name\nA,Ann\nB,\nC,Carl\n';
  const errors = [
    { row: 3, column: 'name', message: 'name is required' },
    { row: 3, column: null, message: 'the row repeats row 2; keep one' },
  ];
  expect(rejectedRows(text, errors, 'reason')).toBe('number,name,reason\r\nB,,name: name is required; the row repeats row 2; keep one\r\n');
});
