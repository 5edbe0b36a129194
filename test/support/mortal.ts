/**
 * What a process sees of the world: once it is dead its calls are not made, and what they answer is not heard, as after
 * `kill -9`.
 */
export function mortal<Port extends object>(port: Port, isAlive: () => boolean): Port {
  return new Proxy(port, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== "function") return member;
      return (...args: readonly unknown[]): unknown => {
        if (!isAlive()) return never();
        const result: unknown = Reflect.apply(member, target, args);
        return result instanceof Promise ? whileAlive(result, isAlive) : result;
      };
    },
  });
}

async function whileAlive(result: Promise<unknown>, isAlive: () => boolean): Promise<unknown> {
  try {
    const value = await result;
    return isAlive() ? value : await never();
  } catch (error) {
    if (!isAlive()) return await never();
    throw error;
  }
}

const never = (): Promise<never> => new Promise(() => {});
