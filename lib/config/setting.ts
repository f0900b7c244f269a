/** One thing that can be configured. `docs/configuration.md` is generated from these. */
export interface Setting<T> {
  readonly default: T;
  readonly unit?: 'ms' | 'bytes';
  /** What is accepted, for messages and documentation. */
  readonly allowed: string;
  /** What it does. */
  readonly doc: string;
  /** When somebody would want another value, and what that costs. */
  readonly change: string;
  /** Never shown. */
  readonly secret?: true;
  /** Must be given where the record it is a field of is given. */
  readonly required?: true;
  /** Text from the environment or a flag as the value it stands for; what can't be read stays text, for `read` to refuse. */
  parse(text: string): unknown;
  /** Checks a value from any source and fills in what it leaves out. Everything wrong with it is told to `report`. */
  read(value: unknown, report: Report): T;
}

/**
 * Takes what is wrong with a value.
 * @param path    where in the value, "" for all of it: "[2].addresses"
 * @param value   what stands there
 * @param allowed what could stand there
 */
export type Report = (path: string, value: unknown, allowed: string) => void;

interface Description {
  readonly doc: string;
  readonly change: string;
  readonly secret?: true;
  readonly required?: true;
}

export function flag(options: Description & { default: boolean }): Setting<boolean> {
  const allowed = 'true or false';
  return {
    ...options,
    allowed,
    parse: parseJson,
    read: (value, report) => {
      if (typeof value === 'boolean') return value;
      report('', value, allowed);
      return options.default;
    },
  };
}

export function integer(
  options: Description & { default: number; min: number; max: number; unit?: 'ms' | 'bytes' },
): Setting<number> {
  const { min, max } = options;
  const allowed = `an integer from ${min} to ${max}`;
  return {
    ...options,
    allowed,
    parse: (text) => (/^-?\d{1,16}$/.test(text.trim()) ? Number(text) : text),
    read: (value, report) => {
      if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value;
      report('', value, allowed);
      return options.default;
    },
  };
}

/** @param options.pattern what the text must match, said in words by `allowed` */
export function text(options: Description & { default: string; allowed: string; pattern?: RegExp }): Setting<string> {
  return {
    ...options,
    parse: (value) => value,
    read: (value, report) => {
      if (typeof value === 'string' && (options.pattern?.test(value) ?? true)) return value;
      report('', value, options.allowed);
      return options.default;
    },
  };
}

export function choice<const T extends string>(
  options: Description & { default: NoInfer<T>; of: readonly T[] },
): Setting<T> {
  const allowed = `one of ${options.of.join(', ')}`;
  return {
    ...options,
    allowed,
    parse: (value) => value,
    read: (value, report) => {
      const found = options.of.find((known) => known === value);
      if (found === undefined) report('', value, allowed);
      return found ?? options.default;
    },
  };
}

/**
 * A list of texts; as text it is separated by commas.
 * @param options.pattern what each must match, said in words by `allowed`
 */
export function list(
  options: Description & {
    default: readonly string[];
    allowed: string;
    pattern: Pick<RegExp, 'test'>;
    min?: number;
    max: number;
  },
): Setting<readonly string[]> {
  const min = options.min ?? 0;
  const allowed = `a list of ${min} to ${options.max} times ${options.allowed}`;
  return {
    ...options,
    allowed,
    parse: splitList,
    read: (value, report) => {
      if (!Array.isArray(value) || value.length < min || value.length > options.max) {
        report('', value, allowed);
        return options.default;
      }
      const entries: readonly unknown[] = value;
      return entries.filter((entry, index): entry is string => {
        if (typeof entry === 'string' && options.pattern.test(entry)) return true;
        report(`[${index}]`, entry, options.allowed);
        return false;
      });
    },
  };
}

/**
 * Reads the fields of a record: those left out get their default.
 * @param path of the record, for reports
 */
export function readFields<F extends Fields>(fields: F, value: unknown, path: string, report: Report): FieldValues<F> {
  const names = Object.keys(fields).join(', ');
  if (!isRecord(value)) report(path, value, `{${names}}`);
  const given = isRecord(value) ? value : {};
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(fields, name)) report(`${path}.${name}`, given[name], `one of the keys ${names}`);
  }
  const read = Object.entries(fields).map(([name, field]): [string, unknown] => {
    if (given[name] !== undefined) {
      return [
        name,
        field.read(given[name], (inner, wrong, allowed) => report(`${path}.${name}${inner}`, wrong, allowed)),
      ];
    }
    if (field.required && isRecord(value)) report(`${path}.${name}`, undefined, field.allowed);
    return [name, field.default];
  });
  return Object.fromEntries(read) as FieldValues<F>;
}

export type Fields = Readonly<Record<string, Setting<unknown>>>;
export type FieldValues<F extends Fields> = {
  readonly [K in keyof F]: F[K] extends Setting<infer T> ? T : never;
};

/** JSON as the value it stands for; text that is none stays text. */
export function parseJson(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** "a, b" as ["a", "b"]. */
function splitList(value: string): string[] {
  return value
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}
