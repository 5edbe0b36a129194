import type { Route } from "../http-server.ts";

/** The same route; `onRefused` is told of each request that is answered as the sender's fault. */
export const countRefusals = (route: Route, onRefused: () => void): Route => ({
  ...route,
  handle(request, response) {
    response.once("finish", () => {
      if (response.statusCode >= 400 && response.statusCode < 500) onRefused();
    });
    return route.handle(request, response);
  },
});
