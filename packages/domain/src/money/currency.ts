/**
 * ISO 4217: how many decimals an amount has. The list is the standard's, not the runtime's: `Intl` says 0 for IQD and
 * MGA where ISO says 3 and 2, and money follows ISO.
 */
const MINOR_DIGITS: Readonly<Record<number, string>> = {
  0: 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF',
  2:
    'AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW ' +
    'CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ' +
    'ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV ' +
    'MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD ' +
    'SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD YER ZAR ZMW ZWG',
  3: 'BHD IQD JOD KWD LYD OMR TND',
  4: 'CLF UYW',
};

const digitsOf = new Map<string, number>();
for (const [digits, codes] of Object.entries(MINOR_DIGITS)) {
  for (const code of codes.split(' ')) digitsOf.set(code, Number(digits));
}

export const CURRENCY_CODES: readonly string[] = [...digitsOf.keys()].sort();

export function isCurrency(code: string): boolean {
  return digitsOf.has(code);
}

/**
 * Decimals of an amount in this currency: 0 for JPY, 2 for EUR, 3 for KWD.
 * @throws RangeError for a code that ISO 4217 does not list
 */
export function minorDigits(currency: string): number {
  const digits = digitsOf.get(currency);
  if (digits === undefined) throw new RangeError(`${JSON.stringify(currency)} is not an ISO 4217 currency`);
  return digits;
}
