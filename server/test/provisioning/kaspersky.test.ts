/** A Kaspersky subscription from its order to its end, at a vendor that speaks KORM over mutual TLS. */
import { Plan } from '../../src/catalog/catalog.entities.ts';
import { Account } from '../../src/accounts/account.entity.ts';
import { decodeId } from '../../src/platform/ids.ts';
import { asActor, SYSTEM } from '../../src/platform/actor.ts';
import { orderSubscription } from '../../src/subscriptions/begin-subscription.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { key } from '../server.ts';
import { openSandbox, type Sandbox } from './sandbox.ts';

let sandbox: Sandbox;
let customer: string;
let planId: string;

beforeAll(async () => {
  sandbox = await openSandbox(['KASPERSKY']);
  const { operator } = sandbox;
  const provider = (await operator('{ account(number: "PROVIDER") { id } }')).data.account.id;
  const reseller = await sandbox.synchronized('KASPERSKY', { kind: 'RESELLER', number: 'R-KORM', parentId: provider, pin: 'AA00BB00' });
  customer = await sandbox.synchronized('KASPERSKY', { kind: 'CUSTOMER', number: 'C-KORM', parentId: reseller });
  const product = await operator(
    `mutation { createProduct(input: { code: "KES", name: "Endpoint", vendor: "KASPERSKY", provisioning: AUTOMATIC, pricing: QUOTED, idempotencyKey: "${key()}" }) { product { id } userErrors { code message } } }`,
  );
  const productId = product.data.createProduct.product.id;
  const plan = await operator(
    `mutation ($id: ID!) { createPlan(input: { productId: $id, sku: "KL1001XA*MG", name: "PAYG", billingPolicy: PAYG, minQuantity: 5, maxQuantity: 999, idempotencyKey: "${key()}" }) { plan { id } userErrors { code message } } }`,
    { id: productId },
  );
  planId = plan.data.createPlan.plan.id;
  await operator(
    `mutation ($id: ID!) { setPlanPrice(input: { planId: $id, currency: "EUR", listPrice: "3", vendorCost: "2", validFrom: "2020-01-01", idempotencyKey: "${key()}" }) { userErrors { code message } } }`,
    { id: planId },
  );
});
afterAll(() => sandbox.stop());

async function order(quantity: number): Promise<string> {
  const { app } = sandbox.server;
  const id = await asActor(app, SYSTEM, { operation: 'test' }, async (unit) => {
    const account = await unit.em.findOneOrFail(Account, { id: decodeId('acc', customer) });
    const plan = await unit.em.findOneOrFail(Plan, { id: decodeId('pln', planId) }, { populate: ['product'] });
    const made = await orderSubscription(unit, { account, plan, quantity, approvalCode: 'APR-1' });
    return made.allowed ? { allowed: true, value: made.value.id } : made;
  });
  return `sub_${id!}`;
}

const SHOWN = `query ($id: ID!) { subscription(id: $id) { number status quantity activatedAt vendorSubscriptionId platform licenseId activationCode approvalCode
  changes { nodes { kind quantity actor } } operations { id kind state attempts message needsAttention calls { purpose outcome message } } } }`;

async function until<T>(look: () => Promise<T>, done: (seen: T) => boolean, ms = 10_000): Promise<T> {
  for (const end = Date.now() + ms; ;) {
    const seen = await look();
    if (done(seen)) return seen;
    if (Date.now() > end) throw new Error(`not in ${ms} ms: ${JSON.stringify(seen)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const shown = async (id: string): Promise<any> => (await sandbox.operator(SHOWN, { id })).data.subscription;
const settled = (id: string): Promise<any> =>
  until(
    () => shown(id),
    ({ operations }) => ['SUCCEEDED', 'FAILED'].includes(operations[0].state),
  );

describe('a subscription at KORM', () => {
  let id: string;

  it('is delivered with its code, and begins then', async () => {
    id = await order(25);
    const subscription = await settled(id);
    expect(subscription).toMatchObject({ status: 'ACTIVE', quantity: 25, platform: 'KORM', approvalCode: 'APR-1' });
    expect(subscription.activationCode).toMatch(/^\w{5}(-\w{5}){3}$/);
    expect(subscription.changes.nodes.map(({ kind }: { kind: string }) => kind)).toEqual(['ACTIVATION_CODE', 'ACTIVATE']);
    const created = (await sandbox.journal('KASPERSKY')).filter(({ op, committed }) => op === 'create' && committed);
    expect(created).toHaveLength(1);
    expect(created[0]!.request.body).toMatchObject({
      Quantity: 25,
      ApprovalCode: 'APR-1',
      Distributor: { Reseller: 'AA00BB00' },
      DeliveryEmail: 'keys@c-korm.example',
    });
  });

  it('shows its code to those who may see it, and the trail says who looked', async () => {
    const customerSees = await sandbox.operator('query ($id: ID!) { auditEvents(filter: { subjectId: $id }, first: 20) { nodes { action } } }', { id });
    expect(customerSees.data.auditEvents.nodes.map(({ action }: { action: string }) => action)).toContain('revealActivationCode');
  });

  it('changes its quantity at the vendor first, and keeps its code', async () => {
    const before = await shown(id);
    const { data } = await sandbox.operator(
      `mutation ($input: ChangeSubscriptionQuantityInput!) { changeSubscriptionQuantity(input: $input) { subscription { quantity activationCode } operation { id state kind } userErrors { code message } } }`,
      { input: { subscriptionId: id, quantity: 20, idempotencyKey: key() } },
    );
    expect(data.changeSubscriptionQuantity).toMatchObject({
      subscription: { quantity: 20, activationCode: before.activationCode },
      operation: { state: 'SUCCEEDED', kind: 'QUANTITY' },
      userErrors: [],
    });
    expect((await sandbox.journal('KASPERSKY')).findLast(({ committed }) => committed)).toMatchObject({
      op: 'modifyquantity',
      request: { body: { Quantity: 20 } },
    });
  });

  it('agrees with the vendor', async () => {
    const { data } = await sandbox.operator(
      `mutation { reconcileVendor(input: { vendor: "KASPERSKY", idempotencyKey: "${key()}" }) { job { id } userErrors { code } } }`,
    );
    const job = await sandbox.server.finished(data.reconcileVendor.job.id);
    expect(job).toMatchObject({ state: 'SUCCEEDED' });
    expect((await sandbox.operator('{ drifts { nodes { field ours theirs } } }')).data.drifts.nodes).toEqual([]);
  });

  it('cannot be paused: the vendor has no such thing', async () => {
    const { data } = await sandbox.operator(
      `mutation ($id: ID!) { suspendSubscription(input: { subscriptionId: $id, idempotencyKey: "${key()}" }) { userErrors { code } } }`,
      { id },
    );
    expect(data.suspendSubscription.userErrors).toEqual([{ code: 'VENDOR_CANNOT' }]);
  });

  it('ends for good, and never runs again', async () => {
    const { data } = await sandbox.operator(
      `mutation ($id: ID!) { terminateSubscription(input: { subscriptionId: $id, confirmIrreversible: true, idempotencyKey: "${key()}" }) { subscription { status } operation { state } userErrors { code message } } }`,
      { id },
    );
    expect(data.terminateSubscription).toMatchObject({ subscription: { status: 'TERMINATED' }, operation: { state: 'SUCCEEDED' }, userErrors: [] });
    const again = await sandbox.operator(
      `mutation ($id: ID!) { resumeSubscription(input: { subscriptionId: $id, idempotencyKey: "${key()}" }) { userErrors { code } } }`,
      { id },
    );
    expect(again.data.resumeSubscription.userErrors).toEqual([{ code: 'REACTIVATION_NOT_ALLOWED' }]);
  });

  it('is another one when it is ordered again: new id, new code', async () => {
    const before = await shown(id);
    const after = await settled(await order(25));
    expect(after.status).toBe('ACTIVE');
    expect(after.vendorSubscriptionId).not.toBe(before.vendorSubscriptionId);
    expect(after.activationCode).not.toBe(before.activationCode);
  });
});

describe('when KORM fails', () => {
  it.each([
    ['COMMIT_THEN_DROP', 'UNKNOWN'],
    ['COMMIT_THEN_500', 'UNKNOWN'],
    ['TRUNCATED_JSON', 'UNKNOWN'],
    ['TIMEOUT_BEFORE_COMMIT', 'UNKNOWN'],
    ['HTTP_429', 'THROTTLED'],
    ['HTTP_503', 'UNKNOWN'],
  ])('%s: it is delivered once', async (fault, first) => {
    const committed = async (): Promise<number> => (await sandbox.journal('KASPERSKY')).filter((entry) => entry.op === 'create' && entry.committed).length;
    const before = await committed();
    await sandbox.tell('KASPERSKY', 'faults', [{ match: { op: 'create' }, fault, retryAfter: 1 }]);
    const subscription = await settled(await order(10));
    expect(subscription).toMatchObject({ status: 'ACTIVE' });
    expect(subscription.operations[0].calls.at(-1)).toMatchObject({ purpose: 'SEND', outcome: first });
    expect(await committed()).toBe(before + 1);
  });
});

describe('a plan switch at KORM', () => {
  it('is a change of quantity there, and leaves no difference', async () => {
    const { operator } = sandbox;
    const products = await operator('{ products { nodes { id code } } }');
    const productId = products.data.products.nodes.find(({ code }: { code: string }) => code === 'KES').id;
    const made = await operator(
      `mutation ($id: ID!) { createPlan(input: { productId: $id, sku: "KL1001XA*LARGE", name: "PAYG, large", billingPolicy: PAYG, minQuantity: 1000, maxQuantity: 9999, idempotencyKey: "${key()}" }) { plan { id } userErrors { code message } } }`,
      { id: productId },
    );
    const large = made.data.createPlan.plan.id;
    await operator(
      `mutation ($id: ID!) { setPlanPrice(input: { planId: $id, currency: "EUR", listPrice: "2", vendorCost: "1", validFrom: "2020-01-01", idempotencyKey: "${key()}" }) { userErrors { code message } } }`,
      { id: large },
    );
    const subscription = await settled(await order(500));
    const { data } = await operator(
      `mutation ($input: SwitchSubscriptionPlanInput!) { switchSubscriptionPlan(input: $input) { subscription { quantity plan { sku } activationCode } operation { state kind } userErrors { code message } } }`,
      {
        input: {
          subscriptionId: (await operator('query ($n: String!) { subscription(number: $n) { id } }', { n: subscription.number })).data.subscription.id,
          planId: large,
          quantity: 1200,
          idempotencyKey: key(),
        },
      },
    );
    expect(data.switchSubscriptionPlan).toMatchObject({
      subscription: { quantity: 1200, plan: { sku: 'KL1001XA*LARGE' }, activationCode: subscription.activationCode },
      operation: { state: 'SUCCEEDED', kind: 'PLAN' },
      userErrors: [],
    });
    const compared = await operator(
      `mutation { reconcileVendor(input: { vendor: "KASPERSKY", idempotencyKey: "${key()}" }) { job { id } userErrors { code } } }`,
    );
    await sandbox.server.finished(compared.data.reconcileVendor.job.id);
    expect((await operator('{ drifts { nodes { field ours theirs } } }')).data.drifts.nodes).toEqual([]);
  });

  it('is told when it was scheduled, once its time has come', async () => {
    const { operator } = sandbox;
    const subscription = await settled(await order(30));
    const { id } = (await operator('query ($n: String!) { subscription(number: $n) { id } }', { n: subscription.number })).data.subscription;
    const { now } = (await operator('{ viewer { clock { now } } }')).data.viewer.clock;
    const at = new Date(Date.parse(now) + 3_600_000).toISOString();
    const { data } = await operator(
      `mutation ($input: ChangeSubscriptionQuantityInput!) { changeSubscriptionQuantity(input: $input) { operation { state } subscription { quantity } userErrors { code message } } }`,
      { input: { subscriptionId: id, quantity: 44, effectiveAt: at, idempotencyKey: key() } },
    );
    expect(data.changeSubscriptionQuantity).toMatchObject({ operation: { state: 'SUCCEEDED' }, subscription: { quantity: 30 }, userErrors: [] });
    await operator('mutation ($to: DateTime!) { advanceClock(input: { to: $to }) { userErrors { code } } }', {
      to: new Date(Date.parse(at) + 60_000).toISOString(),
    });
    await until(
      () => shown(id),
      ({ quantity, operations }) => quantity === 44 && operations[0].kind === 'CHANGE_QUANTITY' && operations[0].state === 'SUCCEEDED',
    );
    expect((await sandbox.journal('KASPERSKY')).findLast(({ committed }) => committed)).toMatchObject({
      op: 'modifyquantity',
      request: { body: { Quantity: 44 } },
    });
  });
});
