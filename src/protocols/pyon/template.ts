// Python literals inside TypeScript.

import { ParseError, type PyValue } from '../../values/index.js';
import { toolsOf } from './pyon.js';
import { readTemplate } from './readv1.js';
import { Source } from './source.js';

/**
 * The value of a Python literal: ``py`(1, 2.5, {"a": 3})` ``. Interpolations are values, wherever a
 * value may stand: ``py`{"x": ${array}}` ``. A JavaScript number is a Python float; write an int as
 * `${3n}` or in the literal itself. Backslashes mean what they mean in Python.
 * @throws {ParseError} not a literal; `position` counts characters of the template, each
 * interpolation as one.
 */
export function py(strings: TemplateStringsArray, ...values: PyValue[]): PyValue {
  const { raw } = strings;
  const nul = raw.findIndex(part => part.includes('\0'));
  if (nul >= 0) {
    throw new ParseError(
      'expected no NUL character in a template, found U+0000',
      { position: raw[nul]?.indexOf('\0') ?? 0, expected: 'no NUL character', found: 'U+0000' },
      { protocol: 'pyon' },
    );
  }
  const tools = toolsOf({});
  return readTemplate(new Source(raw.join('\0'), tools.limits), tools, values);
}
