/** The part of FFmpeg's expressions (libavutil/eval.c) that the choice of frames uses: the same order, lazy `if`, variables. */
type Value = (scope: Scope) => number;

export interface Scope {
  readonly names: Readonly<Record<string, number>>;
  /** The variables of `st` and `ld`. */
  readonly registers: number[];
}

const zero: Value = () => 0;

/** With three arguments, of which the missing ones are 0. */
const FUNCTIONS: Readonly<Record<string, (scope: Scope, a: Value, b: Value, c: Value) => number>> = {
  if: (scope, test, then, otherwise) => (test(scope) !== 0 ? then(scope) : otherwise(scope)),
  gt: (scope, a, b) => Number(a(scope) > b(scope)),
  gte: (scope, a, b) => Number(a(scope) >= b(scope)),
  lt: (scope, a, b) => Number(a(scope) < b(scope)),
  // As in C: a comparison with what is not a number is false.
  max: (scope, a, b) => ((x, y) => (x > y ? x : y))(a(scope), b(scope)),
  min: (scope, a, b) => ((x, y) => (x < y ? x : y))(a(scope), b(scope)),
  ld: (scope, at) => scope.registers[at(scope)] ?? 0,
  st: (scope, at, value) => (scope.registers[at(scope)] = value(scope)),
};

/** Parses an expression; throws on what it does not know. */
export function expressionOf(text: string): Value {
  const tokens = text.match(/[a-z]+|[\d.]+(?:e[+-]?\d+)?|[^\s]/g) ?? [];
  let at = 0;
  const expect = (token: string): void => {
    if (tokens[at++] !== token) throw new Error(`${token} expected at ${tokens.slice(at - 1, at + 5).join(' ')}`);
  };
  const chain = (
    operand: () => Value,
    operators: Readonly<Record<string, (a: number, b: number) => number>>,
  ): Value => {
    let left = operand();
    for (let apply = operators[tokens[at] ?? '']; apply !== undefined; apply = operators[tokens[at] ?? '']) {
      at += 1;
      const [a, b, combine] = [left, operand(), apply];
      left = (scope) => {
        const first = a(scope);
        return combine(first, b(scope));
      };
    }
    return left;
  };
  const primary = (): Value => {
    const token = tokens[at++] ?? '';
    if (/^[\d.]/.test(token)) return () => Number(token);
    if (token === '-')
      return (
        (value) => (scope: Scope) =>
          -value(scope)
      )(primary());
    if (token === '(') {
      const inner = sequence();
      expect(')');
      return inner;
    }
    if (tokens[at] !== '(') return ({ names }) => names[token] ?? Number.NaN;
    const call = FUNCTIONS[token];
    if (call === undefined) throw new Error(`no function ${token}`);
    const values: Value[] = [];
    do {
      at += 1;
      values.push(sequence());
    } while (tokens[at] === ',');
    expect(')');
    const [a = zero, b = zero, c = zero] = values;
    return (scope) => call(scope, a, b, c);
  };
  const product = (): Value => chain(primary, { '*': (a, b) => a * b, '/': (a, b) => a / b });
  const sum = (): Value => chain(product, { '+': (a, b) => a + b, '-': (a, b) => a - b });
  const sequence = (): Value => chain(sum, { ';': (_, last) => last });
  const whole = sequence();
  if (at !== tokens.length) throw new Error(`not understood: ${tokens.slice(at).join(' ')}`);
  return whole;
}
