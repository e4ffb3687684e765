/** Who may what: the only place where roles and scopes turn into rights. */

/** Every right, with what it lets somebody do. */
export const PERMISSIONS = {
  'accounts:read': 'see accounts at and below one’s own',
  'accounts:write': 'create, change, hold, release, move and close accounts below one’s own',
  'catalog:read': 'see products and plans that one may order',
  'catalog:write': 'create and change vendors’ products, plans and list prices',
  'prices:read': 'see the price lists of sellers at and below one’s own account',
  'prices:write': 'create price lists, set their rates and assign them',
  'costs:read': 'see cost and margin of the edges on which one’s own account sells',
  'subscriptions:read': 'see subscriptions at and below one’s own account',
  'subscriptions:create': 'create a subscription without an order',
  'subscriptions:change': 'change quantity, plan and renewal of subscriptions, and terminate them',
  'charges:read': 'see and export charges',
  'charges:acknowledge': 'mark charges as taken over',
  'billing:read': 'see billing periods and runs',
  'billing:run': 'run billing for an open period',
  'billing:close': 'close a billing period',
  'books:import': 'upload files and import a book of business',
  'migrations:read': 'see plans and reports of migrations to another way of billing',
  'migrations:run': 'plan and run migrations to another way of billing',
  'jobs:read': 'see the progress of long work',
  'audit:read': 'see who did what',
  'clock:advance': 'move the sandbox clock',
  'sync:read': 'see how accounts are synchronized with vendors’ platforms',
  'sync:write': 'set how accounts are synchronized, and synchronize them',
  'provisioning:read': 'see what vendors were asked and what came of it',
  'provisioning:write': 'try again, resolve and settle what happened at vendors',
  'approvals:write': 'see and set vendors’ approval codes',
  'orders:read': 'see orders at and below one’s own account',
  'orders:place': 'configure and place orders for accounts at and below one’s own',
  'orders:approve': 'approve and reject orders of others',
  'orders:execute': 'execute orders',
  'metrics:read': 'read the metrics endpoint',
  'invoices:write': 'own invoices on behalf of an ERP',
  'orders:write': 'place and execute orders through the API',
  'mails:read': 'see the mails to accounts at and below one’s own',
  'mails:resend': 'send a mail again',
  'templates:write': 'see and change the templates of mails',
  'licenses:reveal': 'see activation codes',
} as const;

export type Permission = keyof typeof PERMISSIONS;

/** Roles of people. */
export const ROLES = {
  OPERATOR_ADMIN: 'Runs the provider’s panel and may do everything in it.',
  OPERATOR: 'Works for the provider: accounts, catalog, subscriptions and billing runs.',
  OPERATOR_FINANCE: 'Works for the provider: prices, billing and closing.',
  OPERATOR_SUPPORT: 'Works for the provider: sees, changes nothing, sees no cost.',
  RESELLER_ADMIN: 'Runs a reseller: its customers, price lists and subscriptions.',
  RESELLER: 'Works for a reseller: its customers’ subscriptions.',
  CUSTOMER_ADMIN: 'Runs a customer’s panel: sees and changes its subscriptions.',
  CUSTOMER: 'Sees a customer’s subscriptions and charges.',
} as const;

export type Role = keyof typeof ROLES;

const SEES: readonly Permission[] = ['accounts:read', 'catalog:read', 'subscriptions:read', 'charges:read', 'jobs:read', 'orders:read'];
const OPERATOR_SEES: readonly Permission[] = [
  ...SEES,
  'prices:read',
  'billing:read',
  'migrations:read',
  'audit:read',
  'mails:read',
  'sync:read',
  'provisioning:read',
];

const GRANTS: Readonly<Record<Role, readonly Permission[]>> = {
  OPERATOR_ADMIN: Object.keys(PERMISSIONS) as Permission[],
  OPERATOR: [
    ...OPERATOR_SEES,
    'accounts:write',
    'catalog:write',
    'prices:write',
    'costs:read',
    'subscriptions:create',
    'subscriptions:change',
    'billing:run',
    'books:import',
    'clock:advance',
    'mails:resend',
    'templates:write',
    'licenses:reveal',
    'sync:write',
    'provisioning:write',
    'approvals:write',
    'orders:place',
    'orders:approve',
    'orders:execute',
  ],
  OPERATOR_FINANCE: [...OPERATOR_SEES, 'prices:write', 'costs:read', 'billing:run', 'billing:close', 'charges:acknowledge', 'books:import', 'clock:advance'],
  OPERATOR_SUPPORT: OPERATOR_SEES,
  RESELLER_ADMIN: [
    ...SEES,
    'accounts:write',
    'prices:read',
    'prices:write',
    'costs:read',
    'subscriptions:change',
    'audit:read',
    'mails:read',
    'mails:resend',
    'licenses:reveal',
    'sync:read',
    'orders:place',
    'orders:approve',
  ],
  RESELLER: [...SEES, 'prices:read', 'subscriptions:change', 'licenses:reveal', 'sync:read', 'orders:place'],
  CUSTOMER_ADMIN: [...SEES, 'subscriptions:change', 'audit:read', 'mails:read', 'licenses:reveal', 'orders:place', 'orders:approve'],
  CUSTOMER: SEES,
};

export function permissionsOf(roles: readonly string[]): Set<Permission> {
  return new Set(roles.flatMap((role) => GRANTS[role as Role] ?? []));
}

/** Rights that a scope cannot be used without: a machine that orders also sees, places and executes what it orders. */
const IMPLIED: Readonly<Partial<Record<Permission, readonly Permission[]>>> = {
  'orders:write': ['orders:read', 'orders:place', 'orders:execute'],
};

/** A credential has the rights that its scopes name, and those without which they would be of no use. */
export function permissionsOfScopes(scopes: readonly string[]): Set<Permission> {
  return new Set(scopes.filter((scope): scope is Permission => scope in PERMISSIONS).flatMap((scope) => [scope, ...(IMPLIED[scope] ?? [])]));
}
