/** Fields of a request, whatever the case of their names: clients in use write `ApprovalCode` and `approvalCode`. */
export class Fields {
  readonly #values: ReadonlyMap<string, unknown>;

  constructor(value: unknown) {
    const entries = typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
    this.#values = new Map(entries.map(([name, inner]) => [name.toLowerCase(), inner]));
  }

  /** Whether it was sent at all, be it as null. */
  has(name: string): boolean {
    return this.#values.has(name.toLowerCase());
  }

  get(name: string): unknown {
    return this.#values.get(name.toLowerCase());
  }

  /** Empty where it is missing or no text. */
  text(name: string): string {
    const value = this.get(name);
    return typeof value === 'string' ? value.trim() : '';
  }

  /** Undefined where it is missing or no whole number. */
  whole(name: string): number | undefined {
    const value = this.get(name);
    return Number.isSafeInteger(value) ? (value as number) : undefined;
  }

  /** Epoch milliseconds; undefined where it is missing or no instant. */
  instant(name: string): number | undefined {
    const at = Date.parse(this.text(name));
    return Number.isNaN(at) ? undefined : at;
  }

  within(name: string): Fields {
    return new Fields(this.get(name));
  }
}
