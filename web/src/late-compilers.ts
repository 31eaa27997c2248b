import { createRequire } from 'node:module';
import type { FastifyServerOptions } from 'fastify';

type SchemaController = NonNullable<FastifyServerOptions['schemaController']>;
type BuildValidator = NonNullable<NonNullable<SchemaController['compilersFactory']>['buildValidator']>;

/** Whether data fits a schema; `errors` belongs to the last answer, where that was false. */
interface Check {
  (data: unknown): unknown;
  errors?: unknown;
}
type Compile = (route: unknown) => Check;
type Build = (schemas: unknown, options: unknown) => Compile;

/**
 * For the option `schemaController` of a server: schemas of requests are compiled by Fastify's own compiler when the
 * first request must be checked, each schema by itself. Loading that compiler and compiling every schema is a large part
 * of the CPU time of a start, and most services are never sent most of the requests. Schemas of answers are refused: no
 * route has one, and their compiler is as large again.
 */
export function lateCompilers(): SchemaController {
  const buildValidator: Build = (schemas, options) => {
    let compile: Compile | undefined;
    return (route) => checkedLate(() => (compile ??= ownCompiler()(schemas, options))(route));
  };
  return {
    compilersFactory: {
      // Its type demands all that Ajv's functions have; of that, Fastify uses the call and `errors`.
      buildValidator: buildValidator as unknown as BuildValidator,
      buildSerializer: () => () => {
        throw new Error('answers have no schemas here');
      },
    },
  };
}

/** What a schema is compiled to, compiled when it is first called. */
function checkedLate(compile: () => Check): Check {
  let check: Check | undefined;
  const late: Check = (data) => {
    check ??= compile();
    const answer = check(data);
    late.errors = check.errors;
    return answer;
  };
  return late;
}

/** The compiler that Fastify loads by itself when it is given none, from among its dependencies. */
function ownCompiler(): Build {
  const fastify = createRequire(import.meta.url).resolve('fastify');
  const choose = createRequire(fastify)('@fastify/ajv-compiler') as () => Build;
  return choose();
}
