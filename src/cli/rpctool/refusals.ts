// Python that an expression may hold elsewhere, by the name people know it under.

/** What every refusal says. */
export const HINT =
  'values, calls by name and arithmetic on numbers are read; nothing of Python is evaluated';

/** What begins with these words where a value should stand. */
const WORDS: ReadonlyMap<string, string> = new Map([
  ['lambda', 'a lambda'],
  ['not', 'a boolean operator'],
  ['await', 'await'],
  ['yield', 'yield'],
  ...'and or'.split(' ').map(word => [word, 'a boolean operator'] as const),
  ...'in is'.split(' ').map(word => [word, 'a comparison'] as const),
  ...(
    'as assert async break class continue def del elif else except finally for from global if import ' +
    'nonlocal pass raise return try while with'
  )
    .split(' ')
    .map(word => [word, 'a statement'] as const),
]);

/** What follows a value with these words or characters. */
const BEHIND: ReadonlyMap<string, string> = new Map([
  ['[', 'a subscript'],
  ['.', 'an attribute'],
  ['for', 'a comprehension'],
  ['async', 'a comprehension'],
  ['if', 'a conditional expression'],
  ['else', 'a conditional expression'],
  ['and', 'a boolean operator'],
  ['or', 'a boolean operator'],
  ['not', 'a comparison'],
  ['in', 'a comparison'],
  ['is', 'a comparison'],
]);

/** The longer before the shorter that it begins with. */
export const OPERATOR_REFUSALS: readonly (readonly [string, string])[] = [
  [':=', 'an assignment expression'],
  ['<<', 'a bitwise operator'],
  ['>>', 'a bitwise operator'],
  ['==', 'a comparison'],
  ['!=', 'a comparison'],
  ['<=', 'a comparison'],
  ['>=', 'a comparison'],
  ['<', 'a comparison'],
  ['>', 'a comparison'],
  ['=', 'an assignment'],
  ['@', 'a matrix product'],
  ['&', 'a bitwise operator'],
  ['|', 'a bitwise operator'],
  ['^', 'a bitwise operator'],
  [';', 'a statement'],
];

/** What the keyword begins, or null where `word` is none. */
export function constructWord(word: string): string | null {
  return WORDS.get(word) ?? null;
}

export function constructBehind(text: string): string | null {
  return BEHIND.get(text) ?? null;
}
