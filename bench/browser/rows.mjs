// Rows of the browser benches, for people or (`--json`) for bench/run.mjs.

export function print(rows) {
  for (const row of rows) {
    const { case: name, ours, unit, target, ok, note } = row;
    const more = note === undefined ? '' : `; ${note}`;
    const verdict = target === undefined ? '' : ` (${target}) ${ok ? 'ok' : 'MISSED'}`;
    console.log(
      process.argv.includes('--json')
        ? JSON.stringify(row)
        : `${name}: ${ours} ${unit}${verdict}${more}`,
    );
  }
}

/** A row without a peer; `target` is e.g. `>= 50` or `<= 4`, or null: the figure is only told. */
export function row(name, unit, value, target, note) {
  const ours = Number(value.toPrecision(3));
  if (target === null) {
    return { case: name, unit, ours, peer: null, ratio: null, note };
  }
  const [sign, bound] = target.split(' ');
  const ok = sign === '>=' ? ours >= Number(bound) : ours <= Number(bound);
  return { case: name, unit, ours, peer: null, ratio: null, target: `${target} ${unit}`, ok, note };
}

/** The value below which a share of `values` lies. */
export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.length === 0
    ? Number.NaN
    : sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}
