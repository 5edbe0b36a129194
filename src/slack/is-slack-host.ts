/** Hosts that belong to Slack alone. */
const HOSTS = /^(?:[\w-]+\.)*(?:slack\.com|slack-files\.com)$/i;

/** Whether our token may be sent to an address: to Slack's own hosts over https, and to the configured host of the Web API. */
export function createIsSlackHost(apiUrl: string): (url: URL) => boolean {
  const api = new URL(apiUrl);
  return (url) =>
    url.username === "" &&
    url.password === "" &&
    (url.origin === api.origin ||
      (url.protocol === "https:" && url.port === "" && HOSTS.test(url.hostname)));
}
