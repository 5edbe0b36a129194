import type { Site } from "./site.ts";

/** Parley's Services: ourselves among them, and the one that Users are handed back to. @throws as {@link Site.botService} */
export async function checkServices({
  botService,
  outside: { parley },
}: Pick<Site, "botService" | "outside">): Promise<string> {
  const { name, id } = await botService();
  const services = await parley.services();
  const self = services.find((service) => service.id === parley.self);
  return `Users are handed back to ${name} (${id}); the bridge is ${self?.name ?? parley.self}, of ${services.length} Services`;
}
