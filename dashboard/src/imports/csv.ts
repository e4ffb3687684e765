/** Just enough CSV to show people the rows of their own file again. What counts is how the server read it. */

/** Records of a CSV text by RFC 4180: the header first. A line break inside quotes does not end a record. */
export function parseCsv(text: string): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  let cell = '';
  let quoted = false;
  const endCell = (): void => {
    record.push(cell);
    cell = '';
  };
  const endRecord = (): void => {
    endCell();
    // An empty line is no record.
    if (record.length > 1 || record[0] !== '') records.push(record);
    record = [];
  };
  const source = text.replace(/^\uFEFF/, '');
  for (let at = 0; at < source.length; at++) {
    const character = source[at]!;
    if (quoted) {
      if (character !== '"') cell += character;
      else if (source[at + 1] === '"') {
        cell += '"';
        at++;
      } else quoted = false;
    } else if (character === '"' && cell === '') quoted = true;
    else if (character === ',') endCell();
    else if (character === '\n') endRecord();
    else if (character !== '\r') cell += character;
  }
  if (cell !== '' || record.length > 0) endRecord();
  return records;
}

/** Cells that a spreadsheet would take for a formula. */
const FORMULA = /^[=+\-@\t\r]/;

function quote(cell: string): string {
  const safe = FORMULA.test(cell) && Number.isNaN(Number(cell)) ? `'${cell}` : cell;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function writeCsv(records: readonly (readonly string[])[]): string {
  return records.map((record) => `${record.map(quote).join(',')}\r\n`).join('');
}

/** The rows that were rejected, as they stand in the file, with the reasons in a column of their own. */
export function rejectedRows(
  text: string,
  errors: readonly { readonly row: number; readonly column: string | null; readonly message: string }[],
  reasonColumn: string,
): string {
  const [header = [], ...rows] = parseCsv(text);
  const reasons = new Map<number, string[]>();
  for (const { row, column, message } of errors) reasons.set(row, [...(reasons.get(row) ?? []), column ? `${column}: ${message}` : message]);
  const rejected = [...reasons]
    .sort(([a], [b]) => a - b)
    // The header is row 1, as a spreadsheet counts.
    .map(([row, why]) => [...(rows[row - 2] ?? []), why.join('; ')]);
  return writeCsv([[...header, reasonColumn], ...rejected]);
}
