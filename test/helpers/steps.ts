/** Counts what code does with what it is given, so that a test need not measure time. */
export interface Steps {
  count: number;
}

/** The same list; each element that is looked at is a step. */
export function countedList<T extends object>(list: T, steps: Steps): T {
  return new Proxy(list, {
    get(target, key) {
      if (typeof key === "string" && /^\d+$/.test(key)) steps.count++;
      const value: unknown = Reflect.get(target, key, target);
      // An array's methods look at its elements through the proxy; a typed array's own need the array itself.
      const isMethodOfTyped = typeof value === "function" && ArrayBuffer.isView(target);
      return isMethodOfTyped ? value.bind(target) : value;
    },
  });
}

/** The same object; each call of its methods, and each element of its lists that is looked at, is a step. */
export function countedColumns<T extends object>(table: T, steps: Steps): T {
  const counted = new Map<unknown, unknown>();
  const count = (value: unknown) => {
    if (ArrayBuffer.isView(value)) return countedList(value, steps);
    if (typeof value !== "function") return value;
    return (...args: unknown[]) => {
      steps.count++;
      return value.apply(table, args);
    };
  };
  return new Proxy(table, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (!counted.has(value)) counted.set(value, count(value));
      return counted.get(value);
    },
  });
}
