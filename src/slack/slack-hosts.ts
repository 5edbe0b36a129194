/** Where Slack keeps files, and nobody else. */
const HOSTS = /^(?:[\w-]+\.)*(?:slack\.com|slack-files\.com)$/i;

/** Whether our token may go to this address: Slack's own hosts over https, and the Web API's host as it is configured. */
export function createIsSlackHost(apiUrl: string): (url: URL) => boolean {
  const api = new URL(apiUrl);
  return (url) =>
    url.username === "" &&
    url.password === "" &&
    (url.origin === api.origin ||
      (url.protocol === "https:" && url.port === "" && HOSTS.test(url.hostname)));
}
