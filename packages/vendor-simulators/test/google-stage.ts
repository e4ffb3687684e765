/** A simulated Google, and a program that signs in to it and calls it as its documentation says. */
import { createPrivateKey, sign } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect } from 'vitest';
import { startSimulator, type JournalEntry, type Simulator } from '../src/frame/simulator.ts';
import { GOOGLE } from '../src/google/google.ts';

export const SKU = '1010020027';
/** An article that is no Workspace subscription. */
export const ADD_ON = '1010330004';

let dataDir: string;
let simulator: Simulator;
let token: string;

/** One simulator for each test of the file that calls this. */
export function useGoogle(): void {
  beforeEach(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'google-'));
    simulator = await startSimulator(GOOGLE, { dataDir });
    token = await signIn();
  });
  afterEach(async () => {
    await simulator.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });
}

export const connection = (): Readonly<Record<string, string>> => simulator.connection;
export const signOut = (): void => void (token = '');

/** Ends it and starts it again over the same folder; nobody is signed in to it then. */
export async function restart(): Promise<void> {
  await simulator.stop();
  // Connections that are kept alive notice a moment later that it is gone.
  await new Promise((resolve) => setTimeout(resolve, 50));
  simulator = await startSimulator(GOOGLE, { dataDir, durable: true });
}

export async function journal(): Promise<JournalEntry[]> {
  return ((await (await fetch(`${simulator.url}/__sim/journal`)).json()) as { entries: JournalEntry[] }).entries;
}

export interface Sub {
  readonly subscriptionId: string;
  readonly customerId: string;
  readonly status: string;
  readonly suspensionReasons?: string[];
  readonly creationTime: string;
  readonly plan: { readonly planName: string; readonly isCommitmentPlan: boolean; readonly commitmentInterval?: { startTime: string; endTime: string } };
  readonly seats: Record<string, unknown>;
  readonly trialSettings: { readonly isInTrial: boolean; readonly trialEndTime?: string };
  readonly renewalSettings?: { readonly renewalType: string };
}
export interface Got<T = Sub> {
  readonly status: number;
  readonly body: T;
  /** Google's word for what is wrong. */
  readonly reason: string | undefined;
}

export function assertion(claims: object, header: object = { alg: 'RS256', typ: 'JWT' }): string {
  const account = JSON.parse(readFileSync(simulator.connection['GOOGLE_SERVICE_ACCOUNT']!, 'utf8')) as Record<string, string>;
  const now = Math.floor(Date.now() / 1000);
  const usual = {
    iss: account['client_email'],
    sub: simulator.connection['GOOGLE_ADMIN'],
    scope: 'https://www.googleapis.com/auth/apps.order',
    aud: account['token_uri'],
    iat: now,
    exp: now + 3600,
  };
  const part = (of: object): string => Buffer.from(JSON.stringify(of)).toString('base64url');
  const signed = `${part(header)}.${part({ ...usual, ...claims })}`;
  return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), createPrivateKey(account['private_key']!)).toString('base64url')}`;
}

export const grant = (jwt: string, type = 'urn:ietf:params:oauth:grant-type:jwt-bearer'): Promise<Response> =>
  fetch(simulator.connection['GOOGLE_TOKEN_URL']!, { method: 'POST', body: new URLSearchParams({ grant_type: type, assertion: jwt }) });

export async function signIn(): Promise<string> {
  token = ((await (await grant(assertion({}))).json()) as { access_token: string }).access_token;
  return token;
}

export async function call<T = Sub>(method: string, path: string, body?: object): Promise<Got<T>> {
  const response = await fetch(`${simulator.apiUrl}/apps/reseller/v1/${path}`, {
    method,
    headers: { authorization: `Bearer ${token}` },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const text = await response.text();
  const read = (text ? JSON.parse(text) : undefined) as T;
  return { status: response.status, body: read, reason: (read as { error?: { errors: { reason: string }[] } } | undefined)?.error?.errors[0]?.reason };
}

export const control = async (path: string, body: object): Promise<void> => {
  const response = await fetch(`${simulator.url}/__sim/${path}`, { method: 'POST', body: JSON.stringify(body) });
  expect(response.status).toBe(200);
};
export const clock = (now: string): Promise<void> => control('clock', { now }).then(async () => void (await signIn()));

let count = 0;
/** Valid unless told otherwise. */
export const aCustomer = (overrides: object = {}): object => ({
  customerDomain: `c${(count += 1)}.example`,
  alternateEmail: 'owner@elsewhere.example',
  phoneNumber: '+4930123456',
  postalAddress: { contactName: 'Ada', organizationName: 'Ada AG', countryCode: 'DE', postalCode: '10115' },
  ...overrides,
});
export const newCustomer = async (): Promise<string> => (await call<{ customerId: string }>('POST', 'customers', aCustomer())).body.customerId;

export const asked = (planName: string, seats = 10, more: object = {}): object => ({
  skuId: SKU,
  plan: { planName },
  seats: planName.startsWith('ANNUAL') ? { numberOfSeats: seats } : { maximumNumberOfSeats: seats },
  ...more,
});
export const insert = (customer: string, body: object): Promise<Got> => call('POST', `customers/${customer}/subscriptions`, body);
export const verb = ({ customerId, subscriptionId }: Sub, name: string, body?: object): Promise<Got> =>
  call('POST', `customers/${customerId}/subscriptions/${subscriptionId}/${name}`, body);
export const now = ({ customerId, subscriptionId }: Sub): Promise<Got> => call('GET', `customers/${customerId}/subscriptions/${subscriptionId}`);
