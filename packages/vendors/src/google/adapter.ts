import { readFileSync } from 'node:fs';
import type { Adapter } from '../adapter.ts';
import { Http } from '../http.ts';
import { GoogleClient } from './client.ts';
import { GoogleVendor } from './google-vendor.ts';
import { serviceAccountSchema, TokenSource, type ServiceAccount } from './token-source.ts';

const DEFAULT_URL = 'https://reseller.googleapis.com';

/** Google's Workspace Reseller API v1, spoken as a service account that acts for an administrator of the reseller. */
export const GOOGLE: Adapter = {
  code: 'GOOGLE',
  platform: 'RESELLER_API',
  settings: [
    { name: 'GOOGLE_SERVICE_ACCOUNT', description: 'path of the JSON file of the service account', required: true, secret: false },
    { name: 'GOOGLE_ADMIN', description: 'e-mail of the administrator of the reseller to act as', required: true, secret: false },
    { name: 'GOOGLE_URL', description: `where the API is; ${DEFAULT_URL} where left out`, required: false, secret: false },
    { name: 'GOOGLE_TOKEN_URL', description: 'where access tokens are given; what the file says where left out', required: false, secret: false },
  ],
  open: (settings) => {
    const account = readServiceAccount(settings['GOOGLE_SERVICE_ACCOUNT']!);
    const http = new Http();
    const tokens = new TokenSource(http, account, settings['GOOGLE_ADMIN']!, settings['GOOGLE_TOKEN_URL'] || account.token_uri);
    return new GoogleVendor(new GoogleClient(http, tokens, settings['GOOGLE_URL'] || DEFAULT_URL));
  },
};

/** @throws Error naming the setting, and never what is in the file: a parser's complaint would quote the key */
function readServiceAccount(file: string): ServiceAccount {
  const read = serviceAccountSchema.safeParse(parsed(textOf(file)));
  if (read.success) return read.data;
  const lacking = read.error.issues.map(({ path }) => path.join('.')).filter(Boolean);
  throw new Error(`GOOGLE_SERVICE_ACCOUNT: ${file} ${lacking.length > 0 ? `lacks ${lacking.join(', ')}` : 'is not the JSON file of a service account'}`);
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`GOOGLE_SERVICE_ACCOUNT: ${(error as Error).message}`, { cause: error });
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
