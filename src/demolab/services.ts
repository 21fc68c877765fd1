// How the lab is reached: its services, and what their addresses are.

/** What the lab can serve, in the order of its addresses; each gets a listener of its own. */
export const DEMO_SERVICES = ['sync_struct', 'pc_rpc', 'broadcast', 'logging'] as const;

export type DemoService = (typeof DEMO_SERVICES)[number];

const SCHEMES: { readonly [S in DemoService]: string } = {
  sync_struct: 'sipyco+sync',
  pc_rpc: 'sipyco+rpc',
  broadcast: 'sipyco+broadcast',
  logging: 'sipyco+log',
};

/** One address for each of `names`: notifiers, targets, channels; a log server has none. */
export function addressesOf(
  service: DemoService,
  endpoint: string,
  names: readonly string[],
): string[] {
  const base = `${SCHEMES[service]}://${endpoint}`;
  return names.length === 0 ? [base] : names.map(name => `${base}/${name}`);
}
