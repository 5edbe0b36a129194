/** @throws {Error} there was no result after `ms` */
export async function withinTime<T>(promise: Promise<T>, ms: number): Promise<T> {
  const timeout = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error("no answer in time")), ms).unref();
  });
  return await Promise.race([promise, timeout]);
}
