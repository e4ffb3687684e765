/** Accounts as customers of Microsoft. */
import { rejected, succeeded, unknown, type Call, type Finding, type Outcome, type Reading, type VendorAccount, type VendorCustomer } from '../vendor.ts';
import { customerBody, domainIsDerived, domainOf } from './parameters.ts';
import { at, type PartnerCenter } from './partner-center.ts';
import { collectionOf, customerSchema } from './resources.ts';

export class Customers {
  readonly #partnerCenter: PartnerCenter;

  constructor(partnerCenter: PartnerCenter) {
    this.#partnerCenter = partnerCenter;
  }

  async create(call: Call, account: VendorAccount): Promise<Outcome<VendorCustomer>> {
    // A reseller is no customer: it is known by its partner id, and that is sent with each order.
    if (account.role === 'RESELLER') return succeeded({ vendorCustomerId: undefined });
    if (account.vendorCustomerId) return await this.#known(call, account.vendorCustomerId);
    const written = await this.#partnerCenter.write(call, 'customer', { method: 'POST', path: '/customers', body: customerBody(account) });
    if (written.kind === 'REJECTED' && written.rejection === 'CONFLICT_STATE') return await this.#taken(call, account, written.message, written.vendorCode);
    if (written.kind !== 'SUCCEEDED') return written;
    const { data } = customerSchema.safeParse(written.value.json);
    if (!data) return unknown('a customer was created, and its id cannot be read');
    const { password, userName } = data.userCredentials ?? {};
    return succeeded({
      vendorCustomerId: data.id,
      // Microsoft shows it this once.
      ...(password ? { secret: { name: `Password of ${userName ?? 'admin'}@${domainOf(account)}`, value: password } } : {}),
    });
  }

  /** The domain is unique at Microsoft, so whoever has it there tells whether the account was created. */
  async resolve(call: Call, account: VendorAccount): Promise<Reading<Finding>> {
    if (account.role === 'RESELLER') return succeeded({ kind: 'APPLIED', customer: { vendorCustomerId: undefined } });
    const found = await this.#find(call, account);
    if (found.kind !== 'SUCCEEDED') return found;
    const { customer, asOf } = found.value;
    if (!customer) return succeeded({ kind: 'NOT_APPLIED', asOf });
    if (customer.companyName !== account.companyName) {
      return succeeded({
        kind: 'CANNOT_TELL',
        message: `${domainOf(account)} belongs to "${customer.companyName ?? '?'}" at Microsoft, customer ${customer.id}`,
      });
    }
    return succeeded({ kind: 'APPLIED', customer: { vendorCustomerId: customer.id } });
  }

  async #known(call: Call, id: string): Promise<Outcome<VendorCustomer>> {
    const read = await this.#partnerCenter.read(call, at('customers', id), customerSchema);
    return read.kind === 'SUCCEEDED' ? succeeded({ vendorCustomerId: read.value.value.id }) : read;
  }

  /**
   * Somebody has the domain. It is this account's own only where the domain is made from its number: one that was typed
   * in may be that of another reseller's customer, who must not be taken over by naming their domain.
   */
  async #taken(call: Call, account: VendorAccount, message: string, vendorCode: string | undefined): Promise<Outcome<VendorCustomer>> {
    const found = domainIsDerived(account) ? await this.#find(call, account) : undefined;
    const customer = found?.kind === 'SUCCEEDED' ? found.value.customer : undefined;
    if (customer?.companyName === account.companyName) return succeeded({ vendorCustomerId: customer.id });
    return rejected('DUPLICATE', `the domain ${domainOf(account)} is taken: ${message}`, vendorCode);
  }

  async #find(
    call: Call,
    account: VendorAccount,
  ): Promise<Reading<{ readonly customer: { readonly id: string; readonly companyName: string | undefined } | undefined; readonly asOf: number }>> {
    const domain = domainOf(account);
    const filter = JSON.stringify({ Field: 'Domain', Value: domain, Operator: 'starts_with' });
    const read = await this.#partnerCenter.read(call, `/customers?filter=${encodeURIComponent(filter)}`, collectionOf(customerSchema));
    if (read.kind !== 'SUCCEEDED') return read;
    const customer = read.value.value.items.find(({ companyProfile }) => companyProfile?.domain?.toLowerCase() === domain);
    return succeeded({ customer: customer && { id: customer.id, companyName: customer.companyProfile?.companyName ?? undefined }, asOf: read.value.asOf });
  }
}
