// An expression becomes a value: names are looked up, functions called, numbers reckoned with.

import { PyDict, PySet, PythonError, type PyValue, Tuple, typeName } from '../../values/index.js';
import { applySign, operate } from './arithmetic.js';
import { type Call, type Expression, placed, raisedAt } from './expression.js';
import { type IScope, PyFunction } from './functions.js';
import { hashing } from './known.js';
import { readExpression } from './reader.js';

/**
 * The value of `text`, names as `scope` knows them. Arguments are evaluated from left to right, and a
 * remote call waits for its answer before the next begins.
 * @throws {ParseError} with the position: not an expression, refused, or Python would have raised.
 * @throws {LimitError} something grew too large. What a function itself throws passes.
 */
export async function evaluate(text: string, scope: IScope): Promise<PyValue> {
  return valueFrom(readExpression(text), scope);
}

async function valueFrom(expression: Expression, scope: IScope): Promise<PyValue> {
  const { at } = expression;
  switch (expression.type) {
    case 'value':
      return expression.value;
    case 'name':
      return lookup(expression.name, at, scope);
    case 'call':
      return called(expression, at, scope);
    case 'sign': {
      const operand = await valueFrom(expression.operand, scope);
      return placed(at, () => applySign(expression.sign, operand));
    }
    case 'operation': {
      let value = await valueFrom(expression.first, scope);
      for (const step of expression.rest) {
        const left = value;
        const right = await valueFrom(step.operand, scope);
        value = placed(step.at, () => operate(step.operator, left, right));
      }
      return value;
    }
    case 'sequence': {
      const items = await valuesFrom(expression.items, scope);
      if (expression.kind !== 'set') {
        return expression.kind === 'list' ? items : new Tuple(items);
      }
      const set = new PySet();
      items.forEach((item, i) => {
        hashing(expression.items[i]!.at, () => set.add(item));
      });
      return set;
    }
    case 'dict': {
      const dict = new PyDict();
      for (const [key, value] of expression.entries) {
        const name = await valueFrom(key, scope);
        const item = await valueFrom(value, scope);
        hashing(key.at, () => dict.set(name, item));
      }
      return dict;
    }
  }
}

async function valuesFrom(expressions: readonly Expression[], scope: IScope): Promise<PyValue[]> {
  const values: PyValue[] = [];
  for (const expression of expressions) {
    values.push(await valueFrom(expression, scope));
  }
  return values;
}

function lookup(name: string, at: number, scope: IScope): PyValue {
  const value = scope.lookup(name);
  if (value === undefined) {
    throw raisedAt(scope.unknown(name), at);
  }
  return value;
}

async function called(call: Call, at: number, scope: IScope): Promise<PyValue> {
  const callee = lookup(call.name, at, scope);
  if (!(callee instanceof PyFunction)) {
    throw raisedAt(
      new PythonError('TypeError', `'${typeName(callee)}' object is not callable`),
      at,
    );
  }
  const args = await valuesFrom(call.args, scope);
  const keywords: [string, PyValue][] = [];
  for (const [keyword, expression] of call.keywords) {
    keywords.push([keyword, await valueFrom(expression, scope)]);
  }
  try {
    return await callee.call({ args, keywords });
  } catch (error) {
    throw error instanceof PythonError ? raisedAt(error, at) : error;
  }
}
