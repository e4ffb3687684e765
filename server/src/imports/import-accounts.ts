import { decideParent, type AccountKind } from '@cloudtill/domain/accounts/hierarchy';
import type { PoolClient } from 'pg';
import { newId } from '../platform/ids.ts';
import type { BookRow } from './book-file.ts';
import { Cells } from './cell.ts';
import type { Importer } from './importer.ts';
import type { ReportInTheMaking } from './report.ts';

interface NewAccount {
  readonly row: number;
  readonly id: string;
  readonly number: string;
  readonly kind: AccountKind;
  /** Empty: the provider. */
  readonly parent: string;
  readonly name: string;
  readonly email: string | null;
  readonly country: string;
  readonly currency: string;
}

interface KnownAccount {
  readonly id: string;
  readonly kind: AccountKind;
}

const BATCH = 5_000;

/** Accounts in any order: a parent may stand below its children. @rule A1 */
export const importAccounts: Importer = {
  columns: ['number', 'name', 'kind', 'parent', 'email', 'country', 'currency'],
  async take(rows, report, { client, now }) {
    const added = new Map<string, NewAccount>();
    for await (const source of rows) {
      const account = readAccount(source, report);
      if (!account) continue;
      const twin = added.get(account.number);
      if (twin) report.refuse(account.row, 'number', 'ROW_DUPLICATE', { row: twin.row });
      else added.set(account.number, account);
    }
    const known = await knownAccounts(client, added);
    for (const account of added.values()) checkPlace(account, added, known, report);
    return async () => {
      const ordered = parentsFirst(added);
      for (let index = 0; index < ordered.length; index += BATCH) {
        const batch = ordered
          .slice(index, index + BATCH)
          .map(({ parent, ...account }) => ({ ...account, parent_id: added.get(parent)?.id ?? known.get(parent)!.id }));
        await client.query(
          `insert into account (id, number, kind, parent_id, path, name, email, country, currency, locale, status, created_at, updated_at)
           select id, number, kind, parent_id, '{}', name, email, country, currency, 'en', 'ACTIVE', $2, $2
             from jsonb_to_recordset($1) r (row int, id uuid, number text, kind text, parent_id uuid, name text, email text, country text, currency text) order by row`,
          [JSON.stringify(batch.map((account, place) => ({ ...account, row: place }))), now],
        );
      }
      return {};
    };
  },
};

function readAccount(source: BookRow, report: ReportInTheMaking): NewAccount | undefined {
  const cells = new Cells(report, source);
  const number = cells.text('number', 40);
  const name = cells.text('name', 200);
  const kind = cells.choice('kind', ['RESELLER', 'CUSTOMER']);
  const email = cells.email('email');
  const country = cells.country('country');
  const currency = cells.currency('currency');
  if (!number || !name || !kind || email === undefined || !country || !currency) return undefined;
  return { row: source.row, id: newId(), number, kind, parent: cells.raw('parent'), name, email, country, currency };
}

/** The accounts that the file names and the database has; the provider under the empty number as well. */
async function knownAccounts(client: PoolClient, added: ReadonlyMap<string, NewAccount>): Promise<Map<string, KnownAccount>> {
  const numbers = new Set([...added.values()].flatMap(({ number, parent }) => [number, parent]));
  const { rows } = await client.query<KnownAccount & { number: string }>(`select id, number, kind from account where number = any ($1) or kind = 'PROVIDER'`, [
    [...numbers],
  ]);
  const known = new Map(rows.map(({ id, number, kind }) => [number, { id, kind }]));
  const provider = rows.find(({ kind }) => kind === 'PROVIDER')!;
  return known.set('', { id: provider.id, kind: provider.kind });
}

function checkPlace(
  { row, number, kind, parent }: NewAccount,
  added: ReadonlyMap<string, NewAccount>,
  known: ReadonlyMap<string, KnownAccount>,
  report: ReportInTheMaking,
): void {
  if (known.has(number)) report.refuse(row, 'number', 'NUMBER_TAKEN', { number, kind: 'account' });
  const above = added.get(parent) ?? known.get(parent);
  if (!above) return report.refuse(row, 'parent', 'ACCOUNT_UNKNOWN', { account: parent });
  const placed = decideParent(kind, above.kind);
  if (!placed.allowed) report.refuse(row, 'parent', 'PARENT_KIND_NOT_ALLOWED', { ...placed.refusals[0]!.parameters });
  const seen = new Set([number]);
  for (let at = added.get(parent); at; at = added.get(at.parent)) {
    if (at.number === number) return report.refuse(row, 'parent', 'ACCOUNT_CYCLE', { account: number, parent });
    if (seen.has(at.number)) return; // a circle further up, told where it is
    seen.add(at.number);
  }
}

function parentsFirst(added: ReadonlyMap<string, NewAccount>): NewAccount[] {
  const ordered = new Set<NewAccount>();
  const visit = (account: NewAccount): void => {
    const parent = added.get(account.parent);
    if (parent && !ordered.has(parent)) visit(parent);
    ordered.add(account);
  };
  for (const account of added.values()) visit(account);
  return [...ordered];
}
