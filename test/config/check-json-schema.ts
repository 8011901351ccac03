/** The words of JSON Schema that our schema uses, as far as tests need them: what is wrong with a value, one line each. */
export function schemaFaults(schema: unknown, value: unknown, at = '$'): string[] {
  if (typeof schema !== 'object' || schema === null) return schema === false ? [`${at} is not allowed`] : [];
  const words = schema as Record<string, unknown>; // an object of whatever JSON there is
  const faults: string[] = [];
  for (const [word, argument] of Object.entries(words)) {
    const check = checks[word];
    if (check === undefined && !annotations.has(word)) throw new Error(`the checker does not know ${word}`);
    faults.push(...(check?.(argument, value, at, words) ?? []));
  }
  return faults;
}

type Check = (argument: unknown, value: unknown, at: string, words: Record<string, unknown>) => string[];

const annotations = new Set([
  '$schema',
  'title',
  'description',
  'default',
  'examples',
  'writeOnly',
  'format',
  'patternProperties',
  'propertyNames',
]);

const checks: Readonly<Record<string, Check>> = {
  type: (types, value, at) =>
    [types].flat().includes(typeOf(value)) ||
    (types === 'number' && typeOf(value) === 'integer') ||
    (Array.isArray(types) && types.includes('number') && typeOf(value) === 'integer')
      ? []
      : [`${at} is no ${types}`],
  const: (wanted, value, at) => (value === wanted ? [] : [`${at} is not ${wanted}`]),
  enum: (values, value, at) => ((values as unknown[]).includes(value) ? [] : [`${at} is none of ${values}`]),
  pattern: (pattern, value, at) => (typeof value !== 'string' || new RegExp(String(pattern)).test(value) ? [] : [`${at} does not match`]),
  minimum: (least, value, at) => (typeof value !== 'number' || value >= Number(least) ? [] : [`${at} is too small`]),
  exclusiveMinimum: (least, value, at) => (typeof value !== 'number' || value > Number(least) ? [] : [`${at} is too small`]),
  maximum: (most, value, at) => (typeof value !== 'number' || value <= Number(most) ? [] : [`${at} is too large`]),
  minLength: (least, value, at) => (typeof value !== 'string' || value.length >= Number(least) ? [] : [`${at} is too short`]),
  minItems: (least, value, at) => (!Array.isArray(value) || value.length >= Number(least) ? [] : [`${at} has too few items`]),
  items: (schema, value, at) => (Array.isArray(value) ? value.flatMap((item, index) => schemaFaults(schema, item, `${at}[${index}]`)) : []),
  anyOf: (options, value, at) => alternatives(options, value, at, (right) => right > 0),
  oneOf: (options, value, at) => alternatives(options, value, at, (right) => right === 1),
  required: (keys, value, at) =>
    isObject(value) ? (keys as string[]).filter((key) => !(key in value)).map((key) => `${at} has no ${key}`) : [],
  properties: (fields, value, at) =>
    isObject(value) && isObject(fields)
      ? Object.entries(fields).flatMap(([key, schema]) => (key in value ? schemaFaults(schema, value[key], `${at}.${key}`) : []))
      : [],
  additionalProperties: (schema, value, at, words) => {
    if (!isObject(value)) return [];
    const fields = isObject(words['properties']) ? words['properties'] : {};
    const patterns = Object.entries(isObject(words['patternProperties']) ? words['patternProperties'] : {});
    return Object.entries(value).flatMap(([key, item]) => {
      if (key in fields) return [];
      const matching = patterns.filter(([pattern]) => new RegExp(pattern).test(key));
      return matching.length === 0
        ? schemaFaults(schema, item, `${at}.${key}`)
        : matching.flatMap(([, inner]) => schemaFaults(inner, item, `${at}.${key}`));
    });
  },
};

function alternatives(options: unknown, value: unknown, at: string, enough: (right: number) => boolean): string[] {
  const outcomes = (options as unknown[]).map((option) => schemaFaults(option, value, at));
  if (enough(outcomes.filter((faults) => faults.length === 0).length)) return [];
  return [...outcomes].sort((a, b) => a.length - b.length)[0] ?? [];
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value === 'number' && Number.isInteger(value) ? 'integer' : typeof value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeOf(value) === 'object';
}
