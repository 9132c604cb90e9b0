// Keeps the app's page and files (VERSION, PAGE and FILES stand above; door/phone.py writes them).
// No answer that holds anything of a visit is ever kept here: what the phone keeps of those is sealed elsewhere.
const KEPT = `door ${VERSION}`;
const PATIENCE = 3000; // milliseconds until the kept page is shown instead of a slow one

addEventListener("install", (event) => {
  const fill = async () => {
    const cache = await caches.open(KEPT);
    await cache.addAll(FILES.map((file) => new Request(file, { cache: "reload" })));
    const page = await fetch(PAGE, { cache: "reload" });
    if (isPage(page)) await cache.put(PAGE, page);
    await skipWaiting();
  };
  event.waitUntil(fill());
});

addEventListener("activate", (event) => {
  const tidy = async () => {
    const cache = await caches.open(KEPT);
    for (const name of await caches.keys()) {
      if (!name.startsWith("door ") || name === KEPT) continue;
      const old = await caches.open(name);
      const page = await old.match(PAGE);
      // A page that could not be fetched just now (nobody was signed in) is still better than none.
      if (page && !(await cache.match(PAGE))) for (const request of await old.keys()) await cache.put(request, await old.match(request));
      await caches.delete(name);
    }
    await clients.claim();
  };
  event.waitUntil(tidy());
});

addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== location.origin) return;
  if (request.mode === "navigate") {
    if (address.pathname === PAGE) event.respondWith(page(request));
  } else if (FILES.includes(address.pathname)) event.respondWith(file(request));
});

const isPage = (answer) => answer.ok && !answer.redirected && answer.type === "basic";

async function page(request) {
  const cache = await caches.open(KEPT);
  const kept = await cache.match(PAGE);
  const fresh = fetch(request).then(async (answer) => {
    if (isPage(answer)) await cache.put(PAGE, answer.clone());
    return answer.status >= 500 && kept ? kept : answer;
  });
  if (!kept) return fresh;
  const late = new Promise((show) => setTimeout(show, PATIENCE, kept));
  return Promise.race([fresh.catch(() => kept), late]).then((answer) => answer.clone());
}

async function file(request) {
  const cache = await caches.open(KEPT);
  return (await cache.match(request, { ignoreSearch: true })) || fetch(request);
}
